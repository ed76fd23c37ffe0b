internal import LedgerFormat

/// Versions of entities and what flowed between them, built only as far as somebody asks.
///
/// Vertices are versions (what one run wrote to one entity), edges lead in the direction of the
/// data. Entities are *expanded* one after the other: the source is asked for all records of the
/// entity, of each run that touched it and of their jobs; then its versions and their readers are
/// known. Everything is kept in flat lists and numbered in the order of the records, so that two
/// sources with the same records give the same graph.
///
/// Extensions: `+Asking`, `+Activities`, `+Base`, `+Ordering`, `+Reading`, `+Formers`,
/// `+Expanding`, `+Levels`.
struct VersionGraph<Source: LineageSource> {
  var source: Source
  /// Records from here on are left out.
  let size: UInt64
  /// Records before are left out.
  let firstRecord: UInt64
  /// Follow the explicit versions of former names, which make vertices that no record names.
  let followsFormerVersions: Bool

  // What was asked for.
  var asked: [EntityID] = []
  var isAsked = EntityTableOfIntegers()
  var answers: [[UInt32]] = []
  /// The place of an entity's answer in `answers`.
  var answerOfEntity = EntityTableOfIntegers()

  // Runs and jobs, by entity.
  var isAbsorbed: [Bool] = []
  var runs = RunTable()
  var surveyCount: Int32 = 0
  var isJobAsked = EntityTableOfIntegers()
  /// The write modes declared for a job that was asked for, ascending.
  var policies: [EntityID: [(record: UInt64, mode: WriteMode)]] = [:]
  /// Activities of single records.
  var activityOfRecord: [RecordTarget: Int32] = [:]
  var reader = RunReader()

  // The graph.
  var activities: [Activity] = []
  var vertices: [Vertex] = []
  var edges: [VersionEdge] = []
  var flows: [Flow] = []
  var nodes: [VersionNode] = []
  /// The vertex added last of those that write the entity.
  var lastWrite = EntityTableOfIntegers()
  var nodeOfEntity = EntityTableOfIntegers()
  /// The former names of an entity, each with the junction of its explicit versions.
  var formers: [EntityID: [Former]] = [:]
  /// The entities that have former names, in the order of the records.
  var renamed: [EntityID] = []
  /// Pairs of an entity and a former name.
  var knownFormers: Set<[EntityID]> = []
  /// Pairs of a junction and a write, which have an edge.
  var linkedFormers: Set<[Int32]> = []
  /// A record dropped an explicit version of something.
  var dropsVersions = false

  /// What a look-up of used versions found; kept to save allocations.
  var used: [Int32] = []
  var found: [WriteOrder.Found] = []

  init(
    source: Source, firstRecord: UInt64, size: UInt64, followsFormerVersions: Bool = false
  ) {
    self.source = source
    self.firstRecord = firstRecord
    self.size = size
    self.followsFormerVersions = followsFormerVersions
  }

  mutating func addVertex(_ vertex: Vertex) -> Int {
    vertices.append(vertex)
    let place = vertices.count - 1
    if vertex.effect != .junction {
      vertices[place].nextOfEntity = Int32(lastWrite[vertex.entity])
      lastWrite[vertex.entity] = place
    }
    return place
  }

  mutating func addEdge(
    from: Int, to: Int, cap: TaintLevel, basis: LineageBasis, isIndirect: Bool = false
  ) {
    guard from != to else { return }
    edges.append(
      VersionEdge(
        from: Int32(from), to: Int32(to), next: vertices[from].firstEdge, cap: cap,
        basis: basis, isIndirect: isIndirect))
    vertices[from].firstEdge = Int32(edges.count - 1)
  }

  func activity(of vertex: Int) -> Activity { activities[Int(vertices[vertex].activity)] }
}

/// An explicit version, of all identifiers of a node that is one thing or of the one named.
struct NamedVersion: Hashable {
  var entity: EntityID
  var version: VersionID
}

/// The first record that names an explicit version, and since when it may have been there by any.
struct FirstMention {
  var event: UInt32
  var start: Int64
  /// Events that name it, of runs that were not asked for: these may have begun earlier.
  var unasked: [UInt32] = []
}

/// A name that an entity had before.
struct Former {
  var entity: EntityID
  var junction: Int32
}

/// A record that stands for itself, and what it is about where it is about several things.
struct RecordTarget: Hashable {
  var event: UInt32
  var target: LineageMention?
}

/// A dataset, model or other entity with all its identifiers.
struct VersionNode {
  /// The identifiers that symlinks join, in the order they were met; the first is the one asked
  /// for.
  var members: [EntityID]
  /// Every record that names one of them, ascending.
  var events: [UInt32] = []
  /// Those that belong to no run; upstream, of its writers only.
  var others: [UInt32] = []
  /// The members are one thing, so that a write to one takes the place of a write to another. Not
  /// so where an identifier was used for several things.
  var isOneThing = true
  /// Identifiers that pointed at several things, one after the other or at once.
  var ambiguous: Set<EntityID> = []
  /// The record from which on its content is in question; 0 where that is not asked.
  var origin: Int64 = 0
  /// Its writes by terminal record.
  var writes: [Int32] = []
  /// The terminal records of those by which it got its name.
  var renames: [Int64] = []
  /// The writes in the order of their terminal records: one list per thing, behind these one per
  /// explicit version that was written often and read.
  var orders: [WriteOrder] = []
  /// How many of `orders` are those of things.
  var thingCount = 0
  /// Activities that read or write it, in the order of their first records here.
  var activities: [Int32] = []
  /// Writes by explicit version.
  var versioned: [VersionID: [Int32]] = [:]
  /// The explicit versions that have a list of their own in `orders`.
  var oftenWritten: [VersionID: OftenWritten] = [:]
  /// The first event that names each explicit version; nil until somebody asks.
  var firstMentions: [NamedVersion: FirstMention]?
  /// What stands for all its explicit versions; nil until somebody asks, -1 if it has none.
  var versionJunction: Int32?
  /// The same of all that was ever written to it.
  var contentJunction: Int32?
  /// The erasures of one explicit version only, by that version.
  var erasuresOfVersions: [VersionID: [Int32]] = [:]
  /// An `erasure/execution` whose method needs a verification that is not there.
  var unverified: [UInt64] = []
  /// Records that exempt it, while in force, ascending: by the explicit version that they exempt,
  /// `none` where they exempt all.
  var exemptions: [VersionID: [UInt64]] = [:]
  /// Disclosures of it: the event and the vertex that stands for what was disclosed.
  var disclosures: [(event: UInt32, vertex: Int32)] = []
}
