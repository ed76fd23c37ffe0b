/// The few things the storage engine asks of a file system.
///
/// Two implementations exist: `POSIXFileSystem`, and the simulated disk of the tests, which loses
/// what was not synchronised. One conformance suite runs against both.
///
/// Paths are absolute. A symbolic link is followed in the middle of a path, and at its end only
/// where a directory is meant (`list`, `synchronizeDirectory`); a file is never opened through one.
///
/// What survives a power cut: the bytes of a file after `StorageFile.synchronize`; a directory
/// entry, made by `open(_:.createNew)`, `rename`, `remove` or `makeDirectory`, after
/// `synchronizeDirectory` of the folder that holds it. Neither implies the other. A move between
/// two folders needs both synchronised, the target first.
///
/// Every method throws a `StorageError` that names the operation, the path and the error number.
/// After a failed write or synchronisation nothing is known about what reached the medium.
public protocol FileSystem: Sendable {
  /// Opens the regular file at `path`.
  ///
  /// - Throws: not found, already exists (`createNew`), a symbolic link, a directory, anything that
  ///   is not a regular file, no permission, a read-only file system. open(2) with `O_CLOEXEC` and
  ///   `O_NOFOLLOW`.
  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> StorageFile

  /// Gives the entry at `source` the path `target`, replacing a file there, in one step: at any
  /// moment, also after a crash, `target` is the old or the new file. rename(2).
  func rename(from source: String, to target: String) throws(StorageError)

  /// Removes a file, a symbolic link or an empty directory. Who has the file open keeps it.
  func remove(_ path: String) throws(StorageError)

  /// Makes the entries of a directory durable. fsync(2) on the directory.
  func synchronizeDirectory(_ path: String) throws(StorageError)

  /// The entries of a directory without `.` and `..`, in ascending order of the names' bytes.
  ///
  /// A name that is not UTF-8 is shown with replacement characters and cannot be opened.
  func list(_ path: String) throws(StorageError) -> [DirectoryEntry]

  /// Makes one directory; its parent must exist. mkdir(2): the process's mask applies.
  func makeDirectory(_ path: String, permissions: FilePermissions) throws(StorageError)

  /// What is at `path`, or nil if nothing is there. Describes a symbolic link itself. lstat(2).
  func information(_ path: String) throws(StorageError) -> FileInformation?

  /// Takes the one writer's lock on the file at `path`, which is made if it is missing.
  ///
  /// Does not wait. The system drops the lock when its holder ends, however it ends. The file must
  /// never be removed, or two holders could lock two different files. flock(2), so two openings in
  /// one process conflict too.
  func lockExclusively(_ path: String) throws(StorageError) -> LockOutcome
}

extension FileSystem {
  /// Opens a file, lends it to `body`, and closes it on every way out.
  ///
  /// - Throws: what `body` throws; a failure to close only if `body` succeeded.
  public func withFile<Value>(
    _ path: String, _ mode: OpenMode,
    _ body: (borrowing StorageFile) throws(StorageError) -> Value
  ) throws(StorageError) -> Value {
    let file = try open(path, mode)
    let value: Value
    do throws(StorageError) {
      value = try body(file)
    } catch {
      file.abandon()
      throw error
    }
    try file.close()
    return value
  }
}
