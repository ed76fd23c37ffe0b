internal import LedgerFormat
internal import SegmentStorage

/// What a backup holds.
public struct BackupReport: Hashable, Sendable {
  public let path: String
  public let recordCount: UInt64
  /// Records under the checkpoint in it; nil without one.
  public let checkpointSize: UInt64?
}

extension LedgerReader {
  /// Copies the evidence to `path`: one moment of the ledger, also while a writer goes on.
  ///
  /// Not copied are the lock, `torn/`, unfinished files, and the vault, whose backup is another one
  /// that has to be kept apart. The copy is a ledger to read and to verify. It holds bodies. It is
  /// written under another name beside `path`, synchronised and then renamed, so that what is at
  /// `path` is complete.
  ///
  /// - Parameter path: absolute, outside the ledger and its vault; nothing or an empty folder is
  ///   there.
  /// - Throws: `invalid`, `alreadyExists`, `locked` if another backup is being written there,
  ///   `corrupt`, `storage`, `erasing` if erasures went on all the while.
  /// - Complexity: reads and writes every file once.
  public func backUp(to path: String) throws(LedgerError) -> BackupReport {
    guard !location.contains(path) else {
      throw LedgerError(.invalid, "\(path) lies in the ledger or its vault")
    }
    try fileSystem.requireRoom(at: path)
    let staging = fileSystem.stagingFolder(for: path)
    return try translatingErrors {
      // Held by the backup that is being written there, if one is.
      try fileSystem.makeDurableDirectory(staging, permissions: .secretDirectory)
      let lock = try LedgerOpening.acquireLock(in: staging, on: fileSystem)
      defer { withExtendedLifetime(lock) {} }
      do {
        let copied = try EvidenceCopy(
          source: location, fileSystem: fileSystem, identity: identity, isTargetLocked: true
        ).run(into: staging)
        // Nobody who opened it before this can put anything into the folder that gets its name.
        try fileSystem.remove(staging + "/LOCK")
        try fileSystem.publishFolder(staging, as: path)
        return BackupReport(
          path: path, recordCount: copied.recordCount, checkpointSize: copied.checkpointSize)
      } catch {
        fileSystem.discardFolder(staging)
        throw error
      }
    }
  }
}
