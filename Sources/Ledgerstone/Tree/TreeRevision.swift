internal import LedgerCryptography
internal import MerkleLog

/// Holds the tree files to hashes that were computed again, and sets right what differs: a file may
/// have been damaged at rest where no note covers it yet, so that nobody has looked.
struct TreeRevision {
  private struct Level {
    /// Where the pending hashes begin.
    var start: UInt64
    var pending: [SHA256Digest] = []
  }

  /// Hashes compared at once, or one run's more.
  private static let portionHashCount = 8_192

  private let tree: TreeFiles
  private var levels: [Level]
  private var hasChanged = false
  private var failure: (any Error)?

  /// Begins behind the first `size` leaves.
  init(of tree: TreeFiles, from size: UInt64) {
    self.tree = tree
    levels = TreeFiles.hashCounts(size: size).map { Level(start: $0) }
  }

  /// Takes the next hashes of a level.
  mutating func append(_ hashes: some Sequence<SHA256Digest>, level: Int) {
    guard failure == nil else { return }
    while levels.count <= level { levels.append(Level(start: 0)) }
    levels[level].pending.append(contentsOf: hashes)
    if levels[level].pending.count >= Self.portionHashCount { compare(level) }
  }

  private mutating func compare(_ level: Int) {
    do {
      let (start, pending) = (levels[level].start, levels[level].pending)
      let hasDiffered = try tree.revise(pending, level: level, from: start)
      hasChanged = hasChanged || hasDiffered
      levels[level].start += UInt64(pending.count)
    } catch {
      failure = error
    }
    levels[level].pending.removeAll(keepingCapacity: true)
  }

  /// Compares the rest and makes durable what was set right.
  mutating func finish() throws {
    for level in levels.indices where failure == nil && !levels[level].pending.isEmpty {
      compare(level)
    }
    if let failure { throw failure }
    if hasChanged { try tree.synchronize() }
  }
}

extension TreeFrontier {
  /// The tree with the records behind it up to `end`, which are read back from the disk; `files`
  /// are held to what these give.
  ///
  /// - Parameter readBack: calls its argument with the leaf hashes of a range, in order.
  func extended(
    to end: UInt64, holding files: TreeFiles,
    readBack: (Range<UInt64>, (LeafRun) -> Void) throws -> Void
  ) throws -> TreeFrontier {
    var tree = self
    var revision = TreeRevision(of: files, from: size)
    try readBack(size..<end) { run in
      revision.append(run.leaves, level: 0)
      tree.append(run) { level, hash in
        revision.append(CollectionOfOne(hash), level: level / 8)
      }
    }
    try revision.finish()
    return tree
  }
}
