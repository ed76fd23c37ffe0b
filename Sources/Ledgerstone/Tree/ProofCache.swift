internal import Synchronization

/// What a reader keeps from proof to proof: parts of tiles that were folded, and the note that was
/// verified.
///
/// Nothing in it is trusted: each proof is checked against the signed root before it is given out,
/// and a cache with which that fails is emptied.
final class ProofCache: Sendable {
  private struct State {
    /// 16 KiB each.
    var wholes = Kept(countMax: 512)
    /// 1 KiB each.
    var crowns = Kept(countMax: 16_384)
    /// 1 KiB each: for proofs of neighbours, and for both questions of one.
    var groups = Kept(countMax: 512)
    var note: LedgerNote?
  }

  /// Parts of one kind; all are dropped when there are too many.
  private struct Kept {
    let countMax: Int
    var parts: [TilePart: FoldedHashes] = [:]

    init(countMax: Int) { self.countMax = countMax }

    mutating func remember(_ folded: FoldedHashes, as part: TilePart) {
      if parts.count >= countMax { parts.removeAll() }
      parts[part] = folded
    }
  }

  private let state = Mutex(State())

  var note: LedgerNote? { state.withLock { $0.note } }

  func remember(_ note: LedgerNote) { state.withLock { $0.note = note } }

  subscript(part: TilePart) -> FoldedHashes? {
    state.withLock { state in
      switch part {
      case .whole: state.wholes.parts[part]
      case .crown: state.crowns.parts[part]
      case .group: state.groups.parts[part]
      }
    }
  }

  func remember(_ folded: FoldedHashes, as part: TilePart) {
    state.withLock { state in
      switch part {
      case .whole: state.wholes.remember(folded, as: part)
      case .crown: state.crowns.remember(folded, as: part)
      case .group: state.groups.remember(folded, as: part)
      }
    }
  }

  func forgetTiles() {
    state.withLock { state in
      state.wholes.parts = [:]
      state.crowns.parts = [:]
      state.groups.parts = [:]
    }
  }
}
