public import LedgerFormat

/// The facts of many records in a few flat lists, names as numbers.
///
/// A closure over a million records reads each several times; flat lists keep that to a few
/// cache lines per record and to no allocation.
public struct LineageFacts: Sendable {
  /// In the order of appending. An *event number* is a place in this list.
  public private(set) var events: [LineageEvent] = []
  /// By event number.
  private(set) var marks: [EventMark] = []
  var mentions: [LineageMention] = []
  var edges: [Edge] = []
  var pairs: [LineagePair] = []
  /// By event number; of the kinds in `hasDetails` only.
  private(set) var details: [UInt32: LineageDetails] = [:]

  private var keys: [EntityKey] = []
  private var types: [EntityType] = []
  private var identifiers: [EntityKey: UInt32] = [:]
  private var versionTexts: [[UInt8]] = [[]]
  private var versionIdentifiers: [[UInt8]: UInt32] = [:]
  private(set) var producers: [LineageProducer] = []
  private var producerIdentifiers: [LineageProducer: UInt32] = [:]

  public init() {}

  /// How many entities have a number.
  public var entityCount: Int { keys.count }

  public func key(of entity: EntityID) -> EntityKey { keys[entity.place] }

  public func type(of entity: EntityID) -> EntityType { types[entity.place] }

  /// The text of an explicit version; nil for `none`.
  public func text(of version: VersionID) -> String? {
    version == .none ? nil : String(decoding: versionTexts[Int(version.rawValue)], as: UTF8.self)
  }

  public func details(ofEvent number: Int) -> LineageDetails? { details[UInt32(number)] }

  /// The entities that the event names.
  public func mentions(of event: LineageEvent) -> ArraySlice<LineageMention> {
    mentions[event.mentions.range]
  }

  /// The number of an entity, which gets one if it has none.
  public mutating func identifier(of key: EntityKey, type: EntityType) -> EntityID {
    if let known = identifiers[key] { return EntityID(rawValue: known) }
    let next = UInt32(keys.count)
    keys.append(key)
    types.append(type)
    identifiers[key] = next
    return EntityID(rawValue: next)
  }

  /// The number of an entity that was met; nil if it never was.
  public func knownIdentifier(of key: EntityKey) -> EntityID? {
    identifiers[key].map(EntityID.init(rawValue:))
  }

  /// The number of a version that was met; nil if it never was.
  func knownVersion(_ text: String) -> VersionID? {
    versionIdentifiers[Array(text.utf8)].map(VersionID.init(rawValue:))
  }

  /// Adds one record.
  ///
  /// - Parameters:
  ///   - index: the index of the record's first part.
  ///   - content: all parts joined (`RecordContent.joined`).
  /// - Returns: the event number.
  @discardableResult
  public mutating func append(
    index: UInt64, recordedTime: Timestamp, content: RecordContent
  ) -> Int {
    let number = events.count
    let kind = RecordKind(exactly: content.kind)
    events.append(
      LineageEvent(
        index: index, recordedTime: recordedTime, eventTime: content.eventTime,
        kind: kind, eventType: content.eventType,
        isIncomplete: content.flags.contains(.factsIncomplete),
        producer: identifier(of: LineageProducer(content)),
        mentions: .init(start: UInt32(mentions.count), count: UInt32(content.entities.count)),
        edges: .init(start: UInt32(edges.count), count: UInt32(content.edges.count)),
        pairs: .init(
          start: UInt32(pairs.count),
          count: UInt32(content.symlinks.count + content.renames.count))))
    let firstMention = mentions.count
    for entity in content.entities { mentions.append(mention(of: entity)) }
    let event = events[number]
    marks.append(
      EventMark(
        event, run: first(.run, of: event), job: first(.job, of: event),
        namesSeveral: namesSeveral(event)))
    edges += content.edges
    for (list, isRename) in [(content.symlinks, false), (content.renames, true)] {
      for pair in list {
        pairs.append(
          LineagePair(
            entity: mentions[firstMention + Int(pair.entity)].entity,
            other: mentions[firstMention + Int(pair.other)].entity, isRename: isRename))
      }
    }
    if let kind, Self.hasDetails(kind) {
      details[UInt32(number)] = LineageDetails(
        attributes: content.attributes, references: content.references)
    }
    return number
  }

  private func namesSeveral(_ event: LineageEvent) -> Bool {
    guard event.kind == .run else { return false }
    var (run, job): (EntityID?, EntityID?)
    for place in event.mentions.range {
      let mention = mentions[place]
      if mention.role == .run {
        if let run, run != mention.entity { return true }
        run = mention.entity
      } else if mention.role == .job {
        if let job, job != mention.entity { return true }
        job = mention.entity
      }
    }
    return false
  }

  private mutating func mention(of entity: Entity) -> LineageMention {
    LineageMention(
      entity: identifier(of: EntityKey(entity), type: entity.type),
      version: entity.version.map { version($0) } ?? .none, role: entity.role,
      lifecycle: entity.facts.lifecycle, writeMode: entity.facts.writeMode,
      isPartial: !entity.facts.subset.isEmpty,
      areEdgesComplete: entity.facts.areEdgesComplete)
  }

  private mutating func version(_ text: String) -> VersionID {
    let bytes = Array(text.utf8)
    if let known = versionIdentifiers[bytes] { return VersionID(rawValue: known) }
    let next = UInt32(versionTexts.count)
    versionTexts.append(bytes)
    versionIdentifiers[bytes] = next
    return VersionID(rawValue: next)
  }

  private mutating func identifier(of producer: LineageProducer) -> UInt32 {
    if let last = events.last?.producer, producers[Int(last)] == producer { return last }
    if let known = producerIdentifiers[producer] { return known }
    let next = UInt32(producers.count)
    producers.append(producer)
    producerIdentifiers[producer] = next
    return next
  }

  /// The kinds whose attributes and references the rule reads; runs are not among them.
  private static func hasDetails(_ kind: RecordKind) -> Bool {
    switch kind {
    case .policyWriteMode, .policyRetention, .holdPlaced, .holdReleased, .erasureExecution,
      .erasureVerification, .disclosure:
      true
    default: false
    }
  }
}

/// Who sent a record, and who it claims to come from; compared by bytes.
public struct LineageProducer: Hashable, Sendable {
  public let source: String
  public let producer: String?

  public init(source: String, producer: String?) {
    self.source = source
    self.producer = producer
  }

  init(_ content: RecordContent) { self.init(source: content.source, producer: content.producer) }

  public static func == (left: Self, right: Self) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8)
      && (left.producer == nil) == (right.producer == nil)
      && (left.producer ?? "").utf8.elementsEqual((right.producer ?? "").utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in source.utf8 { hasher.combine(byte) }
    for byte in (producer ?? "").utf8 { hasher.combine(byte) }
  }
}
