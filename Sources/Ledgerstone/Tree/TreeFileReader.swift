internal import LedgerCryptography
internal import MerkleLog
internal import SegmentStorage

/// Reads tiles out of the flat tree files, without a lock and on read-only media.
struct TreeFileReader: TileReader, TilePartReader {
  let directory: String
  let fileSystem: any FileSystem

  /// - Throws: as `hashes`.
  func tile(at coordinate: TileCoordinate) throws -> [SHA256Digest] {
    try hashes(0..<coordinate.width, of: coordinate)
  }

  /// - Throws: `StorageError`; with `isEndOfFile` or `isNotFound` if the file is shorter than the
  ///   tree, as it may be after a crash.
  func hashes(_ range: Range<Int>, of tile: TileCoordinate) throws -> [SHA256Digest] {
    let bytes = try fileSystem.withFile("\(directory)/\(tile.level)", .readOnly) {
      file throws(StorageError) in
      try file.bytes(
        count: range.count * SHA256Digest.byteCount,
        at: (Int(tile.index) * Tiles.width + range.lowerBound) * SHA256Digest.byteCount)
    }
    return SHA256Digest.list(bytes)
  }
}

extension SHA256Digest {
  /// The digests that `bytes` hold one after the other.
  static func list(_ bytes: [UInt8]) -> [SHA256Digest] {
    stride(from: 0, to: bytes.count - bytes.count % byteCount, by: byteCount).map {
      SHA256Digest(bytes.rawSpan.extracting($0..<$0 + byteCount))
    }
  }
}

extension TreeFrontier {
  /// The frontier of the first `size` leaves of a tree.
  ///
  /// - Throws: what the reader throws.
  init(size: UInt64, reading reader: some NodeHashReader) throws {
    var coordinates: [TreeCoordinate] = []
    var start: UInt64 = 0
    for level in (0..<64).reversed() where size >> UInt64(level) & 1 == 1 {
      coordinates.append(TreeCoordinate(level: level, index: start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    guard let frontier = TreeFrontier(size: size, hashes: try reader.hashes(at: coordinates))
    else { throw LedgerError(.corrupt, "the tree has no frontier at size \(size)") }
    self = frontier
  }
}

/// Tiles held in memory: a tree derived from the log again, where the files cannot be used.
struct MemoryTiles: TileReader, Sendable {
  /// Hashes per level.
  var levels: [[SHA256Digest]] = []

  mutating func append(level: Int, _ hash: SHA256Digest) {
    while levels.count <= level { levels.append([]) }
    levels[level].append(hash)
  }

  func tile(at coordinate: TileCoordinate) throws -> [SHA256Digest] {
    let start = Int(coordinate.index) * Tiles.width
    guard coordinate.level < levels.count,
      levels[coordinate.level].count >= start + coordinate.width
    else { throw TreeFilesError.short(level: coordinate.level) }
    return Array(levels[coordinate.level][start..<start + coordinate.width])
  }
}
