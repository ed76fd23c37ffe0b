import LedgerFormat
import Ledgerstone
import MerkleLog
import Testing

extension WrittenLedger {
  /// Requires that histories are what the records say, and that every index record is closed by a
  /// note of exactly its size unless it is the last record.
  func checkIndex(_ reader: LedgerReader) throws {
    var naming: [EntityKey: [UInt64]] = [:]
    for index in 0..<reader.size {
      for entity in try reader.record(at: index).header.content.entities {
        naming[EntityKey(entity), default: []].append(index)
      }
    }
    for (key, records) in naming { try #require(try reader.records(naming: key) == records) }
    let absent = EntityKey(type: .dataset, namespace: "warehouse", name: "no table")
    try #require(try reader.records(naming: absent) == [])
    guard let standing = try reader.indexStanding() else { return }
    for (key, records) in Array(naming.prefix(3)) + [(absent, [])] {
      let proof = try reader.completenessProof(of: key)
      try #require(proof.records == records.filter { $0 < standing.record })
      let checked = try CompletenessProofFile(parsing: proof.file).check(keys: keys(reader))
      try #require(checked.records == proof.records && checked.range == 0..<standing.record)
    }
  }
}
