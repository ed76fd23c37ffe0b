import LedgerFormat
import Provenance

/// A tiny estate, record by record. Times are minutes since 2026-01-01; each record is recorded a
/// minute after it happened unless told otherwise, and never before the record before it.
struct Estate {
  private(set) var records: [HistoryRecord] = []
  /// The index that the next record gets.
  var next: UInt64 { UInt64(records.count) }

  static let start: Int64 = 1_767_225_600_000_000
  static func time(_ minute: Int) -> Timestamp {
    Timestamp(microseconds: start + Int64(minute) * 60_000_000)
  }

  static func key(_ name: String, _ type: EntityType = .dataset) -> EntityKey {
    EntityKey(type: type, namespace: type == .run ? "" : "n", name: name)
  }

  /// `name`, `name@version`.
  static func entity(
    _ text: String, _ role: EntityRole, _ type: EntityType = .dataset,
    _ facts: EntityFacts = EntityFacts()
  ) -> Entity {
    let parts = text.split(separator: "@", maxSplits: 1)
    return Entity(
      role: role, type: type, namespace: type == .run ? "" : "n", name: String(parts[0]),
      version: parts.count == 2 ? String(parts[1]) : nil, facts: facts)
  }

  /// One output with what is known of the write.
  struct Out {
    var name: String
    var facts: EntityFacts
    var type: EntityType

    init(
      _ name: String, _ mode: WriteMode? = nil, _ lifecycle: Lifecycle? = nil,
      complete: Bool = false, subset: SubsetFlags = [], type: EntityType = .dataset
    ) {
      self.name = name
      self.type = type
      facts = EntityFacts(
        lifecycle: lifecycle, writeMode: mode, subset: subset, areEdgesComplete: complete)
    }
  }

  @discardableResult
  mutating func add(_ content: RecordContent, recorded: Int? = nil) -> UInt64 {
    let least = records.last?.recordedTime.microseconds ?? Self.start
    let claimed = content.eventTime.map { $0.microseconds + 60_000_000 } ?? least
    let time = recorded.map { Self.time($0).microseconds } ?? claimed
    records.append(
      HistoryRecord(
        index: next, recordedTime: Timestamp(microseconds: max(least, time)),
        content: content))
    return next - 1
  }

  /// One event of a run.
  @discardableResult
  mutating func event(
    _ type: EventType, _ run: String, job: String? = nil, at minute: Int?,
    from inputs: [String] = [], to outputs: [Out] = [],
    edges: [(to: String, from: String, EdgeBasis, EdgeFlags)] = [], sequence: UInt64? = nil,
    _ change: (inout RecordContent) -> Void = { _ in }
  ) -> UInt64 {
    var content = RecordContent(kind: "run", source: "test")
    content.eventType = type
    content.eventTime = minute.map(Self.time)
    content.producerSequence = sequence
    let job = job ?? "job-\(run.prefix { $0 != "/" })"
    content.entities = [Self.entity(run, .run, .run), Self.entity(job, .job, .job)]
    content.entities += inputs.map { Self.entity($0, .input) }
    content.entities += outputs.map { Self.entity($0.name, .output, $0.type, $0.facts) }
    for edge in edges {
      content.edges.append(
        Edge(
          target: place(edge.to, .output, in: &content),
          source: place(edge.from, .input, in: &content), basis: edge.2, flags: edge.3))
    }
    change(&content)
    return add(content)
  }

  private func place(
    _ name: String, _ role: EntityRole, in content: inout RecordContent
  ) -> UInt32 {
    let wanted = Self.entity(name, role)
    if let found = content.entities.firstIndex(where: {
      $0.role == role && $0.name == wanted.name && $0.version == wanted.version
    }) {
      return UInt32(found)
    }
    content.entities.append(Self.entity(name, .related))
    return UInt32(content.entities.count - 1)
  }

  /// START and COMPLETE of a run.
  ///
  /// - Returns: the index of COMPLETE.
  @discardableResult
  mutating func run(
    _ run: String, job: String? = nil, at start: Int, until end: Int? = nil,
    from inputs: [String] = [], to outputs: [Out] = [],
    edges: [(to: String, from: String, EdgeBasis, EdgeFlags)] = [],
    ending: EventType = .complete, _ change: (inout RecordContent) -> Void = { _ in }
  ) -> UInt64 {
    event(.start, run, job: job, at: start)
    return event(
      ending, run, job: job, at: end ?? start + 1, from: inputs, to: outputs, edges: edges,
      change)
  }

