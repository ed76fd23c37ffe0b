import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import MerkleLog

/// Index records, runs and notes, from the naive index: nothing here builds a run from headers
/// as the code under test does.
extension EvidenceBuilder {
  /// The keys that a record names.
  func keys(of record: Int) throws -> [EntityKey] {
    let bytes = records[record].header
    return try RecordHeader.decode(bytes.rawSpan).content.entities.map {
      EntityKey(type: $0.type, namespace: $0.namespace, name: $0.name)
    }
  }

  func naiveIndex(_ range: Range<Int>) throws -> NaiveIndex {
    var index = NaiveIndex()
    for record in range {
      index.add(UInt64(record), keys: try keys(of: record).map(\.bytes))
    }
    return index
  }

  /// A run file of exactly these entries, and what an index record says of it.
  func run(
    _ index: NaiveIndex, _ extent: IndexRunExtent, ledgerID other: LedgerID? = nil
  ) -> (file: [UInt8], commitment: IndexRunCommitment) {
    var writer = RunWriter(ledgerID: other ?? ledgerID, extent: extent)
    for entry in index.sorted {
      writer.beginEntry(entry.keyHash)
      for record in entry.records { writer.append(record) }
      writer.endEntry()
    }
    _ = writer.finish()
    let commitment = IndexRunCommitment(
      extent: extent, entryCount: UInt64(index.entries.count), root: index.root)
    return (writer.takeOutput(), commitment)
  }

  func names(_ index: NaiveIndex, _ extent: IndexRunExtent) throws -> [UInt8] {
    var writer = NameDictionaryWriter(ledgerID: ledgerID, extent: extent)
    let names = try index.entries.keys.map { IndexedName(try EntityKey(parsing: $0)) }
    for name in names.sorted() { writer.append(name) }
    writer.finish()
    return writer.takeOutput()
  }

  static func extent(_ level: UInt64, _ first: UInt64, _ count: UInt64) -> IndexRunExtent {
    IndexRunExtent(level: level, firstRecord: first, recordCount: count)!
  }

  /// Adds the run and names of `extent` as the log gives them, but for `lie`.
  @discardableResult
  mutating func addRun(
    _ extent: IndexRunExtent, lie: (inout NaiveIndex) -> Void = { _ in }
  ) throws -> IndexRunCommitment {
    var index = try naiveIndex(Int(extent.firstRecord)..<Int(extent.endRecord))
    indexFiles["index/\(extent.nameFileName)"] = try names(index, extent)
    lie(&index)
    let (file, commitment) = run(index, extent)
    indexFiles["index/\(extent.runFileName)"] = file
    return commitment
  }

  /// Appends an index record over one tail of level 0, stored and noted; gives its number.
  @discardableResult
  mutating func appendIndex(
    lie: (inout NaiveIndex) -> Void = { _ in }, change: (inout RecordContent) -> Void = { _ in }
  ) throws -> Int {
    let extent = Self.extent(0, 0, UInt64(records.count))
    return try appendIndex(runs: [try addRun(extent, lie: lie)], change: change)
  }

  @discardableResult
  mutating func appendIndex(
    runs: [IndexRunCommitment], change: (inout RecordContent) -> Void = { _ in }
  ) throws -> Int {
    var content = RecordContent(kind: "index", source: "local")
    content.runs = runs
    change(&content)
    let record = records.count
    append(content)
    noted.append(record)
    return record
  }

  func inclusion(_ record: Int, size: Int) -> [SHA256Digest] {
    NaiveTree(entries: records.prefix(size).map(\.header)).path(record, 0, size)
  }

  func evidence(of indexRecord: Int) throws -> IndexEvidence {
    try IndexEvidence(
      headerBytes: records[indexRecord].header,
      inclusionHashes: inclusion(indexRecord, size: indexRecord + 1),
      note: SignedNote(parsing: note(size: indexRecord + 1)))
  }

  /// What the stored tail up to `indexRecord` says of an entity.
  func answer(_ key: EntityKey, _ indexRecord: Int, covering range: Range<UInt64>) throws
    -> RunAnswer
  {
    let bytes = indexFiles["index/0-0-\(indexRecord).run"] ?? []
    return try RunReader(
      source: RunBytes(bytes), fileByteCount: UInt64(bytes.count), ledger: ledgerID
    ).answer(keyHash: key.digest, covering: range)
  }

  func completeness(_ key: EntityKey, _ indexRecord: Int, since: UInt64 = 0) throws -> [UInt8] {
    try CompletenessProofFile(
      key: key, since: since, evidence: evidence(of: indexRecord),
      answers: [answer(key, indexRecord, covering: since..<UInt64.max)]
    ).encoded
  }

  func omission(_ key: EntityKey, _ record: Int, _ indexRecord: Int) throws -> [UInt8] {
    try OmissionProofFile(
      key: key, index: UInt64(record), recordBytes: records[record].header,
      recordHashes: inclusion(record, size: indexRecord + 1),
      evidence: evidence(of: indexRecord),
      answer: answer(key, indexRecord, covering: UInt64(record)..<UInt64(record) + 1)
    ).encoded
  }
}
