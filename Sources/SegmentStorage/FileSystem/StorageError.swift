/// A file operation that failed: what was attempted, on which path, and why.
///
/// After a failed write, truncation or synchronisation the state of the file on the medium is
/// unknown until it has been read back by a new process or mount; the writer must stop.
public struct StorageError: Error, Hashable, Sendable {
  /// What was attempted. The raw value reads after "cannot".
  public enum Operation: String, Hashable, Sendable {
    case open
    case create
    case read
    case write
    case truncate
    case synchronize
    case close
    case measure
    case rename
    case remove
    case list
    case lock
    case inspect
    case makeDirectory = "make directory"
    case synchronizeDirectory = "synchronize directory"
  }

  /// Why it failed.
  public enum Cause: Hashable, Sendable {
    /// A system call returned this error number.
    case system(Errno)
    /// The file ended before the bytes that were asked for; `count` of `expected` were there,
    /// from byte `offset` on.
    case endOfFile(offset: Int, expectedByteCount: Int, foundByteCount: Int)
  }

  public let operation: Operation
  public let path: String
  /// The second path of a `rename`.
  public let targetPath: String?
  public let cause: Cause

  public init(_ operation: Operation, _ path: String, to targetPath: String? = nil, _ cause: Cause)
  {
    self.operation = operation
    self.path = path
    self.targetPath = targetPath
    self.cause = cause
  }

  public init(_ operation: Operation, _ path: String, to targetPath: String? = nil, _ errno: Errno)
  {
    self.init(operation, path, to: targetPath, .system(errno))
  }

  /// The system's error number, nil if no system call failed.
  public var errno: Errno? {
    if case .system(let errno) = cause { errno } else { nil }
  }

  /// The medium or a quota is full; making room helps.
  public var isNoSpace: Bool { errno == .noSpace || errno == .quotaExceeded }
  /// The file system is mounted read-only.
  public var isReadOnly: Bool { errno == .readOnlyFileSystem }
  /// This user may not do it.
  public var isPermissionDenied: Bool { errno == .permissionDenied || errno == .notPermitted }
  /// Nothing has this path.
  public var isNotFound: Bool { errno == .notFound }
  /// Something has this path already.
  public var isAlreadyExisting: Bool { errno == .alreadyExists }
  /// The path ends in a symbolic link, which is never followed to a file.
  public var isSymbolicLink: Bool { errno == .symbolicLink }
  /// The file was shorter than what was asked for.
  public var isEndOfFile: Bool {
    if case .endOfFile = cause { true } else { false }
  }
}

extension StorageError: CustomStringConvertible {
  /// One line for people, such as "cannot open /data/active: Permission denied (errno 13)".
  public var description: String {
    let paths = targetPath.map { "\(path) to \($0)" } ?? path
    return switch cause {
    case .system(let errno):
      "cannot \(operation.rawValue) \(paths): \(errno.text) (errno \(errno.rawValue))"
    case .endOfFile(let offset, let expected, let found):
      "cannot \(operation.rawValue) \(paths): "
        + "\(expected) bytes expected at offset \(offset), \(found) found"
    }
  }
}
