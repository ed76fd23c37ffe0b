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

  /// The entities of the stored headers into runs and those into one of the next level, as the
  /// writer does beside appending; and what part of all that appending costs that is.
  private mutating func measureIndexing(_ reader: LedgerReader) throws {
    let end = min(reader.size, IndexRunExtent.capacity(level: 1))
    var headers: [[UInt8]] = []
    headers.reserveCapacity(Int(end))
    try reader.forEachRecord(in: 0..<end) { headers.append($0.bytes) }
    let ledgerID = reader.identity.ledgerID
    let (byteCount, time) = try seconds {
      var builder = RunBuilder()
      var runs: [RunReader] = []
      var names: [NameDictionaryReader] = []
      for header in headers {
        try builder.append(header: header.rawSpan)
        guard builder.isFull || builder.nextRecord == end else { continue }
        let run = builder.run(ledgerID: ledgerID).file
        runs.append(
          try RunReader(
            source: RunBytes(run), fileByteCount: UInt64(run.count), ledger: ledgerID))
        let dictionary = builder.nameDictionary(ledgerID: ledgerID)
        names.append(
          try NameDictionaryReader(
            source: RunBytes(dictionary), fileByteCount: UInt64(dictionary.count),
            ledger: ledgerID))
        if builder.isFull { builder.restart(at: builder.nextRecord) }
      }
      return try runs.reduce(0) { $0 + $1.fileByteCount } + Self.merged(runs, names, ledgerID)
    }
    guard byteCount > 0 else { throw BenchFailure("an index without bytes") }
    try report.add(Row("indexing alone, one core", Double(end) / time, "records/s"))
    try report.add(
      Row(
        "indexing, part of the processor time of bulk append",
        100 * time / Double(end) / appendProcessorTime, "%"))
  }

  /// The bytes of the run of the next level; 0 where there are not enough for one.
  private static func merged(
    _ runs: [RunReader], _ names: [NameDictionaryReader], _ ledgerID: LedgerID
  ) throws -> UInt64 {
    guard
      let extent = IndexRunExtent(
        level: 1, firstRecord: 0, recordCount: runs.last?.extent.endRecord ?? 0),
      extent.isFull
    else { return 0 }
    var byteCount = 0
    var dictionary = try NameDictionaryMerger(names, into: extent, ledgerID: ledgerID)
    while try !dictionary.advance(byteCount: 1 << 20) { byteCount += dictionary.takeOutput().count }
    var run = try RunMerger(runs, into: extent, ledgerID: ledgerID)
    while try run.advance(byteCount: 1 << 20) == nil { byteCount += run.takeOutput().count }
    return UInt64(byteCount + dictionary.takeOutput().count + run.takeOutput().count)
  }
}
