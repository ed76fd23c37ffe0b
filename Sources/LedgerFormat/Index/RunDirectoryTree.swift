internal import LedgerCryptography
internal import MerkleLog

/// The directories over a run's pages or a list's chunks, read from the top down as far as needed,
/// each once, and each checked against the hash that stands for it one level above.
///
/// So what is read follows from the top hash, and damage is met before it can mislead. For the
/// length of one operation; not shared between threads.
final class RunDirectoryTree<Key: RunDirectoryKey> {
  let source: any RunByteSource
  /// The top block's place, level and hash.
  private let top: RunBlockLocation
  private let topLevel: Int
  private let topHash: SHA256Digest
  /// How many blocks of the level below the lowest directory there are.
  private let bottomCount: UInt64
  /// The level of the directories that name pages or chunks.
  private let firstLevel: Int
  /// Where the file's blocks end.
  private let end: UInt64
  private var directories: [Place: RunDirectory<Key>] = [:]

  private struct Place: Hashable {
    var level: Int
    var index: UInt64
  }

  init(
    source: any RunByteSource, top: RunBlockLocation, topLevel: Int, topHash: SHA256Digest,
    bottomCount: UInt64, firstLevel: Int, end: UInt64
  ) {
    self.source = source
    self.top = top
    self.topLevel = topLevel
    self.topHash = topHash
    self.bottomCount = bottomCount
    self.firstLevel = firstLevel
    self.end = end
  }

  /// Directory `index` of `level`, which must exist.
  func directory(level: Int, index: UInt64) throws -> RunDirectory<Key> {
    let place = Place(level: level, index: index)
    if let known = directories[place] { return known }
    let (location, hash, least) = try block(level: level, index: index)
    let bytes = try source.read(location)
    let directory = try RunDirectory<Key>.decode(bytes.rawSpan, level: level, end: end)
    let isCountRight = UInt64(directory.children.count) == childCount(level: level, index: index)
    guard isCountRight else {
      throw FormatError.inconsistent(field: "directory count", offset: 2)
    }
    guard least == nil || directory.children.first?.key == least else {
      throw FormatError.inconsistent(field: "directory key", offset: RunBlock.headByteCount)
    }
    guard IndexHash.fold(directory.children.map(\.hash)) == hash else {
      throw FormatError.inconsistent(field: "directory hash", offset: 0)
    }
    directories[place] = directory
    return directory
  }

  /// Where block `index` of `level` is, its hash, and the key it begins with where that is known.
  /// One level below the lowest directory these are pages or chunks.
  func block(level: Int, index: UInt64) throws -> (
    location: RunBlockLocation, hash: SHA256Digest, least: Key?
  ) {
    if level == topLevel { return (top, topHash, nil) }
    let fanOut = UInt64(FormatLimits.runFanOut)
    let parent = try directory(level: level + 1, index: index / fanOut)
    let child = parent.children[Int(index % fanOut)]
    return (child.location, child.hash, child.key)
  }

  /// The last bottom block that may hold `key`; nil if all begin behind it.
  func bottomIndex(for key: Key) throws -> UInt64? {
    var index: UInt64 = 0
    for level in stride(from: topLevel, through: firstLevel, by: -1) {
      guard let position = try directory(level: level, index: index).position(of: key) else {
        return nil
      }
      index = index * UInt64(FormatLimits.runFanOut) + UInt64(position)
    }
    return index
  }

  /// Drops what was read, for those who go through all of it.
  func forget() { directories.removeAll(keepingCapacity: true) }

  private func childCount(level: Int, index: UInt64) -> UInt64 {
    let shift = UInt64(6 * (level - firstLevel))
    // Children of this level, rounded up: all but the last are full.
    let all = bottomCount == 0 ? 0 : ((bottomCount - 1) >> shift) + 1
    return min(UInt64(FormatLimits.runFanOut), all - index * UInt64(FormatLimits.runFanOut))
  }
}
