/// The outcome of asking for the one writer's lock.
public enum LockOutcome: ~Copyable, Sendable {
  /// The lock is ours until it is released or the process ends.
  case acquired(ExclusiveLock)
  /// Another process, or another opening in this one, holds it. `contents` is what it wrote into
  /// the lock file, at most `ExclusiveLock.contentsSizeBytesMax` bytes, possibly still empty.
  case heldByAnother(contents: [UInt8])
}

/// The one writer's lock, held by an open lock file.
///
/// The lock file's contents belong to the holder: who it is, and on release how it ended.
public struct ExclusiveLock: ~Copyable, Sendable {
  /// The most that is read of, or written to, a lock file.
  public static let contentsSizeBytesMax = 4096

  private let file: StorageFile

  /// Takes over an open, writable file on which the lock is held already.
  public init(holding file: consuming StorageFile) { self.file = file }

  /// What the lock file holds: at first, what its last holder left.
  public func contents() throws(StorageError) -> [UInt8] {
    try file.leadingBytes(limitBytes: Self.contentsSizeBytesMax)
  }

  /// Replaces the lock file's contents, durably.
  ///
  /// Not in one step: a crash, or a reader in between, can find it empty or in part.
  ///
  /// - Parameter bytes: at most `contentsSizeBytesMax` bytes.
  public func replaceContents(with bytes: [UInt8]) throws(StorageError) {
    precondition(bytes.count <= Self.contentsSizeBytesMax)
    try file.truncate(to: 0)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }

  /// Gives the lock back; the file and its contents stay.
  public consuming func release() throws(StorageError) { try file.close() }

  /// Gives the lock back after an error that is already being reported.
  public consuming func abandon() { file.abandon() }
}
