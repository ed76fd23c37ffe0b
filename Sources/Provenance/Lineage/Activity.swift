internal import LedgerFormat

/// What one run did, or one record that stands for itself.
struct Activity {
  enum Outcome: UInt8 {
    case completed
    /// FAIL or ABORT was seen.
    case failed
    /// No terminal event was seen.
    case open
  }

  /// Nil where one record stands for itself.
  var run: EntityID?
  /// Events of a run, even if they name none.
  var isRun = false
  /// Says what a job is made to do, and not that it was done.
  var isDesign = false
  /// A record of it could not be read in full.
  var isIncomplete = false
  /// The last one that its events name.
  var job: EntityID?
  var hasSeveralJobs = false
  var outcome: Outcome
  /// Events beyond START were seen of a run that is open: it may have written already.
  var isProgressing = false
  /// The record of the terminal event; `openTerminal` while there is none.
  var terminal: Int64
  /// The first record seen.
  var first: UInt64
  /// Claimed times in microseconds; `unknownStart` and `unknownEnd` where not claimed.
  var start: Int64
  var end: Int64
  /// Its writes, as vertices.
  var writes: Range<Int> = 0..<0
  /// What flows into its writes, sorted by source.
  var flows: Range<Int> = 0..<0

  /// It was done, and to its end.
  var isDone: Bool { outcome == .completed && !isDesign }

  mutating func note(jobsOf event: UInt32, _ facts: LineageFacts) {
    let mark = facts.marks[Int(event)]
    guard let first = mark.job else { return }
    for job in mark.namesSeveral ? facts.all(.job, of: event) : [first] {
      hasSeveralJobs = hasSeveralJobs || self.job.map { $0 != job } ?? false
      self.job = job
    }
  }

  static let openTerminal = Int64.max
  static let unknownStart = Int64.min
  static let unknownEnd = Int64.max
}

/// What a write did to what was there.
enum WriteEffect: UInt8 {
  /// Removed the dataset.
  case drop
  /// The dataset goes on under another name.
  case moved
  /// The dataset came from another name.
  case renamed
  /// Removed all rows, then perhaps wrote new ones.
  case truncate
  /// Replaced everything.
  case full
  /// A removal that an `erasure/execution` record states and, where needed, a verification
  /// confirms.
  case erased
  /// Kept earlier content: append, merge, partition, merge-on-read delete.
  case keep
  /// Nobody said what became of earlier content.
  case unknown
  /// Says where content came from, and is no write.
  case statement
  /// The run failed or was aborted.
  case failed
  /// The run has not ended.
  case open
  /// Content that was there before any record.
  case base
  /// No write: what all inferred edges of one activity start from, or several versions together.
  case junction

  /// Whether it takes away what was there, if it completed.
  var removes: Bool {
    switch self {
    case .drop, .moved, .truncate, .full, .erased: true
    default: false
    }
  }
}

/// One version of one entity: what one activity wrote to it. Or a junction.
struct Vertex {
  var activity: Int32
  var entity: EntityID
  var version: VersionID = .none
  var effect: WriteEffect
  var mode: WriteMode?
  /// The lifecycle or the write mode says that earlier content may be gone.
  var mayRemove = false
  /// What flowed in is on record: an edge, or the statement that there is none.
  var hasOrigin = false
  /// Only START names the version.
  var isVersionOfStart = false
  /// Nothing better is known to have flowed in than all inputs of the run.
  var isInferredOnly = false
  /// A junction that stands for all versions of an entity that one run wrote.
  var joinsVersions = false
  /// A junction that stands for the explicit versions that the entity had under a former name.
  var isOfFormerName = false
  /// Takes the place of this explicit version only.
  var isLimitedToVersion = false
  var level: TaintLevel = .clean
  /// The edge that gave it its level; -1 if none did.
  var cause: Int32 = -1
  var firstEdge: Int32 = -1
  /// The vertex before that writes the same entity; -1 for the first.
  var nextOfEntity: Int32 = -1

  /// The explicit version is one that this write made, and not perhaps the one before.
  var isCertainOfVersion: Bool {
    switch effect {
    case .truncate, .full, .keep, .unknown, .renamed, .open, .base: !isVersionOfStart
    case .drop, .moved, .erased, .statement, .failed, .junction: false
    }
  }

  /// It took away all that was there for certain, if it completed.
  var removesAll: Bool { effect.removes && (hasOrigin || effect != .full) }

  /// What it wrote can be read: it did not only take away.
  var hasContent: Bool { ![.drop, .moved, .erased, .junction].contains(effect) }
}

/// How much is known to have come from the root.
enum TaintLevel: UInt8, Comparable {
  case clean = 0
  /// Masked on the way.
  case masked = 1
  /// Perhaps.
  case unknown = 2
  case tainted = 3

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Why one version depends on another.
public enum LineageBasis: UInt8, CaseIterable, Sendable {
  /// A `lineage` facet or a native record states the edge.
  case explicit = 1
  /// Column lineage.
  case column = 2
  /// All inputs of a run into all its outputs, because nothing better is on record.
  case inferred = 3
  /// The write kept earlier content of the same dataset.
  case kept = 4
  /// The same explicit version was written again.
  case sameVersion = 5
  /// The dataset has the content under its former name.
  case renamed = 6
}

/// An edge between versions, in the direction of the data.
struct VersionEdge {
  var from: Int32
  var to: Int32
  var next: Int32
  /// The most that passes.
  var cap: TaintLevel
  var basis: LineageBasis
  var isIndirect = false
}

/// A flow whose source is an entity, not yet a version.
struct Flow {
  var source: EntityID
  var version: VersionID
  /// A vertex.
  var target: Int32
  var cap: TaintLevel
  var basis: LineageBasis
  var isIndirect = false
  /// Of all explicit versions of the source, whenever they were current.
  var takesVersions = false

  func isBefore(_ other: Flow) -> Bool {
    source == other.source
      ? target < other.target : source.rawValue < other.source.rawValue
  }
}

/// A dense map from entities to small integers that forgets everything in O(1).
struct EntityPlaces {
  private var stamps: [UInt32] = []
  private var places: [Int32] = []
  private var generation: UInt32 = 0

  mutating func clear(entityCount: Int) {
    if stamps.count < entityCount {
      let missing = entityCount - stamps.count
      stamps += Array(repeating: 0, count: missing)
      places += Array(repeating: 0, count: missing)
    }
    generation &+= 1
    if generation == 0 {
      for place in stamps.indices { stamps[place] = 0 }
      generation = 1
    }
  }

  subscript(entity: EntityID) -> Int? {
    get {
      stamps[entity.place] == generation ? Int(places[entity.place]) : nil
    }
    set {
      stamps[entity.place] = newValue == nil ? 0 : generation
      places[entity.place] = Int32(newValue ?? 0)
    }
  }
}

/// A map from entities to small integers, -1 where nothing was set.
struct EntityTableOfIntegers {
  private var values: [Int32] = []

  subscript(entity: EntityID) -> Int {
    get { entity.place < values.count ? Int(values[entity.place]) : -1 }
    set {
      if entity.place >= values.count {
        let count = max(entity.place + 1, values.count * 2)
        values += Array(repeating: -1, count: count - values.count)
      }
      values[entity.place] = Int32(newValue)
    }
  }
}
