internal import LedgerCryptography
internal import LedgerFormat
internal import SegmentStorage

/// What can be said of a folder before its records are read.
struct LedgerDirectory {
  let location: LedgerLocation
  let fileSystem: any FileSystem

  init(_ location: LedgerLocation, _ fileSystem: any FileSystem) {
    self.location = location
    self.fileSystem = fileSystem
  }

  /// Whether something other than a folder, or a link to one, is there.
  func isFile() throws(LedgerError) -> Bool {
    let found = try translatingErrors { () throws(StorageError) -> FileInformation? in
      do throws(StorageError) {
        return try fileSystem.information(location.directory)
      } catch {
        // A folder above it is none either.
        guard error.errno == .notDirectory else { throw error }
        return nil
      }
    }
    return found?.kind == .file || found?.kind == .other
  }

  /// Whether any file of a ledger is there.
  func hasLedgerFiles() throws(LedgerError) -> Bool {
    try translatingErrors {
      for name in ["ledger.json", "active", "active.sealing", "log"] {
        if try fileSystem.information(location.path(name)) != nil { return true }
      }
      return false
    }
  }

  /// Whether there is what an `init` leaves that was interrupted before `ledger.json`: folders, and
  /// nothing that a ledger holds.
  private func isBegun() throws(LedgerError) -> Bool {
    try translatingErrors {
      for name in ["active", "active.sealing", "checkpoint", "tree", "torn"] {
        if try fileSystem.information(location.path(name)) != nil { return false }
      }
      for folder in ["log", "bodies"] {
        let path = location.path(folder)
        guard let found = try fileSystem.information(path) else { continue }
        if try found.kind != .directory || !fileSystem.list(path).isEmpty { return false }
      }
      return true
    }
  }

  /// Refuses folders that are somewhere else: a writer would follow a link that `verify` does not.
  func refuseLinkedFolders() throws(LedgerError) {
    for name in ["log", "bodies", "tree", "index", "keys", "torn", "erased"] {
      let path = location.path(name)
      let found = try translatingErrors { try fileSystem.information(path) }
      guard let found, found.kind != .directory else { continue }
      throw LedgerError(
        .storage,
        found.kind == .symbolicLink
          ? "\(path) is a symbolic link: the folders of a ledger lie in it"
          : "\(path) is not a folder")
    }
  }

  /// Reads `ledger.json`.
  ///
  /// - Throws: `noLedger` where there is none and no other file of a ledger either; `incomplete`
  ///   where only an interrupted `init` was at work.
  func ledgerFile() throws(LedgerError) -> LedgerFile {
    guard try !isFile() else {
      throw LedgerError(
        .noLedger, "\(location.directory): there is no ledger here; it is not a folder")
    }
    let bytes = try fileSystem.ledgerContents(
      location.path("ledger.json"), limitBytes: FormatLimits.ledgerFileByteCountMax)
    guard let bytes else {
      guard try hasLedgerFiles() else {
        throw LedgerError(.noLedger, "\(location.directory): there is no ledger here")
      }
      guard try isBegun() else {
        throw LedgerError(.corrupt, "\(location.path("ledger.json")) is missing")
      }
      throw LedgerError(
        .incomplete,
        "\(location.directory): init was interrupted; repeat it with the same arguments")
    }
    do throws(FormatError) {
      return try LedgerFile.decode(bytes)
    } catch {
      throw LedgerError(error, in: location.path("ledger.json"))
    }
  }

  /// What record 0 says, checked against `ledger.json`.
  static func identity(of header: RecordHeader, file: LedgerFile) throws(LedgerError)
    -> LedgerIdentity
  {
    guard header.index == 0, header.content.kind == LedgerRecords.createdKind,
      let identity = header.content.identity
    else { throw LedgerError(.corrupt, "record 0 does not say what ledger this is") }
    guard identity.ledgerFileHash == file.hash, identity.ledgerID == file.ledgerID,
      identity.origin == file.origin, identity.verifierKeys.first == file.verifierKey
    else {
      throw LedgerError(.corrupt, "ledger.json is not the file whose hash record 0 holds")
    }
    return identity
  }
}
