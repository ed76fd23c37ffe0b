internal import LedgerFormat
internal import MerkleLog
internal import Provenance
internal import SegmentStorage

/// Copies what a ledger consists of, and nothing else, from one folder to another: no lock, no
/// cut-off tails, no unfinished files, no vault.
struct EvidenceCopy {
  let source: LedgerLocation
  let fileSystem: any FileSystem
  let identity: LedgerIdentity
  /// Whether the caller holds a lock in the folder copied to, which then stays.
  var isTargetLocked = false

  /// What was copied.
  struct Result {
    var recordCount: UInt64
    /// Records under the checkpoint; nil without one.
    var checkpointSize: UInt64?
  }

  /// What is derived from the log or signs it. It is copied before the log, which then reaches at
  /// least as far.
  private static let folders = ["tree", "index", "keys", "erased"]
  private static let attemptCountMax = 5

  /// Copies into `staging`, which is made anew and is durable on return; its name is not.
  func run(into staging: String) throws -> Result {
    var attempt = 1
    while true {
      try clear(staging)
      if let result = try attemptCopying(to: staging) { return result }
      guard attempt < Self.attemptCountMax else {
        try fileSystem.removeFolder(staging)
        throw LedgerError(
          .erasing, "an erasure is going on in \(source.directory); try again when it has ended")
      }
      attempt += 1
    }
  }

  /// Removes what an earlier attempt left.
  private func clear(_ staging: String) throws(StorageError) {
    guard isTargetLocked else { return try fileSystem.removeFolder(staging) }
    for entry in try fileSystem.list(staging) where entry.name != "LOCK" {
      let path = staging + "/" + entry.name
      if entry.kind == .directory {
        try fileSystem.removeFolder(path)
      } else {
        try fileSystem.remove(path)
      }
    }
  }

  /// - Returns: nil if an erasure was planned or signed meanwhile, so that bodies may have gone of
  ///   which the log copied does not say why, or the checkpoint copied does not cover that.
  private func attemptCopying(to staging: String) throws -> Result? {
    if !isTargetLocked {
      try fileSystem.makeDirectory(staging, permissions: .secretDirectory)
    }
    for folder in ["log", "bodies"] {
      try fileSystem.makeDirectory(staging + "/" + folder, permissions: .directory)
    }
    // The checkpoint first: all that it covers is in what is read after it.
    let checkpoint = try fileSystem.ledgerContents(
      source.path("checkpoint"), limitBytes: FormatLimits.noteByteCountMax)
    for folder in Self.folders { try copyFolder(folder, to: staging) }
    let storage = StorageLocation(
      fileSystem: fileSystem, directory: source.directory, ledgerID: identity.ledgerID)
    let log = try storage.openForReading()
    if let damage = log.damage { throw damage }
    try log.copyFiles(
      to: StorageLocation(
        fileSystem: fileSystem, directory: staging, ledgerID: identity.ledgerID))
    guard try !isErasureMissed(log, checkpoint, storage) else { return nil }
    try fileSystem.copyFile(
      source.path("ledger.json"), to: staging + "/ledger.json", on: fileSystem)
    if let checkpoint {
      try fileSystem.replaceFile(
        staging + "/checkpoint", with: checkpoint, permissions: .file)
    }
    try fileSystem.synchronizeDirectory(staging)
    let copy = try LedgerReader.open(
      at: LedgerLocation(absoluteDirectory: staging, absoluteVault: source.vault),
      fileSystem: fileSystem)
    return Result(
      recordCount: copy.size,
      checkpointSize: try checkpoint == nil ? nil : copy.newestNote().checkpoint.size)
  }

  private func isErasureMissed(
    _ copied: LogReader, _ checkpoint: [UInt8]?, _ storage: StorageLocation
  ) throws -> Bool {
    let log = try storage.openForReading()
    let signedSize = checkpoint.flatMap { try? SignedNote(parsing: $0) }
      .flatMap { try? Checkpoint(parsing: $0.text).size }
    let first = min(signedSize ?? copied.endRecord, copied.endRecord, log.endRecord)
    let plans = try log.records(in: first..<log.endRecord) {
      RecordHeader.hasKind(RecordKind.erasurePlan.rawValue, $0)
    }
    guard let last = plans.last else { return false }
    // No body goes before its plan is signed.
    return try last >= copied.endRecord
      || fileSystem.ledgerContents(
        source.path("checkpoint"), limitBytes: FormatLimits.noteByteCountMax) != checkpoint
  }

  /// Files that the writer removes meanwhile are left out.
  private func copyFolder(_ name: String, to staging: String) throws {
    let folder = source.path(name)
    guard try fileSystem.information(folder)?.kind == .directory else { return }
    let target = staging + "/" + name
    try fileSystem.makeDirectory(target, permissions: .directory)
    for entry in try fileSystem.list(folder)
    where entry.kind == .file && !entry.name.hasSuffix(".tmp") {
      do throws(StorageError) {
        try fileSystem.copyFile(
          folder + "/" + entry.name, to: target + "/" + entry.name, on: fileSystem)
      } catch {
        guard error.isNotFound else { throw error }
      }
    }
    try fileSystem.synchronizeDirectory(target)
  }
}

extension FileSystem {
  /// Where a folder that will be at `path` is put together: beside it, under a name that nobody
  /// else gives to anything, because what an interrupted copy left there is removed unasked.
  func stagingFolder(for path: String) -> String {
    let folder = parent(of: path)
    let name = path.split(separator: "/").last ?? ""
    return (folder == "/" ? "" : folder) + "/.ledgerstone-unfinished-" + name
  }

  /// Takes away what was put together of a copy that failed, as far as it can be: also from the
  /// medium, as there are bodies in it.
  func discardFolder(_ staging: String) {
    // The failure to report is the one that came before.
    try? removeFolder(staging)
    try? synchronizeDirectory(parent(of: staging))
  }

  /// Gives a folder that is complete and durable its name, durably.
  func publishFolder(_ staging: String, as path: String) throws(StorageError) {
    try rename(from: staging, to: path)
    try synchronizeDirectory(parent(of: path))
  }

  /// - Throws: `alreadyExists` unless nothing or an empty folder is at `path`; `invalid` if there
  ///   is no folder to put it into.
  func requireRoom(at path: String) throws(LedgerError) {
    try translatingErrors {
      if let found = try information(path) {
        guard found.kind == .directory, try list(path).isEmpty else {
          throw LedgerError(.alreadyExists, "\(path) is there already and not an empty folder")
        }
      }
      guard try information(parent(of: path))?.kind == .directory else {
        throw LedgerError(.invalid, "\(parent(of: path)) is no folder")
      }
    }
  }
}
