internal import LedgerCryptography
internal import LedgerFormat
public import MerkleLog
internal import SegmentStorage

/// The resources of a C2SP tlog-tiles log, one by one.
extension LedgerReader {
  /// Records under the published checkpoint; 0 without one.
  public func checkpointSize() throws(LedgerError) -> UInt64 {
    checkpoint == nil ? 0 : try newestNote().checkpoint.size
  }

  /// A tile's bytes, 32 per hash, from the tree files; nil if the tree of `size` leaves has none
  /// such. A partial tile of an earlier size is given too.
  ///
  /// - Parameter size: at most that of the published checkpoint.
  public func tile(_ coordinate: TileCoordinate, size: UInt64) throws(LedgerError) -> [UInt8]? {
    let count = Tiles.hashCount(level: coordinate.level, treeSize: size)
    guard Self.covers(coordinate.index, coordinate.width, count) else { return nil }
    let width = SHA256Digest.byteCount
    return try translatingErrors {
      try fileSystem.withFile(location.path("tree/\(coordinate.level)"), .readOnly) {
        file throws(StorageError) in
        try file.bytes(
          count: coordinate.byteCount, at: Int(coordinate.index) * Tiles.width * width)
      }
    }
  }

  /// The entries of a bundle as they are served; nil if a log of `size` records has none such.
  public func entryBundle(
    _ coordinate: EntryBundleCoordinate, size: UInt64
  ) throws(LedgerError) -> [UInt8]? {
    guard Self.covers(coordinate.index, coordinate.width, min(size, self.size)) else { return nil }
    let first = coordinate.index * UInt64(Tiles.width)
    return try translatingErrors {
      var bundle: [UInt8] = []
      try log.forEachHeader(in: first..<first + UInt64(coordinate.width)) { _, header, _ in
        EntryBundle.append(header.copied(), to: &bundle)
      }
      return bundle
    }
  }

  /// Whether `count` hashes or entries reach to the end of a tile.
  private static func covers(_ index: UInt64, _ width: Int, _ count: UInt64) -> Bool {
    let (first, isBeyond) = index.multipliedReportingOverflow(by: UInt64(Tiles.width))
    return !isBeyond && first <= count && UInt64(width) <= count - first
  }
}
