/// What kind of thing a path names.
public enum FileKind: Hashable, Sendable {
  case file
  case directory
  case symbolicLink
  /// A pipe, a socket or a device. Never opened.
  case other

  /// Why what is of this kind cannot be opened as a file; nil for a file.
  var openingError: Errno? {
    switch self {
    case .file: nil
    case .directory: .isDirectory
    case .symbolicLink: .symbolicLink
    case .other: .invalidArgument
    }
  }
}

/// One name in a directory.
public struct DirectoryEntry: Hashable, Sendable {
  /// The last component of the path, without a slash.
  public let name: String
  /// The kind of the entry itself; a symbolic link is not followed.
  public let kind: FileKind

  public init(name: String, kind: FileKind) {
    self.name = name
    self.kind = kind
  }
}

/// What the file system knows of a path without opening it.
public struct FileInformation: Hashable, Sendable {
  public let kind: FileKind
  /// The size in bytes; meaningful for files only.
  public let sizeBytes: Int
  public let permissions: FilePermissions
  /// Whether the effective user of this process owns it.
  public let isOwnedByThisUser: Bool

  public init(
    kind: FileKind, sizeBytes: Int, permissions: FilePermissions, isOwnedByThisUser: Bool
  ) {
    self.kind = kind
    self.sizeBytes = sizeBytes
    self.permissions = permissions
    self.isOwnedByThisUser = isOwnedByThisUser
  }
}
