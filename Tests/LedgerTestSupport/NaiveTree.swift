public import LedgerCryptography
public import MerkleLog

/// The tree of RFC 6962 §2.1 as the RFC defines it: recursive, over all leaves, nothing kept.
///
/// Shares only SHA-256 with the code under test: prefixes, splits and proofs are written again.
public struct NaiveTree: Sendable {
  /// The entries, in order.
  public let entries: [[UInt8]]

  /// The tree over `entries`.
  public init(entries: [[UInt8]]) {
    self.entries = entries
  }

  /// The tree over `count` one-byte entries 0, 1, 2…
  public init(count: Int) {
    entries = (0..<count).map { [UInt8(truncatingIfNeeded: $0)] }
  }

  /// The hash of one leaf.
  public func leafHash(_ index: Int) -> SHA256Digest {
    SHA256Hasher.hash([0] + entries[index])
  }

  /// `MTH(D[start:end])`.
  public func hash(_ start: Int, _ end: Int) -> SHA256Digest {
    if start == end { return SHA256Hasher.hash([]) }
    if end - start == 1 { return leafHash(start) }
    let middle = start + split(end - start)
    return NaiveTree.node(hash(start, middle), hash(middle, end))
  }

  /// `PATH(index, D[start:end])`.
  public func path(_ index: Int, _ start: Int, _ end: Int) -> [SHA256Digest] {
    if end - start == 1 { return [] }
    let middle = start + split(end - start)
    return index < middle
      ? path(index, start, middle) + [hash(middle, end)]
      : path(index, middle, end) + [hash(start, middle)]
  }

  /// `PROOF(m, D[0:size])` of RFC 6962 §2.1.2, empty also for `m` 0.
  public func proof(_ oldSize: Int, _ size: Int) -> [SHA256Digest] {
    oldSize == 0 ? [] : subproof(oldSize, 0, size, true)
  }

  private func subproof(_ m: Int, _ start: Int, _ end: Int, _ b: Bool) -> [SHA256Digest] {
    if m == end - start { return b ? [] : [hash(start, end)] }
    let k = split(end - start)
    return m <= k
      ? subproof(m, start, start + k, b) + [hash(start + k, end)]
      : subproof(m - k, start + k, end, false) + [hash(start, start + k)]
  }

  /// The node over two hashes.
  public static func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
    var bytes: [UInt8] = [1]
    left.append(to: &bytes)
    right.append(to: &bytes)
    return SHA256Hasher.hash(bytes)
  }

  /// The largest power of two below `count`, 2 or more.
  private func split(_ count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }
}

/// The complete nodes of a naive tree, kept, as a source for proofs. Counts how it was asked.
public struct NaiveNodeReader: NodeHashReader, Sendable {
  /// By level, the hashes of the complete nodes.
  public let levels: [[SHA256Digest]]

  /// Thrown for a node that the tree does not have.
  public struct Missing: Error, Hashable {
    /// What was asked for.
    public let coordinate: TreeCoordinate
  }

  /// Computes every complete node of `tree`.
  public init(_ tree: NaiveTree) {
    var levels = [tree.entries.indices.map { tree.leafHash($0) }]
    while let below = levels.last, below.count > 1 {
      levels.append(
        (0..<(below.count / 2)).map { NaiveTree.node(below[2 * $0], below[2 * $0 + 1]) })
    }
    self.levels = levels
  }

  public func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    try coordinates.map { coordinate in
      guard coordinate.level < levels.count,
        coordinate.index < levels[coordinate.level].count
      else { throw Missing(coordinate: coordinate) }
      return levels[coordinate.level][Int(coordinate.index)]
    }
  }
}
