internal import Glibc

/// The operating system's files.
///
/// Each method makes the system calls that its documentation in `FileSystem` names, and no others
/// but one fstat(2) per opening, which refuses everything that is not a regular file.
public struct POSIXFileSystem: FileSystem {
  public init() {}

  public func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> StorageFile {
    let operation: StorageError.Operation
    let flags: Int32
    var permissions = FilePermissions(rawValue: 0)
    switch mode {
    case .readOnly: (operation, flags) = (.open, O_RDONLY)
    case .readWrite: (operation, flags) = (.open, O_RDWR)
    case .createNew(let asked):
      (operation, flags) = (.create, O_RDWR | O_CREAT | O_EXCL)
      permissions = asked
    }
    do throws(Errno) {
      let file = try OwnedFile.open(path, flags: flags, permissions: permissions)
      return StorageFile(path: path, .owned(file))
    } catch {
      throw StorageError(operation, path, error)
    }
  }

  public func rename(from source: String, to target: String) throws(StorageError) {
    do throws(Errno) {
      _ = try retrying { Int(unsafe Glibc.rename(source, target)) }
    } catch {
      throw StorageError(.rename, source, to: target, error)
    }
  }

  public func remove(_ path: String) throws(StorageError) {
    do throws(Errno) {
      _ = try retrying { Int(unsafe Glibc.remove(path)) }
    } catch {
      throw StorageError(.remove, path, error)
    }
  }

  public func synchronizeDirectory(_ path: String) throws(StorageError) {
    do throws(Errno) {
      try OwnedFile.synchronizeDirectory(path)
    } catch {
      throw StorageError(.synchronizeDirectory, path, error)
    }
  }

  public func makeDirectory(_ path: String, permissions: FilePermissions) throws(StorageError) {
    do throws(Errno) {
      _ = try retrying { Int(unsafe mkdir(path, mode_t(permissions.rawValue))) }
    } catch {
      throw StorageError(.makeDirectory, path, error)
    }
  }

  public func information(_ path: String) throws(StorageError) -> FileInformation? {
    do throws(Errno) {
      return try Self.status(path)
    } catch .notFound {
      return nil
    } catch {
      throw StorageError(.inspect, path, error)
    }
  }

  public func lockExclusively(_ path: String) throws(StorageError) -> LockOutcome {
    do throws(Errno) {
      let file = try OwnedFile.open(path, flags: O_RDWR | O_CREAT, permissions: .file)
      let isOurs: Bool
      do throws(Errno) {
        try file.lockExclusively()
        isOurs = true
      } catch .wouldBlock {
        isOurs = false
      } catch {
        file.abandon()
        throw error
      }
      let lockFile = StorageFile(path: path, .owned(file))
      if isOurs { return .acquired(ExclusiveLock(holding: lockFile)) }
      let contents = try? lockFile.leadingBytes(limitBytes: ExclusiveLock.contentsSizeBytesMax)
      lockFile.abandon()
      return .heldByAnother(contents: contents ?? [])
    } catch {
      throw StorageError(.lock, path, error)
    }
  }

  public func list(_ path: String) throws(StorageError) -> [DirectoryEntry] {
    do throws(Errno) {
      return try Self.entries(path).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    } catch {
      throw StorageError(.list, path, error)
    }
  }
}

extension POSIXFileSystem {
  private static func status(_ path: String) throws(Errno) -> FileInformation {
    var status = stat()
    let result = unsafe lstat(path, &status)
    if result != 0 { throw Errno(rawValue: errno) }
    return FileInformation(
      kind: FileKind(mode: status.st_mode),
      sizeBytes: status.st_size,
      permissions: FilePermissions(rawValue: UInt16(truncatingIfNeeded: status.st_mode)),
      isOwnedByThisUser: status.st_uid == geteuid())
  }

  private static func entries(_ path: String) throws(Errno) -> [DirectoryEntry] {
    guard let stream = unsafe opendir(path) else { throw Errno(rawValue: errno) }
    defer { unsafe closedir(stream) }
    var entries: [DirectoryEntry] = []
    while true {
      // readdir(3) reports the end and a failure alike, but for the error number.
      errno = 0
      guard let record = unsafe readdir(stream) else {
        if errno != 0 { throw Errno(rawValue: errno) }
        return entries
      }
      let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name)!
      let name = unsafe String(
        cString: (UnsafeRawPointer(record) + nameOffset).assumingMemoryBound(to: CChar.self))
      if name == "." || name == ".." { continue }
      let type = unsafe record.pointee.d_type
      var kind = FileKind(directoryEntryType: type)
      if kind == nil { kind = try kindOfEntry("\(path)/\(name)") }
      if let kind { entries.append(DirectoryEntry(name: name, kind: kind)) }
    }
  }

  /// The kind of an entry whose directory does not tell; nil if it has gone meanwhile.
  private static func kindOfEntry(_ path: String) throws(Errno) -> FileKind? {
    do throws(Errno) {
      return try status(path).kind
    } catch .notFound {
      return nil
    } catch {
      throw error
    }
  }
}

extension FileKind {
  /// From `st_mode`.
  fileprivate init(mode: mode_t) {
    self =
      switch mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
  }

  /// From `d_type`; nil where the file system leaves it open.
  fileprivate init?(directoryEntryType type: UInt8) {
    switch Int(type) {
    case Int(DT_UNKNOWN): return nil
    case Int(DT_REG): self = .file
    case Int(DT_DIR): self = .directory
    case Int(DT_LNK): self = .symbolicLink
    default: self = .other
    }
  }
}
