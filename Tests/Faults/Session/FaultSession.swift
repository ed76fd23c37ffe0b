import Foundation
import LedgerCryptography
import LedgerFormat
import Ledgerstone
import Provenance

/// A writer with small segments, for the fault tests to kill and to disturb:
///
///     FaultSession DIR SEGMENT_BYTES BATCHES FIRST [HOURS_AHEAD]
///
/// opens DIR as any program over the library does, appends BATCHES batches of four records (0: for
/// ever) and signs after every third. What is durable is said at once, one JSON object a line, as
/// `import --receipts` does: receipts, and `{"checkpoint": note}`. Records are numbered from FIRST,
/// and their bodies follow from the numbers. Its clock is HOURS_AHEAD of the system's.
///
/// `FaultSession read DIR` is described at `RecordReading`.
@main
struct FaultSession {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      try await run(CommandLine.arguments)
    } catch {
      let text = (error as? LedgerError)?.message ?? "\(error)"
      try? FileHandle.standardError.write(contentsOf: Data("FaultSession: \(text)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    if arguments.count >= 3, arguments[1] == "read" {
      let indexes = arguments.dropFirst(3).map { UInt64($0) }
      guard !indexes.contains(nil) else { throw Usage() }
      return try RecordReading.run(
        directory: arguments[2], indexes: indexes.isEmpty ? nil : indexes.compactMap(\.self))
    }
    guard (5...6).contains(arguments.count), let segmentByteCount = Int(arguments[2]),
      let batchCount = Int(arguments[3]), let first = Int(arguments[4]),
      let hoursAhead = arguments.count == 6 ? Int64(arguments[5]) : 0
    else { throw Usage() }
    let ledger = try Ledger.open(
      at: LedgerLocation(directory: arguments[1]),
      options: LedgerOptions(
        clock: WrongClock(hoursAhead: hoursAhead), segmentByteCountTarget: segmentByteCount))
    do {
      try await write(to: ledger, batchCount: batchCount, first: first)
    } catch {
      // The first failure is the one to report.
      _ = try? await ledger.close()
      throw error
    }
    try await ledger.close()
  }

  private static func write(to ledger: Ledger, batchCount: Int, first: Int) async throws {
    var number = 0
    while batchCount == 0 || number < batchCount {
      try await append(from: first + number * recordCount, to: ledger)
      number += 1
      guard number.isMultiple(of: 3) else { continue }
      let note = try await ledger.checkpoint()
      try say(Signed(checkpoint: String(decoding: note, as: UTF8.self)))
    }
  }

  private static let recordCount = 4

  private static func append(from first: Int, to ledger: Ledger) async throws {
    var batch = ledger.makeBatch()
    for number in first..<first + recordCount {
      var content = RecordContent(kind: "access", source: "test")
      content.entities = [
        Entity(role: .target, type: .dataset, namespace: "w", name: "t\(number % 7)")
      ]
      try batch.append(
        content,
        bodies: [RecordBatch.Body(contentType: "application/json", bytes: body(number))])
    }
    for outcome in try await ledger.append(batch) {
      guard case .recorded(let receipt) = outcome else { throw Conflict() }
      try say(Written(index: receipt.index, leafHash: receipt.leafHash.description))
    }
  }

  /// `{"number":N,"noise":"…"}`: the hexadecimal SHA-256 of `N:0` to `N:15`, one after the other.
  private static func body(_ number: Int) -> [UInt8] {
    let noise = (0..<16).map { SHA256Hasher.hash(Array("\(number):\($0)".utf8)).description }
    return Array("{\"number\":\(number),\"noise\":\"\(noise.joined())\"}".utf8)
  }

  private struct Written: Encodable {
    var index: UInt64
    var leafHash: String
  }

  private struct Signed: Encodable { var checkpoint: String }

  private static func say(_ value: some Encodable) throws {
    var line = try JSONEncoder().encode(value)
    line.append(UInt8(ascii: "\n"))
    try FileHandle.standardOutput.write(contentsOf: line)
  }

  private struct Usage: Error, CustomStringConvertible {
    var description: String {
      "usage: FaultSession DIR SEGMENT_BYTES BATCHES FIRST [HOURS_AHEAD], or read DIR [INDEX …]"
    }
  }

  /// The system's clocks, the wall clock set wrong.
  private struct WrongClock: LedgerClock {
    let hoursAhead: Int64
    private let system = SystemClock()

    init(hoursAhead: Int64) { self.hoursAhead = hoursAhead }

    func now() -> Timestamp {
      Timestamp(microseconds: system.now().microseconds + hoursAhead * 3_600_000_000)
    }

    func monotonicMicroseconds() -> Int64 { system.monotonicMicroseconds() }
  }

  private struct Conflict: Error {}
}
