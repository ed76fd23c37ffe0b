internal import LedgerCryptography
internal import LedgerFormat

/// How an unclean opening makes the accepted groups certain.
extension StorageLocation {
  /// Saves the torn tail, if there is one, then replaces `active` by a copy of its whole groups.
  ///
  /// A crash in between leaves the old `active`, whole, and perhaps a saved tail, which the next
  /// opening saves again under the same name; or the new one.
  func settle(_ active: TailScan) throws(StorageEngineError) -> RecoveredLog.Outcome {
    let end = active.position.nextOffset
    let tornByteCount = active.fileByteCount - end
    let tornPath = tornByteCount > 0 ? try saveTornTail(active) : nil
    _ = try copy(activePath, from: 0, to: end, into: temporaryActivePath)
    try rename(temporaryActivePath, to: activePath)
    try synchronizeFolder(directory)
    return .unclean(tornByteCount: tornByteCount, tornPath: tornPath)
  }

  /// Copies the tail into `torn/`, durably.
  ///
  /// The name says before which record and at which offset it lay, and ends with its digest, so
  /// that two different tails never share one.
  private func saveTornTail(_ active: TailScan) throws(StorageEngineError) -> String {
    try onDisk { () throws(StorageError) in
      try fileSystem.makeDurableDirectory(tornFolder, permissions: .directory)
    }
    let offset = active.position.nextOffset
    let temporary = tornFolder + "/tail" + Self.temporarySuffix
    try removeIfPresent(temporary)
    let digest = try copy(activePath, from: offset, to: active.fileByteCount, into: temporary)
    let name = "\(Self.fileName(active.position.nextRecord))-\(offset)-\(digest)"
    let path = tornFolder + "/" + name
    try rename(temporary, to: path)
    try synchronizeFolder(tornFolder)
    return path
  }

  /// Copies a range of a file into a new, synchronised file and gives the digest of the range.
  private func copy(_ source: String, from start: UInt64, to end: UInt64, into target: String)
    throws(StorageEngineError) -> TruncatedDigest
  {
    try withFile(source, .readOnly) { source throws(StorageEngineError) in
      try withFile(target, .createNew(permissions: .file)) { target throws(StorageEngineError) in
        var hasher = SHA256Hasher()
        var bytes: ByteBuffer = []
        var offset = start
        do throws(StorageError) {
          while offset < end {
            bytes.removeAll(keepingCapacity: true)
            let count = Int(min(UInt64(FileWindow.byteCountTarget), end - offset))
            try source.append(count, to: &bytes, at: Int(offset))
            hasher.update(bytes)
            try target.write(bytes.span, at: Int(offset - start))
            offset += UInt64(count)
          }
          try target.synchronize()
        } catch {
          throw StorageEngineError(error)
        }
        return hasher.finalize().truncated
      }
    }
  }
}
