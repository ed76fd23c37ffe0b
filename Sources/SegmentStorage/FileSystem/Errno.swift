internal import Glibc

/// An error number of the operating system, errno(3).
public struct Errno: Error, RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The medium or the quota is full.
  public static let noSpace = Errno(rawValue: ENOSPC)
  /// The user's quota is full.
  public static let quotaExceeded = Errno(rawValue: EDQUOT)
  /// The file system is mounted read-only.
  public static let readOnlyFileSystem = Errno(rawValue: EROFS)
  /// The permission bits forbid it.
  public static let permissionDenied = Errno(rawValue: EACCES)
  /// The operation is not permitted to this user.
  public static let notPermitted = Errno(rawValue: EPERM)
  /// Nothing has this path.
  public static let notFound = Errno(rawValue: ENOENT)
  /// Something has this path already.
  public static let alreadyExists = Errno(rawValue: EEXIST)
  /// A component that should be a directory is not.
  public static let notDirectory = Errno(rawValue: ENOTDIR)
  /// A directory where a file was expected.
  public static let isDirectory = Errno(rawValue: EISDIR)
  /// The directory still has entries.
  public static let directoryNotEmpty = Errno(rawValue: ENOTEMPTY)
  /// A symbolic link where none is followed, or a cycle of them.
  public static let symbolicLink = Errno(rawValue: ELOOP)
  /// The file was not opened for this.
  public static let badDescriptor = Errno(rawValue: EBADF)
  /// An argument the operation does not take, such as a path that is no regular file.
  public static let invalidArgument = Errno(rawValue: EINVAL)
  /// The file is larger than the caller takes.
  public static let fileTooLarge = Errno(rawValue: EFBIG)
  /// The process has as many files open as it may.
  public static let tooManyOpenFiles = Errno(rawValue: EMFILE)
  /// The medium failed.
  public static let inputOutput = Errno(rawValue: EIO)
  /// A signal came first; never leaves this layer.
  static let interrupted = Errno(rawValue: EINTR)
  /// Another holder has the lock; becomes `LockOutcome.heldByAnother`.
  static let wouldBlock = Errno(rawValue: EWOULDBLOCK)
}
