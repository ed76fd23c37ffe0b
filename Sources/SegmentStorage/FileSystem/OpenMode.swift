/// How a file is opened. None of the modes truncates, and none follows a symbolic link.
public enum OpenMode: Hashable, Sendable {
  /// An existing file, to read.
  case readOnly
  /// An existing file, to read and write.
  case readWrite
  /// A file that does not exist yet, to read and write (`O_CREAT | O_EXCL`).
  case createNew(permissions: FilePermissions)

  /// Whether writes are allowed.
  public var isWritable: Bool { self != .readOnly }
}

/// The nine permission bits of a file or directory, before the process's mask is applied.
public struct FilePermissions: RawRepresentable, Hashable, Sendable {
  /// Bits 0o000...0o777.
  public let rawValue: UInt16

  /// Takes the low nine bits of `rawValue`.
  public init(rawValue: UInt16) { self.rawValue = rawValue & 0o777 }

  /// 0600: a file that holds a secret.
  public static let secretFile = FilePermissions(rawValue: 0o600)
  /// 0644: any other file.
  public static let file = FilePermissions(rawValue: 0o644)
  /// 0700: a directory that holds secrets.
  public static let secretDirectory = FilePermissions(rawValue: 0o700)
  /// 0755: any other directory.
  public static let directory = FilePermissions(rawValue: 0o755)

  /// Whether group or others may do anything at all; a file of secrets must not allow it.
  public var areOpenToOthers: Bool { rawValue & 0o077 != 0 }
}
