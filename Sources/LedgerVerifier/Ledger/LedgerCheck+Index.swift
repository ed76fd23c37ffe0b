internal import LedgerFormat
internal import MerkleLog

extension LedgerCheck {
  /// What derives the index while the headers are read; nil if that is not asked for, or if whose
  /// ledger it is is not known.
  func indexFeed(_ stored: StoredIndex) -> IndexFeed? {
    guard options.checksIndex else { return nil }
    guard let ledgerID = ledgerFile?.ledgerID ?? activeFiles.first?.header?.ledgerID else {
      return nil
    }
    let shelf = RunShelf(
      ledgerID: ledgerID, stored: stored, checkpointSize: checkpoint?.size ?? 0)
    return IndexFeed(IndexDerivation(shelf, tailEnds: stored.tailEnds))
  }

  /// Takes over what the derivation found, and checks the notes of the index records.
  func conclude(_ stored: StoredIndex, _ chain: RecordChain) throws(EvidenceError) {
    guard options.checksIndex else {
      summary.indexRecordCount = nil
      return chain.collector.add(
        Remark(
          .indexNotChecked,
          "was not checked, as asked for: nothing is said of runs, index records and their notes",
          file: "index"))
    }
    guard let feed = chain.index else { return }
    let size = chain.nextRecord
    var derivation = feed.finish(recordCount: size)
    if let failure = derivation.failure { throw failure }
    derivation.conclude(recordCount: size)
    summary.indexRecordCount = derivation.indexRecordCount
    summary.indexedSize = derivation.indexedSize
    chain.collector.add(derivation.findings)
    for remark in derivation.remarks { chain.collector.add(remark) }
    for record in derivation.uncheckedRecords {
      chain.collector.add(
        Remark(
          .notCompared,
          "the runs of index record \(record) could not all be derived, because of the damage found"
        ))
    }
    let records = Set(derivation.indexRecords)
    for record in stored.notes {
      try checkNote(of: record, isIndexRecord: records.contains(record), chain)
    }
    reportMissingNotes(records.subtracting(stored.notes), chain)
  }

  private func reportMissingNotes(_ records: Set<UInt64>, _ chain: RecordChain) {
    let covered = checkpoint?.size ?? 0
    for record in records.sorted() {
      let reason =
        record < covered
        ? "is missing: no proof can stand on index record \(record)"
        : "is missing; the next writer signs index record \(record)"
      chain.collector.add(
        Remark(.indexNoteMissing, reason, file: StoredIndex.notePath(record)))
    }
  }

  private func checkNote(
    of record: UInt64, isIndexRecord: Bool, _ chain: RecordChain
  ) throws(EvidenceError) {
    let path = StoredIndex.notePath(record)
    func add(_ code: Finding.Code, _ message: String) {
      chain.collector.add(
        Finding(code, message, file: path, records: record...record))
    }
    guard let bytes = try boundedBytes(path, limit: FormatLimits.noteByteCountMax) else { return }
    let check: NoteCheck
    do throws(NoteCheck.Unreadable) {
      check = try NoteCheck(bytes)
    } catch {
      return add(.indexNoteWrong, error.reason)
    }
    waitingNotes.append(
      WaitingNote(check: check, file: path, allowsOthers: false, record: record))
    let head = check.checkpoint
    if let origin = ledgerFile?.origin, !origin.utf8.elementsEqual(head.origin.utf8) {
      return add(.originMismatch, "is of \(head.origin), the ledger is \(origin)")
    }
    guard head.size == record + 1 else {
      return add(
        .indexNoteWrong, "is a checkpoint of size \(head.size), not of \(record + 1)")
    }
    guard head.size <= chain.nextRecord else {
      return add(
        .rolledBack, "covers \(head.size) records, the ledger has only \(chain.nextRecord)")
    }
    guard let root = chain.roots[head.size], !chain.isSubstituted else {
      chain.collector.add(
        Remark(.notCompared, "could not be compared, because of the damage found", file: path))
      return
    }
    guard root == head.root else {
      return add(
        .fork,
        "has another root than the records give: the ledger was changed before it, or is "
          + "another branch")
    }
    if !isIndexRecord { add(.indexNoteWrong, "record \(record) is no index record") }
  }
}
