internal import Glibc

/// A ledger's folder, opened for reading only.
///
/// The only file of this target that holds descriptors and `unsafe`. Everything is opened with
/// `O_RDONLY`, relative to the folder's descriptor, and no link inside it is followed; no access
/// time or lock is asked for, so that a read-only medium serves as well.
public final class DirectoryEvidence: Evidence {
  /// The folder as the caller named it, for messages.
  public let path: String
  private let descriptor: Int32

  /// Opens the folder. Whether it holds a ledger shows later.
  public init(path: String) throws(EvidenceError) {
    self.path = path
    // The folder itself may be named through a link: that is the caller's choice.
    descriptor = try openDescriptor(
      AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, shownAs: path)
  }

  deinit { _ = close(descriptor) }

  public func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
    let shown = folder.isEmpty ? path : "\(path)/\(folder)"
    let listed: Int32
    do throws(EvidenceError) {
      listed = try openDescriptor(
        descriptor, folder.isEmpty ? "." : folder,
        O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, shownAs: shown)
    } catch {
      // A missing folder, a link (ELOOP) or something else under that name (ENOTDIR).
      if error.isNotFound || error.number == ELOOP || error.number == ENOTDIR { return [] }
      throw error
    }
    guard let stream = unsafe fdopendir(listed) else {
      let number = errno
      _ = close(listed)
      throw failure("list", shown, number)
    }
    defer { _ = unsafe closedir(stream) }
    var entries: [EvidenceEntry] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw failure("list", shown, errno) }
        return entries
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      if let kind = try kind(of: name, in: listed, shownAs: "\(shown)/\(name)") {
        entries.append(EvidenceEntry(name: name, kind: kind))
      }
    }
  }

  /// Nil if the name has gone since it was listed.
  private func kind(of name: String, in folder: Int32, shownAs shown: String)
    throws(EvidenceError) -> EvidenceEntry.Kind?
  {
    var status = stat()
    guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return nil }
      throw failure("inspect", shown, errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .symbolicLink
    default: return .other
    }
  }

  public func open(_ name: String) throws(EvidenceError) -> (any EvidenceFile)? {
    do throws(EvidenceError) {
      return try openFile(name)
    } catch {
      if error.isNotFound || error.number == ELOOP || error.number == ENOTDIR { return nil }
      throw error
    }
  }

  private func openFile(_ name: String) throws(EvidenceError) -> DirectoryFile? {
    let parts = name.split(separator: "/").map(String.init)
    precondition((1...2).contains(parts.count), "evidence lies at most one folder deep")
    var folder = descriptor
    if parts.count == 2 {
      folder = try openDescriptor(
        descriptor, parts[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
        shownAs: "\(path)/\(parts[0])")
    }
    defer { if folder != descriptor { _ = close(folder) } }
    // O_NONBLOCK keeps a pipe put in a file's place from holding us up.
    let file = try openDescriptor(
      folder, parts[parts.count - 1], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
      shownAs: "\(path)/\(name)")
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else {
      let number = errno
      _ = close(file)
      throw failure("inspect", "\(path)/\(name)", number)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      _ = close(file)
      return nil
    }
    return DirectoryFile(
      taking: file, path: "\(path)/\(name)", byteCount: Int(status.st_size))
  }
}

/// One open file; the descriptor closes with the last reference, which loses nothing, as nothing
/// was written.
final class DirectoryFile: EvidenceFile {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  init(taking descriptor: Int32, path: String, byteCount: Int) {
    self.descriptor = descriptor
    self.path = path
    self.byteCount = byteCount
  }

  deinit { _ = close(descriptor) }

  /// pread(2) until all is there, at most 1 MiB per call.
  func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError) {
    // Into uninitialised room: zeros first would cost as much as the copy out of the page cache.
    try buffer.append(addingCapacity: range.count) { output throws(EvidenceError) in
      try unsafe output.withUnsafeMutableBufferPointer {
        (target, initializedCount) throws(EvidenceError) in
        while initializedCount < range.count {
          let count = unsafe pread(
            descriptor, target.baseAddress?.advanced(by: initializedCount),
            min(range.count - initializedCount, 1 << 20),
            off_t(range.lowerBound + initializedCount))
          if count < 0 {
            if errno == EINTR { continue }
            throw failure("read", path, errno)
          }
          guard count > 0 else {
            throw EvidenceError(
              operation: "read", path: path, number: 0,
              reason: "the file became shorter meanwhile")
          }
          initializedCount += count
        }
      }
    }
  }
}

/// openat(2), repeated while a signal interrupts it.
private func openDescriptor(
  _ folder: Int32, _ name: String, _ flags: Int32, shownAs path: String
) throws(EvidenceError) -> Int32 {
  while true {
    let result = unsafe openat(folder, name, flags)
    if result >= 0 { return result }
    if errno != EINTR { throw failure("open", path, errno) }
  }
}

private func failure(_ operation: String, _ path: String, _ number: Int32) -> EvidenceError {
  EvidenceError(
    operation: operation, path: path, number: number,
    reason: unsafe String(cString: strerror(number)), isNotFound: number == ENOENT)
}
