internal import LedgerFormat

extension LogReader {
  /// Copies the files of this snapshot to another place, durably: all segments, and the group logs
  /// up to the snapshot's end, so that a tail which was never acknowledged stays behind.
  ///
  /// Body segments are copied as they are at the moment of copying; an erasure that goes on
  /// meanwhile has replaced a segment as a whole or not at all. Nothing is verified.
  ///
  /// - Parameter target: where to; its folders `log` and `bodies` exist and are empty.
  /// - Throws: file errors; the files written so far are left.
  public func copyFiles(to target: StorageLocation) throws(StorageEngineError) {
    for segment in segments {
      let first = segment.firstRecord
      for (source, copy) in [
        (location.logPath(first), target.logPath(first)),
        (location.bodiesPath(first), target.bodiesPath(first)),
      ] {
        try onDisk { () throws(StorageError) in
          try location.fileSystem.copyFile(source, to: copy, on: target.fileSystem)
        }
      }
    }
    for tail in tails {
      let name = tail.path.dropFirst(location.directory.count)
      try onDisk { () throws(StorageError) in
        try target.fileSystem.writeCopy(
          of: tail.file.file, byteCount: Int(tail.position.nextOffset),
          to: target.directory + name)
      }
    }
    for folder in [target.logFolder, target.bodiesFolder, target.directory] {
      try target.synchronizeFolder(folder)
    }
  }
}

extension FileSystem {
  /// Copies the file at `source` to a new file, and synchronises that; not the folder.
  public func copyFile(
    _ source: String, to target: String, on other: any FileSystem
  ) throws(StorageError) {
    try withFile(source, .readOnly) { file throws(StorageError) in
      try other.writeCopy(of: file, byteCount: try file.size(), to: target)
    }
  }

  /// Writes the first `byteCount` bytes of `source` to a new file, and synchronises that.
  func writeCopy(
    of source: borrowing StorageFile, byteCount: Int, to target: String
  ) throws(StorageError) {
    let stepByteCount = 1 << 20
    let copy = try open(target, .createNew(permissions: .file))
    do throws(StorageError) {
      var offset = 0
      while offset < byteCount {
        let bytes = try source.bytes(count: min(stepByteCount, byteCount - offset), at: offset)
        try copy.write(bytes, at: offset)
        offset += bytes.count
      }
      try copy.synchronizeAll()
    } catch {
      copy.abandon()
      throw error
    }
    try copy.close()
  }

  /// Removes a folder and all in it; links are removed and not followed. Nothing if it is missing.
  public func removeFolder(_ path: String) throws(StorageError) {
    guard try information(path) != nil else { return }
    for entry in try list(path) {
      let inside = path + "/" + entry.name
      if entry.kind == .directory { try removeFolder(inside) } else { try remove(inside) }
    }
    try remove(path)
  }
}
