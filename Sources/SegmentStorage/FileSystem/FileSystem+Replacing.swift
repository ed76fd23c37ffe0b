extension FileSystem {
  /// Puts a file with exactly `bytes` at `path`, old or new but never half, and durable on return.
  ///
  /// Expected system calls: `openat(O_CREAT|O_EXCL)` of `path.tmp`, `pwrite`, `fsync`, `close`,
  /// `rename`, `fsync` of the folder. A temporary file left by a crash is removed first.
  ///
  /// - Throws: `StorageError`; the file at `path` is then the old one or, if only the last
  ///   synchronisation failed, possibly the new one.
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
    try rename(from: temporary, to: path)
    try synchronizeDirectory(parent(of: path))
  }

  /// Makes the folder at `path` unless it is there, durable on return.
  public func makeDurableDirectory(
    _ path: String, permissions: FilePermissions
  ) throws(StorageError) {
    if try information(path) == nil { try makeDirectory(path, permissions: permissions) }
    try synchronizeDirectory(parent(of: path))
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
