import LedgerCryptography
import LedgerFormat
import Ledgerstone
import MerkleLog

extension BenchRun {
  /// Everything about one entity that ten records name, among all of the bulk ledger, and the proof
  /// that there is no more; then what building the index costs by itself.
  mutating func measureHistory() throws {
    let reader = try LedgerReader.open(at: bulkLocation)
    let key = EntityKey(Workload.rare)
    let count = 100
    func history() throws -> Int {
      let found = try reader.history(of: key, in: 0..<reader.size)
      guard found.count == min(10, recordCount) else {
        throw BenchFailure("\(found.count) records name the entity")
      }
      return found.count
    }
    let (_, first) = try seconds { try history() }
    _ = try history()
    let (_, time) = try seconds { for _ in 0..<count { _ = try history() } }
    try report.add(Row("history of 10 records, first", first * 1_000, "ms"))
    try report.add(Row("history of 10 records, warm", time * 1_000 / Double(count), "ms"))
    let proof = try reader.completenessProof(of: key)
    let shown = try CompletenessProofFile(parsing: proof.file)
      .check(keys: [try NoteVerifierKey(vkey: self.key)])
    guard shown.records == proof.records else { throw BenchFailure("the proof shows others") }
    let (_, proving) = try seconds {
      for _ in 0..<count { _ = try reader.completenessProof(of: key) }
    }
    try report.add(
      Row("completeness proof of 10 records, made", proving * 1_000 / Double(count), "ms"))
    try report.add(
      Row("completeness proof of 10 records", Double(proof.file.count) / 1_024, "KiB"))
    try measureIndexing(reader)
  }

  /// The entities of the stored headers into runs, as the writer does beside appending.
  private mutating func measureIndexing(_ reader: LedgerReader) throws {
    let capacity = UInt64(FormatLimits.runRecordCount)
    let end = min(reader.size, 16 * capacity)
    var headers: [[UInt8]] = []
    headers.reserveCapacity(Int(end))
    try reader.forEachRecord(in: 0..<end) { headers.append($0.bytes) }
    let (byteCount, time) = try seconds {
      var byteCount = 0
      var builder = RunBuilder()
      for header in headers {
        try builder.append(header: header.rawSpan)
        guard builder.isFull || builder.nextRecord == end else { continue }
        byteCount += builder.run(ledgerID: reader.identity.ledgerID).file.count
        byteCount += builder.nameDictionary(ledgerID: reader.identity.ledgerID).count
        if builder.isFull { builder.restart(at: builder.nextRecord) }
      }
      return byteCount
    }
    guard byteCount > 0 else { throw BenchFailure("an index without bytes") }
    try report.add(Row("indexing alone, one core", Double(end) / time, "records/s"))
  }
}
