public import LedgerFormat

/// Everything derived from an entity and what became of it: the closure rule, in full.
///
/// A value without hidden state: the same records give the same closure on any machine. What each
/// state means stands in <doc:Closure>.
public struct Closure: Hashable, Sendable {
  public var root: Descendant
  /// By depth, then by entity key.
  public var descendants: [Descendant]
  public var disclosures: [Disclosure]
  public var silentProducers: [SilentProducer]
  /// Runs of the jobs that were asked for of which it is not known what they will write.
  public var runsUnderWay: [RunUnderWay]
  /// What flowed into the root from outside the closure: the data may have entered there.
  public var rootSources: [EntityKey]
  /// Every entity whose complete history was used, in the order of asking. A proof of this
  /// closure must show each complete up to `size`.
  public var asked: [EntityKey]
  public var origin: ClosureQuery.Origin
  public var firstRecord: UInt64
  public var size: UInt64
  public var time: Timestamp
  public var silenceMicroseconds: Int64
  /// The record that counts as the erasure; nil if nothing was removed from the root.
  public var erasure: UInt64?
  /// Versions that inferred edges alone brought into the closure.
  public var inferredCount: Int

  /// Nothing is left to do: every state closes its branch, no producer is silent, and no run may
  /// still write where nobody knows.
  public var isClosed: Bool {
    root.state.isClosing && descendants.allSatisfy(\.state.isClosing) && silentProducers.isEmpty
      && runsUnderWay.isEmpty
  }

  /// What else than a state keeps it from being closed, a sentence each.
  var openEnds: [String] {
    silentProducers.map(ClosureText.line) + runsUnderWay.map(ClosureText.line)
  }

  /// The most edges between the root and a descendant.
  public var depth: Int { descendants.last?.depth ?? 0 }
}

/// One descendant, or the root.
public struct Descendant: Hashable, Sendable {
  public var entity: EntityKey
  /// Its other identifiers.
  public var aliases: [EntityKey]
  /// The least number of edges from the root.
  public var depth: Int
  public var state: ClosureState
  public var reason: ClosureReason
  /// The records that decide the state, ascending.
  public var records: [UInt64]
  /// How the version that decides came into the closure; nil where it did not, and for the root.
  public var via: DescendantVia?
  /// The versions that came into the closure, in the order of their records.
  public var versions: [DescendantVersion]
}

/// The edge by which a version came into the closure.
public struct DescendantVia: Hashable, Sendable {
  /// The entity at the other end.
  public var entity: EntityKey
  /// The record of the version at the other end; nil for content that no record wrote.
  public var record: UInt64?
  public var basis: LineageBasis
  public var isIndirect: Bool
}

/// One version of a descendant.
public struct DescendantVersion: Hashable, Sendable {
  /// The explicit version; nil where the producer gave none.
  public var version: String?
  /// The run that wrote it; nil where no run did.
  public var run: String?
  /// Its terminal record, or the run's first record while there is none; nil for content that no
  /// record wrote.
  public var record: UInt64?
  /// Tainted for certain, perhaps (`unknown`), or masked.
  public var level: ClosureLevel
  /// No later version has provably taken its place.
  public var isCurrent: Bool
  /// How the edge that brought it in is known; nil for a version of the root.
  public var basis: LineageBasis?
  /// The edge that brought it in; nil for a version of the root, and for content that is its own
  /// source.
  public var via: DescendantVia?
}

/// How certain it is that a version has what the root had.
public enum ClosureLevel: String, CaseIterable, Sendable {
  case masked
  case unknown
  case tainted
}

/// A version in question that left the estate.
public struct Disclosure: Hashable, Sendable {
  public var record: UInt64
  public var entity: EntityKey
  public var recipients: [EntityKey]
  public var purpose: String?
  public var level: ClosureLevel
}

/// A run that has not ended, is not silent, and names no output yet.
public struct RunUnderWay: Hashable, Sendable {
  /// The job that its events name last, if they name one.
  public var job: EntityKey?
  public var run: EntityKey
  /// The record seen first.
  public var record: UInt64
  /// The earlier of its claimed and its recorded time.
  public var since: Timestamp
}

/// A producer that owes an answer.
public enum SilentProducer: Hashable, Sendable {
  /// A run that began and did not end.
  case run(job: EntityKey?, run: EntityKey, record: UInt64, since: Timestamp)
  /// Numbers that a producer used and no record has.
  case gap(SequenceGap)
}