  /// A record that is no part of a run.
  @discardableResult
  mutating func record(
    _ kind: RecordKind, at minute: Int?, _ entities: [Entity],
    _ attributes: [String: AttributeValue] = [:],
    references: [RecordReference] = [], _ change: (inout RecordContent) -> Void = { _ in }
  ) -> UInt64 {
    var content = RecordContent(kind: kind.rawValue, source: "test")
    content.eventTime = minute.map(Self.time)
    content.entities = entities
    content.attributes = attributes
    content.references = references
    change(&content)
    return add(content)
  }

  /// Declares that the job overwrites in full, or writes in another mode.
  @discardableResult
  mutating func policy(_ job: String, _ mode: WriteMode = .overwrite, at minute: Int) -> UInt64 {
    record(
      .policyWriteMode, at: minute,
      [Self.entity(job, .scope, .job, EntityFacts(writeMode: mode))])
  }

  /// The rows of a person are deleted and somebody looked.
  @discardableResult
  mutating func erase(_ name: String, at minute: Int, verified: Bool = true) -> UInt64 {
    let execution = record(
      .erasureExecution, at: minute, [Self.entity(name, .target)],
      ["method": .text("row-erasure")])
    if verified {
      record(
        .erasureVerification, at: minute + 1, [Self.entity(name, .target)],
        ["method": .text("full-scan"), "outcome": .text("clean"), "residual": .integer(0)],
        references: [RecordReference(relation: .cites, index: execution)])
    }
    return execution
  }

  /// The records in short, for messages of failed tests.
  var text: String {
    records.map { record in
      let content = record.content
      let minute = content.eventTime.map { ($0.microseconds - Self.start) / 60_000_000 }
      let entities = content.entities.map { entity in
        let facts = [
          entity.facts.writeMode?.codeName, entity.facts.lifecycle?.codeName,
          entity.facts.areEdgesComplete ? "complete" : nil,
          entity.facts.subset.isEmpty ? nil : "partial",
        ].compactMap { $0 }.joined(separator: ",")
        let version = entity.version.map { "@" + $0 } ?? ""
        return "\(entity.role)=\(entity.name)\(version)\(facts.isEmpty ? "" : "[\(facts)]")"
      }.joined(separator: " ")
      let edges = content.edges.map {
        "\($0.target)<-\($0.source)\($0.flags.contains(.masked) ? "m" : "")"
      }
      return "\(record.index) \(content.kind) \(content.eventType?.codeName ?? "") "
        + "at \(minute ?? -1): \(entities) \(edges.joined(separator: " "))"
    }.joined(separator: "\n")
  }

  var index: LineageIndex {
    var index = LineageIndex()
    for record in records {
      index.append(
        index: record.index, recordedTime: record.recordedTime, content: record.content)
    }
    return index
  }

  /// The query that most tests ask: everything from `root` since the first record, now.
  func query(_ root: String = "raw", since: UInt64 = 0, silence: Int = 60) -> ClosureQuery {
    ClosureQuery(
      root: Self.key(root), origin: .record(since), size: next,
      time: records.last?.recordedTime ?? Self.time(0),
      silenceMicroseconds: Int64(silence) * 60_000_000)
  }

  func closure(_ query: ClosureQuery) -> Closure { Closure.compute(query, from: index) }

  func closure(_ root: String = "raw", since: UInt64 = 0, silence: Int = 60) -> Closure {
    closure(query(root, since: since, silence: silence))
  }
}

extension Closure {
  /// The state of an entity; nil if it is not in the closure.
  subscript(_ name: String, _ type: EntityType = .dataset) -> ClosureState? {
    descendant(name, type)?.state
  }

  func descendant(_ name: String, _ type: EntityType = .dataset) -> Descendant? {
    ([root] + descendants).first { descendant in
      ([descendant.entity] + descendant.aliases).contains(Estate.key(name, type))
    }
  }
}
