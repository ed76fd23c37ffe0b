import CLZ4
import Foundation
import LedgerFormat
import MerkleLog

/// What the machine allows: LZ4, leaf, node and commitment hash of the bytes of the records, and
/// one write and one `fdatasync` per group, without any format.
struct Bound {
  let headers: [[UInt8]]
  let bodies: [[UInt8]]

  /// Records per second when the groups are shared out among `threadCount` threads.
  func recordsPerSecond(in folder: String, threadCount: Int) throws -> Double {
    let groups = stride(from: 0, to: headers.count, by: Workload.groupRecordCount).map {
      $0..<min($0 + Workload.groupRecordCount, headers.count)
    }
    let failures = FailureCount()
    let (_, time) = seconds {
      DispatchQueue.concurrentPerform(iterations: threadCount) { thread in
        let path = "\(folder)/bound-\(thread)"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        for group in stride(from: thread, to: groups.count, by: threadCount)
        where !write(groups[group], to: file) { failures.add() }
        close(file)
        unlink(path)
      }
    }
    guard failures.value == 0 else { throw BenchFailure("the bound could not be written") }
    return Double(headers.count) / time
  }

  private func write(_ range: Range<Int>, to file: Int32) -> Bool {
    var raw: [UInt8] = []
    var node = MerkleHash.empty
    for record in range {
      node = MerkleHash.node(node, MerkleHash.leaf(headers[record]))
      // As long as the commitment's input: a leaf has one byte of prefix, the salt sixteen.
      let start = raw.count
      raw.append(contentsOf: repeatElement(0, count: 15))
      raw.append(contentsOf: bodies[record])
      node = MerkleHash.node(node, MerkleHash.leaf(raw.rawSpan.extracting(start...)))
      raw.append(contentsOf: headers[record])
    }
    var stored = [UInt8](repeating: 0, count: Int(LZ4_compressBound(65_536)))
    var output: [UInt8] = Array(node.description.utf8)
    for start in stride(from: 0, to: raw.count, by: 65_536) {
      let end = min(start + 65_536, raw.count)
      let count = raw.withUnsafeBytes { source in
        stored.withUnsafeMutableBytes { target in
          LZ4_compress_default(
            source.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self),
            target.baseAddress?.assumingMemoryBound(to: CChar.self),
            Int32(end - start), Int32(target.count))
        }
      }
      guard count > 0 else { return false }
      output.append(contentsOf: stored[..<Int(count)])
    }
    return Foundation.write(file, output, output.count) == output.count && fdatasync(file) == 0
  }
}

/// The median of `count` bare writes of `byteCount` bytes, each with its `fdatasync`, in seconds.
func medianSync(in folder: String, byteCount: Int, count: Int) throws -> Double {
  let path = "\(folder)/sync"
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
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
  return times.sorted()[count / 2]
}

private final class FailureCount: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  var value: Int { lock.withLock { count } }
  func add() { lock.withLock { count += 1 } }
}
