import LedgerFormat
import Ledgerstone

extension LedgerReader {
  /// Which records name each entity: what every header says, read one after the other.
  func naiveHistories() throws -> [EntityKey: [UInt64]] {
    var found: [EntityKey: [UInt64]] = [:]
    try forEachRecord(in: 0..<size) { record in
      for key in Set(record.header.content.entities.map { EntityKey($0) }) {
        found[key, default: []].append(record.header.index)
      }
    }
    return found
  }
}
