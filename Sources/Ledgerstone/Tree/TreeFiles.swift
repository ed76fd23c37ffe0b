internal import LedgerCryptography
internal import MerkleLog
internal import SegmentStorage
internal import Synchronization

/// The tree as flat files: `tree/<level>` holds, at 32 bytes each, the hashes of all complete
/// subtrees of 256^level leaves. Tile n of C2SP tlog-tiles is bytes n·8192… of its level's file.
///
/// Derived data: what is missing or longer than the log after an unclean close is derived again
/// or cut. Written over in place, so that hashes which are right stay so, even if the power fails
/// meanwhile: readers and verifiers use them. Used by the writer only.
final class TreeFiles: Sendable {
  private final class Level {
    var file: StorageFile?
    /// Hashes in the file.
    var count: UInt64

    init(file: consuming StorageFile, count: UInt64) {
      self.file = consume file
      self.count = count
    }

    deinit {
      if let file = file.take() { file.abandon() }
    }
  }

  /// Leaves under one hash of the level after.
  static let fanOut: UInt64 = 256

  private let directory: String
  private let fileSystem: any FileSystem
  private let levels: Mutex<[Level]>

  /// Opens the files for a tree of `size` leaves. What they hold beyond it stays until it is
  /// overwritten, or cut by `cut`.
  ///
  /// - Throws: `TreeFilesError.short` if a file has fewer hashes than that.
  init(
    directory: String, size: UInt64, on fileSystem: any FileSystem
  ) throws {
    self.directory = directory
    self.fileSystem = fileSystem
    try fileSystem.makeDurableDirectory(directory, permissions: .directory)
    levels = Mutex(try Self.openLevels(directory, size: size, fileSystem))
  }

  private static func openLevels(
    _ directory: String, size: UInt64, _ fileSystem: any FileSystem
  ) throws -> sending [Level] {
    var levels: [Level] = []
    for (level, count) in hashCounts(size: size).enumerated() {
      let path = "\(directory)/\(level)"
      guard let information = try fileSystem.information(path) else {
        throw TreeFilesError.short(level: level)
      }
      let byteCount = Int(count) * SHA256Digest.byteCount
      guard information.sizeBytes >= byteCount else { throw TreeFilesError.short(level: level) }
      let file = try fileSystem.open(path, .readWrite)
      levels.append(Level(file: file, count: count))
    }
    return levels
  }

  /// Hashes per level in a tree of `size` leaves; only levels that have any.
  static func hashCounts(size: UInt64) -> [UInt64] {
    var counts: [UInt64] = []
    var count = size
    while count > 0 {
      counts.append(count)
      count /= fanOut
    }
    return counts
  }

  /// Cuts what the files hold beyond the tree.
  func cut() throws {
    let levelCount = try levels.withLock { levels in
      for level in levels {
        let byteCount = Int(level.count) * SHA256Digest.byteCount
        if let size = try level.file?.size(), size > byteCount {
          try level.file?.truncate(to: byteCount)
        }
      }
      return levels.count
    }
    for entry in try fileSystem.list(directory) {
      guard let level = Int(entry.name), level >= levelCount, entry.kind == .file else { continue }
      try fileSystem.remove("\(directory)/\(entry.name)")
    }
  }

  /// Writes `hashes` behind those of `level`; durable only after `synchronize`.
  func append(_ hashes: [SHA256Digest], level: Int) throws {
    guard !hashes.isEmpty else { return }
    let bytes = Self.bytes(of: hashes)
    try levels.withLock { levels in
      if level == levels.count {
        let path = "\(directory)/\(level)"
        let isPresent = try fileSystem.information(path) != nil
        let file = try fileSystem.open(
          path, isPresent ? .readWrite : .createNew(permissions: .file))
        levels.append(Level(file: file, count: 0))
      }
      let target = levels[level]
      try target.file?.write(bytes, at: Int(target.count) * SHA256Digest.byteCount)
      target.count += UInt64(hashes.count)
    }
  }

  /// Writes `hashes`, the first of which is hash `index` of `level`, where the file has others.
  ///
  /// - Returns: whether any differed; they are durable only after `synchronize`.
  func revise(_ hashes: [SHA256Digest], level: Int, from index: UInt64) throws -> Bool {
    let offset = Int(index) * SHA256Digest.byteCount
    return try levels.withLock { levels in
      guard level < levels.count, index + UInt64(hashes.count) <= levels[level].count else {
        throw TreeFilesError.short(level: level)
      }
      let stored = try levels[level].file?.bytes(
        count: hashes.count * SHA256Digest.byteCount, at: offset)
      if let stored, Self.holds(stored, hashes) { return false }
      try levels[level].file?.write(Self.bytes(of: hashes), at: offset)
      return true
    }
  }

  /// Whether `bytes` are `hashes` one after the other.
  private static func holds(_ bytes: [UInt8], _ hashes: [SHA256Digest]) -> Bool {
    guard bytes.count == hashes.count * SHA256Digest.byteCount else { return false }
    let bytes = bytes.rawSpan
    for position in hashes.indices {
      let start = position * SHA256Digest.byteCount
      let stored = SHA256Digest(bytes.extracting(start..<start + SHA256Digest.byteCount))
      if stored != hashes[position] { return false }
    }
    return true
  }

  private static func bytes(of hashes: [SHA256Digest]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hashes.count * SHA256Digest.byteCount)
    for hash in hashes { hash.append(to: &bytes) }
    return bytes
  }

  /// Makes everything written durable.
  func synchronize() throws {
    try levels.withLock { levels in
      for level in levels { try level.file?.synchronizeAll() }
    }
    try fileSystem.synchronizeDirectory(directory)
  }

  func close() throws {
    try levels.withLock { levels in
      for level in levels {
        if let file = level.file.take() { try file.close() }
      }
    }
  }
}

enum TreeFilesError: Error {
  /// The file of `level` is missing or holds fewer hashes than the tree has.
  case short(level: Int)
}
