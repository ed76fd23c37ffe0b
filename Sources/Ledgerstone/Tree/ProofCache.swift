internal import Synchronization

/// What a reader keeps from proof to proof: parts of tiles that were folded, and the note that was
/// verified.
///
/// Nothing in it is trusted: each proof is checked against the signed root before it is given out,
/// and a cache with which that fails is emptied. Of a ledger of 10^7 records it can hold all parts
/// above the groups, in about 30 MiB; with the bounds it has unless told, it takes 100 MiB at most.
final class ProofCache: Sendable {
  private struct State {
    var wholes: Kept
    var crowns: Kept
    var groups: Kept
    var note: LedgerNote?
  }

  /// Parts of one kind. When those of half the count were new or asked for again, the others are
  /// dropped.
  private struct Kept {
    let countMax: Int
    private var recent: [TilePart: FoldedHashes] = [:]
    private var former: [TilePart: FoldedHashes] = [:]

    init(countMax: Int) { self.countMax = countMax }

    mutating func find(_ part: TilePart) -> FoldedHashes? {
      if let folded = recent[part] { return folded }
      guard let folded = former[part] else { return nil }
      remember(folded, as: part)
      return folded
    }

    mutating func remember(_ folded: FoldedHashes, as part: TilePart) {
      if recent.count >= countMax / 2 { (recent, former) = ([:], recent) }
      recent[part] = folded
    }

    mutating func forget() { (recent, former) = ([:], [:]) }
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - wholeCountMax: tiles above the lowest level, 16 KiB each.
  ///   - crownCountMax: crowns of tiles of the lowest level, 0.7 KiB each.
  ///   - groupCountMax: groups of these, 2 KiB each: for proofs of neighbours, and for both
  ///     questions of one.
  init(wholeCountMax: Int = 2_048, crownCountMax: Int = 81_920, groupCountMax: Int = 512) {
    state = Mutex(
      State(
        wholes: Kept(countMax: wholeCountMax), crowns: Kept(countMax: crownCountMax),
        groups: Kept(countMax: groupCountMax)))
  }

  var note: LedgerNote? { state.withLock { $0.note } }

  func remember(_ note: LedgerNote) { state.withLock { $0.note = note } }

  subscript(part: TilePart) -> FoldedHashes? {
    state.withLock { state in
      switch part {
      case .whole: state.wholes.find(part)
      case .crown: state.crowns.find(part)
      case .group: state.groups.find(part)
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
      state.wholes.forget()
      state.crowns.forget()
      state.groups.forget()
    }
  }
}
