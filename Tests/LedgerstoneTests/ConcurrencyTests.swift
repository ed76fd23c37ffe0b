import Foundation
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import Testing

/// Many producers, readers and a closing at once, on the real file system.
@Suite struct ConcurrencyTests {
  private let folder: TemporaryFolder
  private let location: LedgerLocation
  private let options = LedgerOptions(segmentByteCountTarget: 6_000)

  init() throws {
    folder = try TemporaryFolder()
    location = try LedgerLocation(directory: folder.path + "/l", environment: [:])
  }

  private func open() async throws -> Ledger {
    try await Ledger.create(at: location, origin: EngineFixture.origin, options: options)
    return try Ledger.open(at: location, options: options)
  }

  /// What one task was told: the receipts in the order it sent.
  private static func produce(_ task: Int, _ count: Int, to ledger: Ledger) async throws
    -> [Receipt]
  {
    var receipts: [Receipt] = []
    for position in 0..<count {
      receipts += try await EngineFixture.append(
        task * 1_000 + position..<task * 1_000 + position + 1, to: ledger)
    }
    return receipts
  }

  @Test func manyProducers() async throws {
    let ledger = try await open()
    let perTask = 6
    let location = location
    let receipts = try await withThrowingTaskGroup(of: (Int, [Receipt]).self) { group in
      for task in 0..<64 {
        group.addTask { (task, try await Self.produce(task, perTask, to: ledger)) }
      }
      group.addTask {
        for _ in 0..<10 {
          let note = try await ledger.checkpoint()
          let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
          #expect(checkpoint.size >= 1)
        }
        return (-1, [])
      }
      group.addTask {
        // A reader never sees damage, a gap, or less than before.
        var size: UInt64 = 0
        for _ in 0..<15 {
          let reader = try LedgerReader.open(at: location)
          #expect(try reader.inspection().damage == nil)
          #expect(reader.size >= size)
          size = reader.size
          var next: UInt64 = 0
          try reader.forEachRecord(in: 0..<size) { record in
            #expect(record.header.index == next)
            next += 1
          }
          #expect(next == size)
          if reader.checkpoint != nil { _ = try reader.inclusionProof(at: 0) }
        }
        return (-1, [])
      }
      var all: [Int: [Receipt]] = [:]
      for try await (task, receipts) in group where task >= 0 { all[task] = receipts }
      return all
    }
    let note = try await ledger.checkpoint()
    try await ledger.close()
    #expect(ledger.queuedByteCount == 0)

    let indexes = receipts.values.flatMap { $0.map(\.index) }.sorted()
    #expect(indexes == Array(1...UInt64(64 * perTask)))
    let reader = try LedgerReader.open(at: location)
    #expect(reader.size == UInt64(64 * perTask + 1))
    for (task, own) in receipts {
      #expect(own.count == perTask)
      #expect(own.map(\.index) == own.map(\.index).sorted(), "a task's own order is kept")
      for (position, receipt) in own.enumerated() {
        #expect(try reader.record(at: receipt.index).leafHash == receipt.leafHash)
        #expect(
          try reader.body(record: receipt.index, body: 0)
            == EngineFixture.body(task * 1_000 + position))
      }
    }
    var leaves: [[UInt8]] = []
    try reader.forEachRecord(in: 0..<reader.size) { leaves.append($0.bytes) }
    let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
    #expect(checkpoint.root == NaiveTree(entries: leaves).hash(0, leaves.count))
    #expect(reader.checkpoint == note)
    let segments = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/l/log")
    #expect(segments.count > 1, "segments were sealed meanwhile")
    // Opened again, everything follows from the disk.
    let again = try Ledger.open(at: location, options: options)
    #expect(again.remarks == [])
    #expect(try await again.checkpoint() == note)
    try await again.close()
  }

  @Test func closingWhileProducersSend() async throws {
    let ledger = try await open()
    let acknowledged = await withTaskGroup(of: [(Int, Receipt)].self) { group in
      for task in 0..<32 {
        group.addTask {
          var own: [(Int, Receipt)] = []
          for position in 0..<50 {
            let number = task * 1_000 + position
            do {
              let receipts = try await EngineFixture.append(number..<number + 1, to: ledger)
              own.append((number, receipts[0]))
            } catch {
              #expect((error as? LedgerError)?.code == .closed, "\(error)")
              return own
            }
          }
          return own
        }
      }
      group.addTask {
        try? await Task.sleep(nanoseconds: 30_000_000)
        do { try await ledger.close() } catch { Issue.record(error) }
        return []
      }
      var all: [(Int, Receipt)] = []
      for await own in group { all += own }
      return all
    }
    let reader = try LedgerReader.open(at: location)
    #expect(reader.size == UInt64(acknowledged.count + 1), "what was not acknowledged is not there")
    for (number, receipt) in acknowledged {
      #expect(
        try reader.body(record: receipt.index, body: 0) == EngineFixture.body(number))
    }
    let again = try Ledger.open(at: location, options: options)
    #expect(again.remarks == [])
    try await again.close()
  }

  @Test func oneWriterAtATime() async throws {
    var options = options
    options.url = "http://127.0.0.1:8080"
    try await Ledger.create(at: location, origin: EngineFixture.origin, options: options)
    let ledger = try Ledger.open(at: location, options: options)
    let error = #expect(throws: LedgerError(.locked, "")) { try Ledger.open(at: location) }
    let pid = ProcessInfo.processInfo.processIdentifier
    #expect(error?.message.contains("pid \(pid)") == true)
    #expect(error?.message.contains("http://127.0.0.1:8080") == true)
    try await EngineFixture.append(0..<1, to: ledger)
    try await ledger.close()
    let second = try Ledger.open(at: location)
    try await second.close()
  }
}
