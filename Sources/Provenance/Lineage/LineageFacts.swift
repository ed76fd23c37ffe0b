internal import LedgerCryptography
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

  private var entities = EntityNumbers()
  private var versionTexts: [[UInt8]] = [[]]
  private var versionIdentifiers: [[UInt8]: UInt32] = [:]
  private(set) var producers: [LineageProducer] = []
  private var producerIdentifiers: [LineageProducer: UInt32] = [:]

  public init() {}

  /// How many entities have a number.
  public var entityCount: Int { entities.keys.count }

  public func key(of entity: EntityID) -> EntityKey { entities.keys[entity.place] }

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
  public mutating func identifier(of key: EntityKey) -> EntityID {
    entities.number(
      of: key.bytes.rawSpan, hash: EntityNumbers.hash(key.bytes.rawSpan))
  }

  /// The number of an entity that was met; nil if it never was.
  public func knownIdentifier(of key: EntityKey) -> EntityID? {
    entities.knownNumber(of: key)
  }

  /// The number of a version that was met; nil if it never was.
  func knownVersion(_ text: String) -> VersionID? {
    versionIdentifiers[Array(text.utf8)].map(VersionID.init(rawValue:))
  }

  /// Adds one record.
  ///
  /// - Returns: the event number.
  @discardableResult
  public mutating func append(_ record: RecordFacts) -> Int {
    let number = events.count
    events.append(
      LineageEvent(
        index: record.index, recordedTime: record.recordedTime, eventTime: record.eventTime,
        kind: record.kind, eventType: record.eventType, isIncomplete: record.isIncomplete,
        producer: identifier(of: record.producer),
        mentions: .init(start: UInt32(mentions.count), count: UInt32(record.entities.count)),
        edges: .init(start: UInt32(edges.count), count: UInt32(record.edges.count)),
        pairs: .init(start: UInt32(pairs.count), count: UInt32(record.pairs.count))))
    let firstMention = mentions.count
    appendMentions(of: record)
    appendMark(of: number)
    edges += record.edges
    for pair in record.pairs {
      pairs.append(
        LineagePair(
          entity: mentions[firstMention + pair.entity].entity,
          other: mentions[firstMention + pair.other].entity, isRename: pair.isRename))
    }
    if let known = record.details { details[UInt32(number)] = known }
    return number
  }

  private mutating func appendMentions(of record: RecordFacts) {
    var start = 0
    for named in record.entities {
      let key = record.keys.rawSpan.extracting(start..<named.keyEnd)
      start = named.keyEnd
      mentions.append(
        LineageMention(
          entity: entities.number(of: key, hash: named.keyHash),
          version: named.version.map { version($0) } ?? .none, role: named.role,
          lifecycle: named.lifecycle, writeMode: named.writeMode, isPartial: named.isPartial,
          areEdgesComplete: named.areEdgesComplete))
    }
  }

  private mutating func appendMark(of number: Int) {
    let event = events[number]
    var (run, job): (EntityID?, EntityID?)
    var namesSeveral = false
    for place in event.mentions.range {
      let mention = mentions[place]
      if mention.role == .run {
        namesSeveral = namesSeveral || run.map { $0 != mention.entity } ?? false
        run = run ?? mention.entity
      } else if mention.role == .job {
        namesSeveral = namesSeveral || job.map { $0 != mention.entity } ?? false
        job = job ?? mention.entity
      }
    }
    marks.append(
      EventMark(event, run: run, job: job, namesSeveral: namesSeveral && event.kind == .run))
  }

  private mutating func version(_ bytes: [UInt8]) -> VersionID {
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
