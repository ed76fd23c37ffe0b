internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance

extension RunShelf {
  /// Says what is wrong with a stored run that differs from the derived one.
  mutating func reportRun(
    _ extent: IndexRunExtent, _ derived: IndexRunCommitment, offset: UInt64
  ) {
    guard let file = stored.runs[extent] else { return }
    let fault = runFault(file, derived)
    report(fault.code, fault.message, file, offset: offset)
  }

  private func runFault(
    _ file: StoredIndexFile, _ derived: IndexRunCommitment
  ) -> (code: Finding.Code, message: String) {
    let reader: RunReader
    do {
      reader = try RunReader(source: file.source, fileByteCount: file.byteCount, ledger: nil)
    } catch {
      return (.indexRunDamaged, "the run file is damaged: \(error)")
    }
    guard reader.header.ledgerID == ledgerID else {
      return (.foreignLedger, "the run file is another ledger's")
    }
    guard reader.extent == file.extent else {
      return (.indexRunDiffers, "the file holds the run \(reader.extent.name)")
    }
    guard reader.commitment != derived else {
      return (.indexRunDamaged, "the run file is damaged inside")
    }
    let difference = firstDifference(from: reader).map { ": \($0)" } ?? ""
    return (.indexRunDiffers, "the run is not the one that the records give" + difference)
  }

  mutating func reportNames(_ extent: IndexRunExtent, offset: UInt64) {
    guard let file = stored.names[extent] else { return }
    let isForeign =
      (try? NameDictionaryReader(
        source: file.source, fileByteCount: file.byteCount, ledger: nil))
      .map { $0.ledgerID != ledgerID } ?? false
    report(
      isForeign ? .foreignLedger : .indexNamesDiffer,
      "the name dictionary is not the one that the records give; searches may miss names, no proof "
        + "rests on it", file, offset: offset)
  }

  /// A finding below the checkpoint, else a remark.
  private mutating func report(
    _ code: Finding.Code, _ message: String, _ file: StoredIndexFile, offset: UInt64?
  ) {
    let extent = file.extent
    guard extent.endRecord <= checkpointSize || code == .foreignLedger else {
      return add(
        Remark(
          .indexRunAhead,
          "\(message); it reaches above the checkpoint, and the next writer derives it again",
          file: file.path))
    }
    // Who opens a ledger reads the ends of these files only: damage inside is not found then.
    add(
      Finding(
        code, message + "; once it is removed, the next writer builds it again", file: file.path,
        offset: offset, records: extent.firstRecord...extent.endRecord - 1))
  }

  /// An index record that commits to another run than the records give.
  mutating func reportWrong(
    _ run: IndexRunCommitment, _ extent: IndexRunExtent, _ derived: IndexRunCommitment,
    indexRecord: UInt64
  ) {
    var message =
      "the index record commits to a run \(extent.name) that is not the one its records give"
    if let file = stored.runs[extent],
      let reader = try? RunReader(
        source: file.source, fileByteCount: file.byteCount, ledger: ledgerID),
      reader.commitment == run, let difference = firstDifference(from: reader)
    {
      message += ": \(difference)"
    } else if run.entryCount != derived.entryCount {
      message += ": \(run.entryCount) entities instead of \(derived.entryCount)"
    }
    message += "; what was signed stays wrong, and an omission proof convicts who signed it"
    add(Finding(.indexRecordWrong, message, records: indexRecord...indexRecord))
  }

  /// What a stored run first lacks or has too much; nil if that cannot be said.
  private func firstDifference(from reader: RunReader) -> String? {
    guard let derived = run(reader.extent), !entities.isEmpty,
      let right = try? RunReader(
        source: derived.source, fileByteCount: derived.byteCount, ledger: ledgerID)
    else { return nil }
    var first: (record: UInt64, text: String)?
    for key in entities {
      let digest = key.digest
      guard let expected = try? right.records(keyHash: digest),
        let found = try? reader.records(keyHash: digest)
      else { return nil }
      guard expected != found else { continue }
      let missing = expected.first { !found.contains($0) }
      let surplus = found.first { !expected.contains($0) }
      let record = min(missing ?? .max, surplus ?? .max)
      guard record < first?.record ?? .max else { continue }
      let (type, namespace, name) = key.parts
      let entity = CommandLineEntity(type: type, namespace: namespace, name: name).text
      first = (
        record,
        record == missing
          ? "record \(record) is left out for \(entity)"
          : "record \(record) is listed for \(entity), which it does not name"
      )
    }
    if let first { return first.text }
    return reader.footer.entryCount > right.footer.entryCount
      ? "it has an entry for an entity that no record names" : nil
  }

  /// Stored files that were not compared, because the log does not reach so far or is damaged.
  mutating func reportUncompared(recordCount: UInt64) {
    let rest = (Array(stored.runs.values) + Array(stored.names.values))
      .filter { !comparedPaths.contains($0.path) }.sorted { $0.path < $1.path }
    for file in rest {
      if stored.runs[file.extent]?.path == file.path,
        let reader = try? RunReader(
          source: file.source, fileByteCount: file.byteCount, ledger: nil),
        reader.header.ledgerID != ledgerID
      {
        report(.foreignLedger, "the run file is another ledger's", file, offset: nil)
      } else if file.extent.endRecord > recordCount {
        add(
          Remark(
            .indexRunAhead, "covers records that the log does not have; the next writer removes it",
            file: file.path))
      } else {
        add(
          Remark(
            .notCompared, "could not be compared, because of the damage found", file: file.path))
      }
    }
  }

  /// Full ranges without a stored run, and runs without names.
  ///
  /// - Parameter newestTail: the run that is not full of the newest index record, whose file stays.
  mutating func reportMissing(recordCount: UInt64, newestTail: IndexRunExtent?) {
    // Once a full run begins where it does, nobody builds it again; proofs derive it.
    if let tail = newestTail, stored.runs[tail] == nil,
      recordCount < tail.firstRecord + UInt64(FormatLimits.runRecordCount)
    {
      add(
        Remark(
          .indexRunMissing,
          "is missing, which the newest index record lists; the next writer builds it",
          file: "index/\(tail.runFileName)"))
    }
    let capacity = UInt64(FormatLimits.runRecordCount)
    // From gap to gap: the log may claim any number of records.
    let runCount = recordCount / capacity
    var (next, missingCount): (UInt64, UInt64) = (0, 0)
    var first: UInt64?
    func skip(to run: UInt64) {
      guard run > next else { return }
      missingCount += run - next
      first = first ?? next * capacity
    }
    let full = stored.runs.keys.filter(\.isFull).sorted { $0.firstRecord < $1.firstRecord }
    for extent in full {
      skip(to: min(extent.firstRecord / capacity, runCount))
      next = max(next, extent.endRecord / capacity)
    }
    skip(to: runCount)
    if let first {
      add(
        Remark(
          .indexRunMissing,
          "\(counted(missingCount, "run")) of \(capacity) records missing, the first from record "
            + "\(first) on; the next writer builds them"))
    }
    for extent in stored.runs.keys.sorted(by: { $0.name < $1.name })
    where stored.names[extent] == nil {
      add(
        Remark(
          .indexRunMissing, "is missing beside its run; the next writer builds it",
          file: "index/\(extent.nameFileName)"))
    }
  }
}
