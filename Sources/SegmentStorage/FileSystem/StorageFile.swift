/// An open file, with one owner, that must be closed on purpose.
///
/// Every access names its offset, so there is no position to share: several tasks may read one
/// borrowed file at once. A writable file that goes out of scope unclosed is a programmer error,
/// because the failure of a close could not be reported: it stops a debug build, and is closed
/// silently in a release build. `close` is the normal way out; `abandon` the one after an error
/// that is already being reported.
public struct StorageFile: ~Copyable, Sendable {
  enum Backing: ~Copyable {
    /// A file of the operating system, held without a detour.
    case owned(OwnedFile)
    /// A file of any other file system.
    case custom(any FileBacking)
  }

  /// The path it was opened by; for messages, as a rename does not change it.
  public let path: String
  private let backing: Backing

  init(path: String, _ backing: consuming Backing) {
    self.path = path
    self.backing = backing
  }

  /// A file of a file system that is not the operating system's.
  public init(path: String, backing: any FileBacking) {
    self.init(path: path, .custom(backing))
  }

  /// Reads bytes from `offset` on, appending to `buffer` until it is full or the file ends.
  /// pread(2).
  ///
  /// - Parameter offset: 0 or more; past the end nothing is read.
  /// - Returns: the count of bytes appended; less than the buffer had room for only at the end of
  ///   the file.
  @discardableResult
  public func read(into buffer: inout OutputSpan<UInt8>, at offset: Int)
    throws(StorageError) -> Int
  {
    precondition(offset >= 0)
    do throws(Errno) {
      switch backing {
      case .owned(let file): return try file.read(into: &buffer, at: offset)
      case .custom(let file): return try file.read(into: &buffer, at: offset)
      }
    } catch {
      throw StorageError(.read, path, error)
    }
  }

  /// Writes all of up to four spans one after the other from `offset` on; a gap before `offset`
  /// reads as zeros. pwritev(2).
  ///
  /// Durable after the next `synchronize` only. If it throws, any part may have been written.
  public func write(
    _ first: Span<UInt8>, _ second: Span<UInt8> = Span(), _ third: Span<UInt8> = Span(),
    _ fourth: Span<UInt8> = Span(), at offset: Int
  ) throws(StorageError) {
    precondition(offset >= 0)
    do throws(Errno) {
      switch backing {
      case .owned(let file): try file.write(first, second, third, fourth, at: offset)
      case .custom(let file): try file.write(first, second, third, fourth, at: offset)
      }
    } catch {
      throw StorageError(.write, path, error)
    }
  }

  /// Writes all of `bytes` from `offset` on; otherwise as the method for spans.
  public func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
    try write(bytes.span, at: offset)
  }

  /// Makes the bytes written so far, and the size, durable. fdatasync(2).
  ///
  /// The file's directory entry is not covered: see `FileSystem.synchronizeDirectory`. After it
  /// has thrown, a later success proves nothing: the system may have dropped the unwritten pages.
  public func synchronize() throws(StorageError) {
    do throws(Errno) {
      switch backing {
      case .owned(let file): try file.synchronize(withMetadata: false)
      case .custom(let file): try file.synchronize()
      }
    } catch {
      throw StorageError(.synchronize, path, error)
    }
  }

  /// Like `synchronize`, and the permissions and times too. fsync(2).
  public func synchronizeAll() throws(StorageError) {
    do throws(Errno) {
      switch backing {
      case .owned(let file): try file.synchronize(withMetadata: true)
      case .custom(let file): try file.synchronize()
      }
    } catch {
      throw StorageError(.synchronize, path, error)
    }
  }

  /// The size in bytes. fstat(2).
  public func size() throws(StorageError) -> Int {
    do throws(Errno) {
      switch backing {
      case .owned(let file): return try file.size()
      case .custom(let file): return try file.size()
      }
    } catch {
      throw StorageError(.measure, path, error)
    }
  }

  /// Cuts the file to `sizeBytes`, or lengthens it by zeros. ftruncate(2).
  public func truncate(to sizeBytes: Int) throws(StorageError) {
    precondition(sizeBytes >= 0)
    do throws(Errno) {
      switch backing {
      case .owned(let file): try file.truncate(to: sizeBytes)
      case .custom(let file): try file.truncate(to: sizeBytes)
      }
    } catch {
      throw StorageError(.truncate, path, error)
    }
  }

  /// Closes the file; synchronises nothing. close(2), never repeated.
  ///
  /// - Throws: a write that failed late; the file is closed nevertheless.
  public consuming func close() throws(StorageError) {
    let path = self.path
    do throws(Errno) {
      switch consume backing {
      case .owned(let file): try file.close()
      case .custom(let file): try file.close()
      }
    } catch {
      throw StorageError(.close, path, error)
    }
  }

  /// Closes the file and keeps silent about it: for the way out after an error that is thrown.
  public consuming func abandon() {
    do throws(StorageError) {
      try close()
    } catch {
      // The error that made the caller give up is the one worth reporting.
    }
  }
}
