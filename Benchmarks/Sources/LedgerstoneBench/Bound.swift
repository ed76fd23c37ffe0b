import CBaseline
import Dispatch
import Glibc
import Synchronization

/// What the machine allows: LZ4, leaf, node and commitment hash of the very bytes that the ledger
/// writes, one write and one `fdatasync` per group, and no format. Whoever computes goes on while
/// another thread writes, as the ledger does.
struct Bound {
  let sample: Sample
  let folder: String

  /// Records per second that `cores` processors can append.
  func append(cores: Int) throws -> Double { try countedAppend(cores: cores).rate }

  /// The same, and how many records that was measured with.
  func countedAppend(cores: Int) throws -> (rate: Double, recordCount: Int) {
    let path = "\(folder)/bound"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw BenchFailure("cannot create \(path)") }
    defer {
      close(file)
      unlink(path)
    }
    let writing = DispatchQueue(label: "bound.write")
    // Two groups per computing thread: one under way, one being written.
    let room = DispatchSemaphore(value: 2 * cores)
    return try rate(cores: cores) { group, failures in
      room.wait()
      guard let output = Self.append(sample.groups[group], sample) else {
        room.signal()
        return failures.add()
      }
      writing.async {
        let count = output.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        if count != output.count || fdatasync(file) != 0 { failures.add() }
        room.signal()
      }
    } finally: {
      writing.sync {}
    }
  }

  /// Records per second that `cores` processors can check: LZ4 the other way and the same hashes.
  func verify(cores: Int) throws -> Double {
    let stored = sample.groups.map { Self.append($0, sample) ?? [] }
    return try rate(cores: cores) { group, failures in
      var digest = [UInt8](repeating: 0, count: 32)
      let isDone = Self.withGroup(sample.groups[group], sample) {
        baseline_verify($0, stored[group], &digest)
      }
      if isDone == 0 { failures.add() }
    } finally: {
    }.rate
  }

  /// Shares the sample's groups out among threads, as often as it takes for a second, and only on
  /// as many processors.
  private func rate(
    cores: Int, _ body: @Sendable (Int, Failures) -> Void, finally: () -> Void
  ) throws -> (rate: Double, recordCount: Int) {
    let failures = Failures()
    let processors = Affinity.current
    var recordCount = 0
    var time = 0.0
    let start = ContinuousClock.now
    repeat {
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: cores) { _ in
        // Each thread for itself: those of a pool inherit nothing.
        Affinity.set(processors.prefix(cores))
        defer { Affinity.set(processors) }
        while true {
          let group = next.add(1, ordering: .relaxed).oldValue
          guard group < sample.groups.count else { return }
          body(group, failures)
        }
      }
      finally()
      recordCount += sample.recordCount
      time = (ContinuousClock.now - start) / .seconds(1)
    } while time < 1
    guard failures.count == 0 else { throw BenchFailure("the bound could not be measured") }
    return (Double(recordCount) / time, recordCount)
  }

  /// One group compressed; nil if that failed.
  private static func append(_ group: Sample.Group, _ sample: Sample) -> [UInt8]? {
    withGroup(group, sample) { group in
      let output = [UInt8](unsafeUninitializedCapacity: baseline_bound(group)) { buffer, count in
        var digest = [UInt8](repeating: 0, count: 32)
        count = buffer.baseAddress.map { baseline_append(group, $0, &digest) } ?? 0
      }
      return output.isEmpty ? nil : output
    }
  }

  private static func withGroup<Value>(
    _ group: Sample.Group, _ sample: Sample, _ body: (UnsafePointer<baseline_group>) -> Value
  ) -> Value {
    sample.leaves.withUnsafeBufferPointer { leaves in
      sample.leafEnds.withUnsafeBytes { leafEnds in
        sample.commitments.withUnsafeBufferPointer { commitments in
          sample.commitmentEnds.withUnsafeBytes { commitmentEnds in
            group.headers.withUnsafeBufferPointer { headers in
              group.bodies.withUnsafeBufferPointer { bodies in
                var raw = baseline_group(
                  leaves: baseline_strings(
                    bytes: leaves.baseAddress,
                    ends: leafEnds.assumingMemoryBound(to: Int.self).baseAddress),
                  commitments: baseline_strings(
                    bytes: commitments.baseAddress,
                    ends: commitmentEnds.assumingMemoryBound(to: Int.self).baseAddress),
                  first: group.records.lowerBound, last: group.records.upperBound,
                  headers: headers.baseAddress, bodies: bodies.baseAddress,
                  header_bytes: headers.count, body_bytes: bodies.count)
                return body(&raw)
              }
            }
          }
        }
      }
    }
  }

  /// The median of `count` bare appends of `byteCount` bytes, each with its `fdatasync`, in µs.
  static func medianSync(in folder: String, byteCount: Int, count: Int) throws -> Double {
    let path = "\(folder)/sync"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer {
      close(file)
      unlink(path)
    }
    let bytes = [UInt8](repeating: 0x5A, count: byteCount)
    let times = try (0..<count).map { _ in
      let (isDone, time) = seconds {
        write(file, bytes, bytes.count) == bytes.count && fdatasync(file) == 0
      }
      guard isDone else { throw BenchFailure("cannot write to \(folder)") }
      return time
    }
    return times.sorted()[count / 2] * 1_000_000
  }
}

/// Counts what went wrong on other threads.
final class Failures: Sendable {
  private let value = Atomic(0)
  var count: Int { value.load(ordering: .acquiring) }
  func add() { value.add(1, ordering: .acquiringAndReleasing) }
}

/// The processors that the calling thread may run on.
enum Affinity {
  static var current: [Int32] {
    [Int32](unsafeUninitializedCapacity: 1_024) { buffer, count in
      count = Int(baseline_processors(buffer.baseAddress, Int32(buffer.count)))
    }
  }

  static func set(_ processors: some Sequence<Int32>) {
    let list = Array(processors)
    baseline_restrict(list, Int32(list.count))
  }
}

/// Seconds that this process has used of all processors, getrusage(2).
enum ProcessorTime {
  static var now: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000
    }
  }
}
