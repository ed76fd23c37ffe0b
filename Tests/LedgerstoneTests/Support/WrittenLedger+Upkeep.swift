import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

/// What is done to a ledger beside appending: its key is changed, bodies are erased, it is copied.
extension WrittenLedger {
  static let request = "request-1"
  static let backup = LedgerLocation(absoluteDirectory: "/b", absoluteVault: "/l.vault")

  mutating func rotate(_ ledger: Ledger) async throws {
    let report = try await ledger.rotateKey()
    rotatedKey = report.verifierKey
    try note(report.checkpoint)
  }

  /// Erases the bodies of acknowledged records.
  mutating func erase(_ numbers: [Int], in ledger: Ledger) async throws {
    try #require(numbers.allSatisfy { receipts[$0] != nil })
    erasing = Set(numbers)
    try await finishErasure(ledger)
  }

  /// Goes on with an erasure that a crash cut off, with the request it was begun with.
  mutating func finishErasure(_ ledger: Ledger) async throws {
    guard !erasing.isEmpty else { return }
    let targets = erasing.sorted().compactMap { number in
      receipts[number].map { ErasureRequest.Target.body(BodySlot(record: $0.index, body: 0)) }
    }
    let report = try await ledger.erase(
      ErasureRequest(identifier: Self.request, targets: targets))
    try #require(report.outcome == .erased && report.bodyCount == targets.count, "\(report)")
    isErased = true
  }

  /// Salt and bytes of a body; nil where it is erased, as it has to be once that was acknowledged.
  func opening(of number: Int, _ reader: LedgerReader, _ index: UInt64, _ body: Int) throws
    -> (salt: [UInt8], bytes: [UInt8])?
  {
    do {
      let opening = try reader.opening(record: index, body: body)
      try #require(!isErased || !erasing.contains(number), "record \(number) was erased")
      return (opening.salt, opening.bytes)
    } catch let error as LedgerError where error.code == .erased {
      try #require(erasing.contains(number), "nobody erased record \(number)")
      return nil
    }
  }

  /// Every key that may have signed: the first, those that were told of, and the one in force.
  func keys(_ reader: LedgerReader) throws -> [NoteVerifierKey] {
    let all = reader.identity.verifierKeys + [rotatedKey, reader.verifierKey].compactMap(\.self)
    return try Set(all).sorted().map { try NoteVerifierKey(vkey: $0) }
  }

  /// Repeats a backup that was cut off: it takes away what the first attempt left beside its place.
  func finishBackup(_ disk: SimulatedFileSystem, of reader: LedgerReader) throws {
    let isUnfinished = disk.filePaths().contains { $0.hasPrefix("/.ledgerstone-unfinished-b/") }
    guard isUnfinished else { return }
    let report = try reader.backUp(to: Self.backup.directory)
    try #require(report.recordCount == reader.size)
    try checkBackup(disk, of: reader)
    try #require(!disk.filePaths().contains { $0.hasPrefix("/.ledgerstone-unfinished") })
  }

  /// A backup is there as a whole, and is the ledger's own past, or it is not there.
  func checkBackup(_ disk: SimulatedFileSystem, of reader: LedgerReader) throws {
    guard !disk.filePaths(below: "/b").isEmpty else { return }
    let copy = try LedgerReader.open(at: Self.backup, fileSystem: disk)
    try #require(copy.size <= reader.size && copy.checkpoint != nil)
    for index in 0..<copy.size {
      let (ours, theirs) = (try reader.record(at: index), try copy.record(at: index))
      try #require(ours.leafHash == theirs.leafHash)
      for (body, description) in theirs.header.content.bodies.enumerated() {
        do {
          let opening = try copy.opening(record: index, body: body)
          let commitment = SHA256Hasher.hash(opening.salt + opening.bytes)
          try #require(description.commitment == commitment)
        } catch let error as LedgerError where error.code == .erased {
          continue
        }
      }
    }
  }
}
