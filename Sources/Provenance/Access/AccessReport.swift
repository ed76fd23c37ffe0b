public import LedgerFormat

/// Who read a dataset, for what purpose, and to whom it was disclosed: an accounting made of the
/// `access` and `disclosure` records that name it.
public struct AccessReport: Hashable, Sendable {
  public var dataset: EntityKey
  /// Its other identifiers, under which accesses count as well.
  public var aliases: [EntityKey]
  /// What it was called before, as records of it say; accesses under these names do not count.
  public var formerNames: [EntityKey]
  /// What the report covers, and what it cannot.
  public var scope: Scope
  /// By actor, then by purpose.
  public var groups: [Group]
  public var disclosures: [Disclosed]
  /// Producers that owe an answer, so that accesses may be missing.
  public var silentProducers: [SilentProducer]

  public struct Scope: Hashable, Sendable {
    /// The first record that was read, and the size up to which records were read.
    public var firstRecord: UInt64
    public var size: UInt64
    /// Bounds by claimed event time, where asked for.
    public var since: Timestamp?
    public var until: Timestamp?
    /// Records without a readable event time, which the bounds did not leave out.
    public var withoutEventTime: Int
  }

  /// All accesses of one actor for one purpose.
  public struct Group: Hashable, Sendable {
    /// The services that acted; empty where only a body names who it was.
    public var actors: [EntityKey]
    public var purpose: String?
    public var count: Int
    /// The earliest and latest claimed event time.
    public var first: Timestamp?
    public var last: Timestamp?
    /// How often each outcome and each action was stated; by name.
    public var outcomes: [Count]
    public var actions: [Count]
    /// Rows read, where stated; wide enough for any sum.
    public var rows: UInt128
    /// How many of the records state rows.
    public var recordsWithRows: Int
    public var records: [UInt64]
  }

  public struct Count: Hashable, Sendable {
    public var name: String
    public var count: Int
  }

  public struct Disclosed: Hashable, Sendable {
    public var record: UInt64
    public var eventTime: Timestamp?
    public var recipients: [EntityKey]
    public var purpose: String?
    public var legalBasis: String?
  }
}

extension AccessReport {
  /// - Parameters:
  ///   - aliases: other identifiers of the dataset (`Closure.root.aliases`).
  ///   - records: the complete histories of `dataset` and `aliases` below `size`, ascending, each
  ///     record once; records of other kinds are passed over.
  ///   - since: accesses claimed to be earlier are left out; one without a time stays in.
  ///   - until: accesses claimed to be later are left out.
  ///   - silentProducers: what a closure of the dataset found (`Closure.silentProducers`).
  public init(
    dataset: EntityKey, aliases: [EntityKey] = [], records: [HistoryRecord],
    firstRecord: UInt64 = 0, size: UInt64,
    since: Timestamp? = nil, until: Timestamp? = nil, silentProducers: [SilentProducer]
  ) {
    self.dataset = dataset
    self.aliases = aliases
    self.silentProducers = silentProducers
    scope = Scope(
      firstRecord: firstRecord, size: size, since: since, until: until, withoutEventTime: 0)
    disclosures = []
    let names = Set([dataset] + aliases)
    var formerNames: Set<EntityKey> = []
    var grouping = Grouping()
    for record in records where record.index >= firstRecord && record.index < size {
      let content = record.content
      for pair in content.renames where names.contains(content.key(pair.entity)) {
        formerNames.insert(content.key(pair.other))
      }
      let isAccess = content.kind.utf8.elementsEqual("access".utf8)
      let isDisclosure = content.kind.utf8.elementsEqual("disclosure".utf8)
      guard isAccess || isDisclosure, Self.names(content, names) else { continue }
      if let time = content.eventTime {
        if let since, time < since { continue }
        if let until, time > until { continue }
      } else {
        scope.withoutEventTime += 1
      }
      if isAccess {
        grouping.add(record)
      } else {
        disclosures.append(Disclosed(record))
      }
    }
    groups = grouping.groups
    self.formerNames = formerNames.subtracting(names)
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private static func names(_ content: RecordContent, _ names: Set<EntityKey>) -> Bool {
    content.entities.contains { $0.role == .target && names.contains(EntityKey($0)) }
  }
}

extension AccessReport.Disclosed {
  fileprivate init(_ record: HistoryRecord) {
    self.init(
      record: record.index, eventTime: record.content.eventTime,
      recipients: record.content.keys(of: .recipient),
      purpose: record.content.text("purpose"), legalBasis: record.content.text("legalBasis"))
  }
}

extension RecordContent {
  fileprivate func key(_ place: UInt32) -> EntityKey { EntityKey(entities[Int(place)]) }

  /// The entities with the role, each once, by key.
  fileprivate func keys(of role: EntityRole) -> [EntityKey] {
    Set(entities.filter { $0.role == role }.map { EntityKey($0) })
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// The text of an attribute; nil if there is none.
  func text(_ name: String) -> String? {
    if case .text(let text)? = attributes[name] { text } else { nil }
  }
}

/// Gathers accesses by actor and purpose.
private struct Grouping {
  private struct Key: Hashable {
    var actors: [EntityKey]
    /// As bytes: what Unicode calls equivalent stays apart.
    var purpose: [UInt8]?
  }

  private struct Tally {
    var group: AccessReport.Group
    var outcomes: [[UInt8]: Int] = [:]
    var actions: [[UInt8]: Int] = [:]
  }

  private var tallies: [Key: Tally] = [:]

  mutating func add(_ record: HistoryRecord) {
    let content = record.content
    let actors = content.keys(of: .actor)
    let purpose = content.text("purpose")
    let key = Key(actors: actors, purpose: purpose.map { Array($0.utf8) })
    var tally =
      tallies[key]
      ?? Tally(
        group: AccessReport.Group(
          actors: actors, purpose: purpose, count: 0, outcomes: [], actions: [], rows: 0,
          recordsWithRows: 0, records: []))
    tallies[key] = nil
    tally.group.count += 1
    tally.group.records.append(record.index)
    if let time = content.eventTime {
      tally.group.first = min(tally.group.first ?? time, time)
      tally.group.last = max(tally.group.last ?? time, time)
    }
    if let outcome = content.text("outcome") {
      tally.outcomes[Array(outcome.utf8), default: 0] += 1
    }
    if let action = content.text("action") { tally.actions[Array(action.utf8), default: 0] += 1 }
    if case .integer(let rows)? = content.attributes["rows"], rows >= 0 {
      tally.group.rows += UInt128(rows)
      tally.group.recordsWithRows += 1
    }
    tallies[key] = tally
  }

  var groups: [AccessReport.Group] {
    tallies.sorted { isBefore($0.key, $1.key) }.map { _, tally in
      var group = tally.group
      group.outcomes = counts(tally.outcomes)
      group.actions = counts(tally.actions)
      return group
    }
  }

  private func isBefore(_ left: Key, _ right: Key) -> Bool {
    let (first, second) = (left.actors.flatMap(\.bytes), right.actors.flatMap(\.bytes))
    if first != second { return first.lexicographicallyPrecedes(second) }
    return (left.purpose ?? []).lexicographicallyPrecedes(right.purpose ?? [])
  }

  private func counts(_ tallied: [[UInt8]: Int]) -> [AccessReport.Count] {
    tallied.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { AccessReport.Count(name: String(decoding: $0.key, as: UTF8.self), count: $0.value) }
  }
}
