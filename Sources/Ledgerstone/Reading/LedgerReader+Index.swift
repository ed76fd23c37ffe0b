internal import LedgerCryptography
public import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

/// The newest index record, and what is proved with it.
public struct IndexStanding: Hashable, Sendable {
  /// The index record: it covers the records below it.
  public let record: UInt64
  /// Records behind it, which it says nothing of.
  public let uncoveredCount: UInt64
}

extension LedgerReader {
  /// Which records the newest signed index record covers; nil before the first.
  public func indexStanding() throws(LedgerError) -> IndexStanding? {
    guard let note = try newestIndexNote() else { return nil }
    let record = note.checkpoint.size - 1
    return IndexStanding(record: record, uncoveredCount: size - note.checkpoint.size)
  }

  /// A `ledgerstone/completeness@v1` file: that these are all records which name the entity, up to
  /// the newest index record; where there are none, that it is absent.
  ///
  /// - Parameter since: the first record to prove about.
  /// - Throws: `noIndexRecord`; `invalid` if `since` is not below the index record; `corrupt`.
  public func completenessProof(
    of key: EntityKey, since: UInt64 = 0
  ) throws(LedgerError) -> (file: [UInt8], records: [UInt64], standing: IndexStanding) {
    let (note, standing) = try requireIndexNote()
    guard since < standing.record else {
      throw LedgerError(
        .invalid,
        "the newest index record is \(standing.record), so nothing can be proved from record "
          + "\(since) on; append a new one with: ledgerstone index \(location.directory)")
    }
    let evidence = try indexEvidence(note)
    return try translatingErrors {
      let digest = key.digest
      var answers: [RunAnswer] = []
      for number in evidence.runNumbers(since: since) {
        answers.append(
          try answer(evidence.runs[number]) { try $0.answer(keyHash: digest, since: since) })
      }
      let proof = try CompletenessProofFile(
        key: key, since: since, evidence: evidence, answers: answers)
      return (proof.encoded, try proof.checkedRecords(), standing)
    }
  }

  /// The newest note of an index record.
  ///
  /// - Throws: `noIndexRecord`.
  func requireIndexNote() throws(LedgerError) -> (note: LedgerNote, standing: IndexStanding) {
    guard let note = try newestIndexNote() else {
      throw LedgerError(
        .noIndexRecord,
        "there is no index record yet that a proof could stand on; append one with: "
          + "ledgerstone index \(location.directory)")
    }
    let standing = IndexStanding(
      record: note.checkpoint.size - 1, uncoveredCount: size - note.checkpoint.size)
    return (note, standing)
  }

  /// The index record under `note`, with its proof.
  func indexEvidence(_ note: LedgerNote) throws(LedgerError) -> IndexEvidence {
    let size = note.checkpoint.size
    let header = try record(at: size - 1)
    let hashes = try withTree(of: note) { tree in
      let proof = try InclusionProof.make(index: size - 1, treeSize: size, reader: tree)
      try proof.check(leafHash: header.leafHash, root: note.checkpoint.root)
      return proof.hashes
    }
    return try translatingErrors {
      let evidence = try IndexEvidence(
        headerBytes: header.bytes, inclusionHashes: hashes, note: note.note)
      try IndexEvidence.checkContent(of: evidence.header)
      return evidence
    }
  }

  /// The newest note of an index record that this reader sees.
  func newestIndexNote() throws(LedgerError) -> LedgerNote? {
    let folder = indexFolder
    let notes = try translatingErrors { try folder.listing().notes }
    guard let record = notes.last(where: { $0 < size }) else { return nil }
    let path = folder.notePath(record)
    let bytes = try translatingErrors {
      try fileSystem.contentsIfPresent(path, limitBytes: FormatLimits.noteByteCountMax)
    }
    guard let bytes else { return nil }
    let note = try LedgerNote(
      bytes, keys: keys, origin: identity.origin, name: path, code: .corrupt)
    guard note.checkpoint.size == record + 1 else {
      throw LedgerError(
        .corrupt,
        "\(path) is a checkpoint of size \(note.checkpoint.size), not of \(record + 1)")
    }
    return note
  }

  /// What `ask` gets from the run that an index record lists: from its file, or where that is gone
  /// or damaged, from one built again in memory.
  func answer<Value>(
    _ listed: IndexRunCommitment, _ ask: (RunReader) throws -> Value
  ) throws -> Value {
    guard let extent = listed.extent else {
      throw LedgerError(.corrupt, "an index record lists a run that cannot be")
    }
    if let run = try? indexFolder.run(extent), run.commitment == listed,
      let value = try? ask(run)
    {
      return value
    }
    for mayUseFiles in [true, false] {
      if let run = try? builtRun(extent, mayUseFiles: mayUseFiles), run.commitment == listed {
        return try ask(run)
      }
    }
    throw LedgerError(
      .corrupt,
      "the index record commits to another run \(extent.name) than the records give; run: "
        + "ledgerstone verify \(location.directory)")
  }

  /// Builds a run again from the log, in memory.
  ///
  /// - Parameter mayUseFiles: whether smaller runs may come from their files.
  private func builtRun(_ extent: IndexRunExtent, mayUseFiles: Bool) throws -> RunReader {
    let ledgerID = identity.ledgerID
    if extent.level == 0 {
      var builder = RunBuilder(firstRecord: extent.firstRecord)
      try log.forEachHeader(in: extent.firstRecord..<extent.endRecord) { _, header, _ in
        try builder.append(header: header)
      }
      return try inMemory(builder.run(ledgerID: ledgerID).file)
    }
    let capacity = IndexRunExtent.capacity(level: extent.level - 1)
    var parts: [RunReader] = []
    for first in stride(from: extent.firstRecord, to: extent.endRecord, by: Int(capacity)) {
      guard
        let part = IndexRunExtent(
          level: extent.level - 1, firstRecord: first,
          recordCount: min(capacity, extent.endRecord - first))
      else { preconditionFailure("a run is made of aligned ones") }
      if mayUseFiles, let run = try? indexFolder.run(part) {
        parts.append(run)
      } else {
        parts.append(try builtRun(part, mayUseFiles: mayUseFiles))
      }
    }
    var merger = try RunMerger(parts, into: extent, ledgerID: ledgerID)
    var bytes: [UInt8] = []
    while try merger.advance(byteCount: IndexMerge.stepByteCount) == nil {
      bytes += merger.takeOutput()
    }
    return try inMemory(bytes + merger.takeOutput())
  }

  private func inMemory(_ bytes: [UInt8]) throws -> RunReader {
    try RunReader(
      source: RunBytes(bytes), fileByteCount: UInt64(bytes.count), ledger: identity.ledgerID)
  }
}
