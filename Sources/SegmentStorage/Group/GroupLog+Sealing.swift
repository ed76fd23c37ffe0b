public import LedgerCryptography
public import LedgerFormat

extension GroupLog {
  /// Sets the full `active` aside as `active.sealing` and goes on in a new, empty `active`.
  ///
  /// The order, and what a crash behind each step leaves:
  /// 1. `active.tmp` is written and synchronised — a stale temporary file, removed at opening;
  /// 2. `active` becomes `active.sealing`, folder synchronised — only `active.sealing`: recovery
  ///    gives it its old name back, as nothing was written after it;
  /// 3. `active.tmp` becomes `active`, folder synchronised — both: recovery hands the sealing on.
  ///
  /// The folder is synchronised in between, because otherwise the second rename could survive
  /// without the first, and the only copy of acknowledged groups would be gone.
  ///
  /// - Parameter lastLeafHash: leaf hash of the last durable record.
  /// - Returns: the work that makes a segment of it, for any thread.
  /// - Precondition: at least one group is in `active`, and no sealing is under way.
  public func beginSealing(lastLeafHash: SHA256Digest) throws(StorageEngineError) -> SealingJob {
    try performing { state throws(StorageEngineError) in
      precondition(!state.isSealing, "a sealing is under way")
      precondition(state.position.isSealDue(target: 0), "an empty file is not sealed")
      let next = ActiveFileHeader(
        ledgerID: location.ledgerID, firstRecord: state.position.nextRecord,
        firstGroup: state.position.nextGroup, previousDigest: state.position.previousDigest,
        leafHashBefore: lastLeafHash)
      try location.writeTemporaryActive(next)
      try location.rename(location.activePath, to: location.sealingPath)
      try location.synchronizeFolder(location.directory)
      try location.rename(location.temporaryActivePath, to: location.activePath)
      try location.synchronizeFolder(location.directory)
      let file = try onDisk { () throws(StorageError) in
        try location.fileSystem.open(location.activePath, .readWrite)
      }
      let full = state.file.take()
      state.file = consume file
      full?.abandon()
      let job = SealingJob(location, sealing: state.fileHeader, next: next)
      state.fileHeader = next
      state.position.beginFile()
      state.reserve.beginFile()
      state.isSealing = true
      return job
    }
  }

  /// Takes note that the sealing was retired, so that the next may begin.
  public func finishSealing() {
    // A poisoned log seals nothing more, so there is nothing to note.
    try? performing { state throws(StorageEngineError) in state.isSealing = false }
  }
}

extension StorageLocation {
  /// Writes and synchronises `active.tmp` with nothing but its header.
  func writeTemporaryActive(_ header: ActiveFileHeader) throws(StorageEngineError) {
    let bytes = header.encoded()
    try withFile(temporaryActivePath, .createNew(permissions: .file)) {
      file throws(StorageEngineError) in
      do throws(StorageError) {
        try file.write(bytes.span, at: 0)
        try file.synchronize()
      } catch {
        throw StorageEngineError(error)
      }
    }
  }

  /// Makes the empty log of a new ledger: `active` with its header, durable with its name.
  ///
  /// Repeatable until the first group is written; a crash leaves no `active` or a whole one.
  ///
  /// - Throws: `fileSystem`, with `isAlreadyExisting` if there is an `active` already.
  public func create(openingID: OpeningID) throws(StorageEngineError) -> GroupLog {
    let present = try onDisk { () throws(StorageError) in try fileSystem.information(activePath) }
    if present != nil {
      throw StorageEngineError(StorageError(.create, activePath, .alreadyExists))
    }
    let header = ActiveFileHeader(
      ledgerID: ledgerID, firstRecord: 0, firstGroup: 1, previousDigest: .zero,
      leafHashBefore: .zero)
    try removeIfPresent(temporaryActivePath)
    try writeTemporaryActive(header)
    try rename(temporaryActivePath, to: activePath)
    try synchronizeFolder(directory)
    let file = try onDisk { () throws(StorageError) in
      try fileSystem.open(activePath, .readWrite)
    }
    return GroupLog(
      self, file: file, fileHeader: header,
      position: LogPosition(beginning: header, openingID: openingID), isSealing: false)
  }
}
