extension StorageFile {
  /// Appends exactly `count` bytes from `offset` on to `bytes`, which keeps its capacity, so that
  /// a loop over one emptied array allocates nothing.
  ///
  /// Checked against the file's size before room is made, so a damaged length costs nothing.
  ///
  /// - Throws: `StorageError` with `isEndOfFile` if the file holds fewer; `bytes` is as before.
  public func append(_ count: Int, to bytes: inout [UInt8], at offset: Int) throws(StorageError) {
    precondition(count >= 0 && offset >= 0)
    let available = max(0, try size() - offset)
    if count > available { throw endOfFile(at: offset, expected: count, found: available) }
    // An empty array's storage is shared by all threads: room for nothing would write to it.
    guard count > 0 else { return }
    let found = try bytes.appendLeading(count) { buffer throws(StorageError) in
      try read(into: &buffer, at: offset)
    }
    if found < count {
      bytes.removeLast(found)
      throw endOfFile(at: offset, expected: count, found: found)
    }
  }

  /// Exactly `count` bytes from `offset` on.
  ///
  /// - Throws: `StorageError` with `isEndOfFile` if the file holds fewer; nothing was allocated.
  public func bytes(count: Int, at offset: Int) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    try append(count, to: &bytes, at: offset)
    return bytes
  }

  /// The whole file.
  ///
  /// - Parameter limitBytes: the most that is read; a longer file throws `Errno.fileTooLarge`.
  public func allBytes(limitBytes: Int) throws(StorageError) -> [UInt8] {
    let size = try size()
    if size > limitBytes { throw StorageError(.read, path, .fileTooLarge) }
    return try bytes(count: size, at: 0)
  }

  /// The first bytes of the file: `limitBytes` of them, or all if it has fewer.
  public func leadingBytes(limitBytes: Int) throws(StorageError) -> [UInt8] {
    try bytes(count: min(size(), limitBytes), at: 0)
  }

  private func endOfFile(at offset: Int, expected: Int, found: Int) -> StorageError {
    StorageError(
      .read, path,
      .endOfFile(offset: offset, expectedByteCount: expected, foundByteCount: found))
  }
}

extension [UInt8] {
  /// Lends room for exactly `count` more bytes to `body`, whose result it returns.
  fileprivate mutating func appendLeading(
    _ count: Int, _ body: (inout OutputSpan<UInt8>) throws(StorageError) -> Int
  ) throws(StorageError) -> Int {
    var result = 0
    try append(addingCapacity: count) { buffer throws(StorageError) in
      result = try body(&buffer)
    }
    return result
  }
}
