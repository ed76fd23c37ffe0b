import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// What the tests of the index have in common.
enum IndexTesting {
  static func key(_ number: Int) -> EntityKey {
    EntityKey(type: .dataset, namespace: "s3://lake", name: "table/\(number)")
  }

  static func extent(_ level: UInt64, _ first: UInt64, _ count: UInt64) -> IndexRunExtent {
    IndexRunExtent(level: level, firstRecord: first, recordCount: count)!
  }

  /// The file of a naive run, written entry by entry.
  static func file(_ index: NaiveIndex, _ extent: IndexRunExtent)
    -> (file: [UInt8], commitment: IndexRunCommitment)
  {
    var writer = RunWriter(ledgerID: Golden.ledgerID, extent: extent)
    for entry in index.sorted {
      writer.beginEntry(entry.keyHash)
      for record in entry.records { writer.append(record) }
      writer.endEntry()
    }
    let commitment = writer.finish()
    return (writer.takeOutput(), commitment)
  }

  static func reader(_ file: [UInt8]) throws -> RunReader {
    try RunReader(
      source: RunBytes(file), fileByteCount: UInt64(file.count), ledger: Golden.ledgerID)
  }

  /// A run of `entryCount` entities with a few records each, of `recordCount` records.
  static func index(
    entryCount: Int, extent: IndexRunExtent, using random: inout RepeatableRandom
  ) -> NaiveIndex {
    var index = NaiveIndex()
    for number in 0..<entryCount {
      let count = Int.random(in: 1...5, using: &random)
      let records = Set(
        (0..<count).map { _ in
          UInt64.random(in: extent.firstRecord..<extent.endRecord, using: &random)
        })
      index.entries[key(number).bytes] = records.sorted()
    }
    return index
  }

  /// The error of a check, or nil.
  static func refusal<Failure: Error>(_ body: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
      try body()
      return nil
    } catch { return error }
  }
}
