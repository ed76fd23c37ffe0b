extension FileSystem {
  /// Puts a file with exactly `bytes` at `path`, old or new but never half, and durable on return.
  ///
  /// Expected system calls: `openat(O_CREAT|O_EXCL)` of `path.tmp`, `pwrite`, `fsync`, `close`,
  /// `rename`, `fsync` of the folder. A temporary file left by a crash is removed first.
  ///
  /// - Throws: `StorageError`; the file at `path` is then the old one or, if only the last
  ///   synchronisation failed, possibly the new one. If there was no old one, the new one is taken
  ///   away again: a name whose synchronisation failed may never become durable, and a caller that
  ///   finds it there would not make it anew.
  public func replaceFile(
    _ path: String, with bytes: [UInt8], permissions: FilePermissions
  ) throws(StorageError) {
    let temporary = path + ".tmp"
    if try information(temporary) != nil { try remove(temporary) }
    try withFile(temporary, .createNew(permissions: permissions)) {
      file throws(StorageError) in
      try file.write(bytes.span, at: 0)
      try file.synchronizeAll()
    }
    let isNew = try information(path) == nil
    try rename(from: temporary, to: path)
    try synchronizeDirectory(parent(of: path), undoing: isNew ? path : nil)
  }

  /// Makes the folder at `path` unless it is there, durable on return; also if another process
  /// makes it at the same moment.
  ///
  /// - Throws: `StorageError`; a folder made by this call is then taken away again, for the reason
  ///   given at `replaceFile`.
  public func makeDurableDirectory(
    _ path: String, permissions: FilePermissions
  ) throws(StorageError) {
    var isNew = try information(path) == nil
    if isNew {
      do throws(StorageError) {
        try makeDirectory(path, permissions: permissions)
      } catch {
        guard error.isAlreadyExisting, try information(path)?.kind == .directory else {
          throw error
        }
        isNew = false
      }
    }
    try synchronizeDirectory(parent(of: path), undoing: isNew ? path : nil)
  }

  /// Makes a folder's entries durable; if that fails, removes `path`, which was made just now.
  private func synchronizeDirectory(_ folder: String, undoing path: String?) throws(StorageError) {
    do throws(StorageError) {
      try synchronizeDirectory(folder)
    } catch {
      // The failure to report is the first; if this one fails too, the entry stays as it is.
      if let path { try? remove(path) }
      throw error
    }
  }

  /// The whole file at `path`, or nil if there is none.
  public func contentsIfPresent(
    _ path: String, limitBytes: Int
  ) throws(StorageError) -> [UInt8]? {
    guard try information(path) != nil else { return nil }
    return try withFile(path, .readOnly) { file throws(StorageError) in
      try file.allBytes(limitBytes: limitBytes)
    }
  }

  /// The folder that holds `path`, which is absolute and not `/`.
  public func parent(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    return "/" + parts.joined(separator: "/")
  }
}
