/// One tile of hashes: `width` hashes from hash `256 * index` of tile level `level` on.
public struct TileCoordinate: Hashable, Sendable {
  /// The level of tiles, 0 for leaf hashes; the published form allows up to 63.
  public let level: Int
  /// The position within the level.
  public let index: UInt64
  /// The number of hashes, 1...256; 256 is a full tile.
  public let width: Int

  /// Names a tile; a full one unless `width` says otherwise.
  public init(level: Int, index: UInt64, width: Int = Tiles.width) {
    precondition(level >= 0 && level < 64, "a tile level is 0 to 63")
    precondition(width > 0 && width <= Tiles.width, "a tile has 1 to 256 hashes")
    self.level = level
    self.index = index
    self.width = width
  }

  /// The number of bytes of the tile's file.
  public var byteCount: Int { 32 * width }

  /// The resource below the log's prefix, such as `tile/0/x001/234.p/17`.
  public var path: String {
    "tile/\(level)/" + TilePath.encode(index: index, width: width)
  }

  /// Reads a path; nil unless it is exactly what `path` gives.
  public init?(path: String) {
    guard let rest = TilePath.removing("tile/", from: path),
      let slash = rest.firstIndex(of: UInt8(ascii: "/")),
      let level = CanonicalDecimal.parse(rest[..<slash]), level < 64,
      let place = TilePath.decode(rest[(slash + 1)...])
    else { return nil }
    self.init(level: Int(level), index: place.index, width: place.width)
  }
}

/// One bundle of log entries: `width` entries from entry `256 * index` on.
public struct EntryBundleCoordinate: Hashable, Sendable {
  /// The position among the bundles.
  public let index: UInt64
  /// The number of entries, 1...256; 256 is a full bundle.
  public let width: Int

  /// Names a bundle; a full one unless `width` says otherwise.
  public init(index: UInt64, width: Int = Tiles.width) {
    precondition(width > 0 && width <= Tiles.width, "a bundle has 1 to 256 entries")
    self.index = index
    self.width = width
  }

  /// The resource below the log's prefix, such as `tile/entries/000`.
  public var path: String {
    "tile/entries/" + TilePath.encode(index: index, width: width)
  }

  /// Reads a path; nil unless it is exactly what `path` gives.
  public init?(path: String) {
    guard let rest = TilePath.removing("tile/entries/", from: path),
      let place = TilePath.decode(rest)
    else { return nil }
    self.init(index: place.index, width: place.width)
  }
}
