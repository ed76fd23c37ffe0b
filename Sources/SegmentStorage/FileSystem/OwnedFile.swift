internal import Glibc

/// A descriptor of the operating system with one owner.
///
/// Holds nothing but two trivial values, so that `close` can discard it. Every call is repeated
/// when a signal interrupts it, except close(2), which on Linux has freed the number even then.
struct OwnedFile: ~Copyable, Sendable {
  private let descriptor: Int32
  private let isWritable: Bool

  /// Takes over an open descriptor.
  private init(taking descriptor: Int32, isWritable: Bool) {
    self.descriptor = descriptor
    self.isWritable = isWritable
  }

  /// Opens a regular file; anything else is closed again and refused.
  ///
  /// `O_NONBLOCK` changes nothing for a regular file, and keeps a pipe put in its place from
  /// holding us up.
  static func open(_ path: String, flags: Int32, permissions: FilePermissions)
    throws(Errno) -> OwnedFile
  {
    let allFlags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let descriptor = try retrying {
      Int(unsafe Glibc.open(path, allFlags, mode_t(permissions.rawValue)))
    }
    let file = OwnedFile(
      taking: Int32(descriptor), isWritable: flags & O_ACCMODE != O_RDONLY)
    do throws(Errno) {
      let kind = try file.status().st_mode & S_IFMT
      if kind == S_IFDIR { throw .isDirectory }
      if kind != S_IFREG { throw .invalidArgument }
    } catch {
      file.abandon()
      throw error
    }
    return file
  }

  /// Makes the entries of a directory durable.
  static func synchronizeDirectory(_ path: String) throws(Errno) {
    let descriptor = try retrying {
      Int(unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }
    let directory = OwnedFile(taking: Int32(descriptor), isWritable: false)
    do throws(Errno) {
      try directory.synchronize(withMetadata: true)
    } catch {
      directory.abandon()
      throw error
    }
    try directory.close()
  }

  /// Takes the exclusive lock on the file, without waiting.
  func lockExclusively() throws(Errno) {
    _ = try retrying { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
  }

  func read(into buffer: inout OutputSpan<UInt8>, at offset: Int) throws(Errno) -> Int {
    try unsafe buffer.withUnsafeMutableBufferPointer { target, filled throws(Errno) in
      let start = filled
      while filled < target.count {
        let next = unsafe target.baseAddress! + filled
        let room = target.count - filled
        let position = offset + filled - start
        let count = try retrying { unsafe pread(descriptor, next, room, position) }
        if count == 0 { break }
        filled += count
      }
      return filled - start
    }
  }

  func write(
    _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, _ fourth: Span<UInt8>,
    at offset: Int
  ) throws(Errno) {
    if second.isEmpty && third.isEmpty && fourth.isEmpty {
      return try write(first, skipping: 0, at: offset)
    }
    let written = try writeGathered(first, second, third, fourth, at: offset)
    // A short write is rare; what is left goes out span by span.
    var start = 0
    try write(first, skipping: written - start, at: offset + start)
    start += first.count
    try write(second, skipping: written - start, at: offset + start)
    start += second.count
    try write(third, skipping: written - start, at: offset + start)
    start += third.count
    try write(fourth, skipping: written - start, at: offset + start)
  }

  /// Hands four spans to the system in one call, and returns how many bytes it took.
  private func writeGathered(
    _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, _ fourth: Span<UInt8>,
    at offset: Int
  ) throws(Errno) -> Int {
    try unsafe first.withUnsafeBytes { first throws(Errno) in
      try unsafe second.withUnsafeBytes { second throws(Errno) in
        try unsafe third.withUnsafeBytes { third throws(Errno) in
          try unsafe fourth.withUnsafeBytes { fourth throws(Errno) in
            let vectors: InlineArray<4, iovec> = unsafe [
              Self.vector(first), Self.vector(second), Self.vector(third), Self.vector(fourth),
            ]
            return try unsafe vectors.span.withUnsafeBufferPointer { vectors throws(Errno) in
              try retrying { unsafe pwritev(descriptor, vectors.baseAddress, 4, offset) }
            }
          }
        }
      }
    }
  }

  private static func vector(_ bytes: UnsafeRawBufferPointer) -> iovec {
    unsafe iovec(
      iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
  }

  /// Writes all of `bytes` but the first `skipped`, which are written already. `offset` is where
  /// the whole span belongs.
  private func write(_ bytes: Span<UInt8>, skipping skipped: Int, at offset: Int) throws(Errno) {
    try unsafe bytes.withUnsafeBytes { source throws(Errno) in
      var done = max(0, skipped)
      while done < source.count {
        let next = unsafe source.baseAddress! + done
        let left = source.count - done
        let position = offset + done
        let count = try retrying { unsafe pwrite(descriptor, next, left, position) }
        // Not specified for a regular file; an endless loop would be worse than an error.
        if count == 0 { throw .inputOutput }
        done += count
      }
    }
  }

  func synchronize(withMetadata: Bool) throws(Errno) {
    _ = try retrying { Int(withMetadata ? fsync(descriptor) : fdatasync(descriptor)) }
  }

  func size() throws(Errno) -> Int { try status().st_size }

  func truncate(to sizeBytes: Int) throws(Errno) {
    _ = try retrying { Int(ftruncate(descriptor, sizeBytes)) }
  }

  private func status() throws(Errno) -> stat {
    var status = stat()
    _ = try retrying { Int(unsafe fstat(descriptor, &status)) }
    return status
  }

  consuming func close() throws(Errno) {
    let result = Glibc.close(descriptor)
    let number = errno
    discard self
    if result != 0 && number != EINTR { throw Errno(rawValue: number) }
  }

  /// Closes the file without a report.
  consuming func abandon() {
    _ = Glibc.close(descriptor)
    discard self
  }

  deinit {
    assert(!isWritable, "a writable file was dropped without close() or abandon()")
    _ = Glibc.close(descriptor)
  }
}

/// Repeats a system call while a signal interrupts it; a negative result becomes its error number.
func retrying(_ call: () -> Int) throws(Errno) -> Int {
  while true {
    let result = call()
    if result >= 0 { return result }
    let number = Errno(rawValue: errno)
    if number != .interrupted { throw number }
  }
}

extension Errno {
  /// The system's words for it, strerror(3), such as "No space left on device".
  public var text: String { unsafe String(cString: strerror(rawValue)) }
}
