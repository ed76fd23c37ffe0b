internal import LedgerCryptography

/// Holds the tree files to hashes that were computed again, and sets right what differs: a file may
/// have been damaged at rest where no note covers it yet, so that nobody has looked.
struct TreeRevision {
  private struct Level {
    /// Where the pending hashes begin.
    var start: UInt64
    var pending: [SHA256Digest] = []
  }

  /// Hashes compared at once.
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

  /// Takes the next hash of a level.
  mutating func append(_ hash: SHA256Digest, level: Int) {
    while levels.count <= level { levels.append(Level(start: 0)) }
    levels[level].pending.append(hash)
    if levels[level].pending.count == Self.portionHashCount { compare(level) }
  }

  private mutating func compare(_ level: Int) {
    guard failure == nil else { return }
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
    for level in levels.indices where !levels[level].pending.isEmpty { compare(level) }
    if let failure { throw failure }
    if hasChanged { try tree.synchronize() }
  }
}
