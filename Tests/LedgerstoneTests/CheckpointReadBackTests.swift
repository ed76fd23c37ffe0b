import LedgerTestSupport
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

/// Records are read back from the disk before they are signed, most of them beside appending.
@Suite struct CheckpointReadBackTests {
  private static func root(_ note: [UInt8]) throws -> Checkpoint {
    try Checkpoint(parsing: SignedNote(parsing: note).text)
  }

  /// Whatever bit of the unsigned records changes on the disk: nothing is signed, or the tree that
  /// was acknowledged is.
  @Test func damageIsNotSigned() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 20
    _ = try await fixture.create()
    var ledger = try fixture.open()
    let active = "/l/active"
    _ = try await EngineFixture.append(0..<3, to: ledger)
    let whole = try await ledger.checkpoint()
    try await ledger.close()
    let signed = fixture.disk.snapshot()
    ledger = try fixture.open()
    let start = try #require(fixture.disk.contents(active)).count
    _ = try await EngineFixture.append(3..<6, to: ledger)
    let end = try #require(fixture.disk.contents(active)).count
    let expected = try Self.root(try await ledger.checkpoint())
    try await ledger.close()
    var refusedCount = 0
    for offset in stride(from: start, to: end, by: 5) {
      fixture.disk = signed.snapshot()
      ledger = try fixture.open()
      _ = try await EngineFixture.append(3..<6, to: ledger)
      fixture.disk.flipBit(active, byte: offset, bit: offset % 8)
      do {
        let note = try Self.root(try await ledger.checkpoint())
        #expect(note.size == expected.size, "byte \(offset)")
      } catch let error as LedgerError {
        refusedCount += 1
        #expect([.corrupt, .storage].contains(error.code), "byte \(offset): \(error)")
        #expect(fixture.disk.contents("/l/checkpoint") == whole, "byte \(offset)")
        await #expect(throws: LedgerError(.poisoned, "")) {
          _ = try await EngineFixture.append(6..<7, to: ledger)
        }
      }
      _ = try? await ledger.close()
    }
    #expect(refusedCount > 0)
  }

  /// Appends go on meanwhile, and every note is of a tree that the next one extends.
  @Test func appendsGoOnWhileRecordsAreReadBack() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let notes = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      group.addTask {
        for number in 0..<200 {
          _ = try await EngineFixture.append(number * 3..<number * 3 + 3, to: ledger)
        }
        return []
      }
      for _ in 0..<3 {
        group.addTask {
          var notes: [[UInt8]] = []
          for _ in 0..<20 { notes.append(try await ledger.checkpoint()) }
          return notes
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let last = try Self.root(try await ledger.checkpoint())
    #expect(last.size == 601)
    let reader = ledger.reader()
    var leaves: [[UInt8]] = []
    try reader.forEachRecord(in: 0..<reader.size) { leaves.append($0.bytes) }
    let tree = NaiveTree(entries: leaves)
    for note in notes {
      let checkpoint = try Self.root(note)
      #expect(checkpoint.root == tree.hash(0, Int(checkpoint.size)))
    }
    try await ledger.close()
  }
}
