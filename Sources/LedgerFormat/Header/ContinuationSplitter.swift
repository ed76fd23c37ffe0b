/// Deals a content that is too long for one header out to several: first the entities, then each
/// list in key order, always into the last part, and into a new one when that is full.
struct ContinuationSplitter {
  private var parts: [RecordContent]
  /// What every part repeats.
  private let repeated: RecordContent
  /// Bytes left in the last part, and in a new one.
  private var freeByteCount: Int
  private let emptyPartFreeByteCount: Int
  /// Entities in all parts so far.
  private var entityCount: Int
  /// Where an entity is measured; reused.
  private var scratch: ByteBuffer = []

  /// Heads and keys of lists that a part may gain: seven keys, and eight array heads that grow to
  /// three bytes.
  private static let listOverheadByteCount = 7 + 8 * 3

  /// Begins with a first part that holds everything but the lists.
  init(_ content: RecordContent) throws(FormatError) {
    var repeated = RecordContent(kind: content.kind, source: content.source)
    repeated.eventTime = content.eventTime
    repeated.flags = content.flags
    repeated.producer = content.producer
    repeated.eventType = content.eventType
    repeated.entities = content.entities.filter(\.isRepeatedInEveryPart)
    // The largest numbers stand in for the real ones, which are known at the end.
    let limit = UInt32(FormatLimits.partCountMax)
    repeated.part = Part(number: limit - 1, count: limit)
    var first = repeated
    first.producerSequence = content.producerSequence
    first.attributes = content.attributes
    first.bodies = content.bodies
    first.identity = content.identity
    first.head = content.head
    first.publicIdentifier = content.publicIdentifier
    self.repeated = repeated
    emptyPartFreeByteCount = try Self.freeByteCount(beside: repeated)
    freeByteCount = try Self.freeByteCount(beside: first)
    parts = [first]
    entityCount = repeated.entities.count
  }

  private static func freeByteCount(beside content: RecordContent) throws(FormatError) -> Int {
    var tail: ByteBuffer = []
    _ = content.encodeTail(into: &tail)
    let free = EncodedTail.byteCountMax - tail.count - listOverheadByteCount
    guard free >= 0 else { throw overLimit(tail.count + listOverheadByteCount) }
    return free
  }

  private static func overLimit(_ byteCount: Int) -> FormatError {
    .overLimit(
      field: "header", found: UInt64(byteCount), limit: UInt64(EncodedTail.byteCountMax), offset: 0)
  }

  /// The parts, numbered; at least two, since the whole did not fit into one header.
  mutating func split(_ content: RecordContent) throws(FormatError) -> [RecordContent] {
    let positions = try placeEntities(content.entities)
    for edge in content.edges {
      var moved = edge
      moved.target = positions[Int(edge.target)]
      moved.source = positions[Int(edge.source)]
      try place(moved, in: \.edges)
    }
    try place(content.symlinks, at: positions, in: \.symlinks)
    try place(content.renames, at: positions, in: \.renames)
    for reference in content.references {
      try place(reference, in: \.references)
    }
    for run in content.runs { try place(run, in: \.runs) }
    for slot in content.slots { try place(slot, in: \.slots) }
    // Other positions can make the lists just short enough for one part, but a part is never alone.
    if parts.count == 1 { try beginPart() }
    for number in parts.indices {
      parts[number].part = Part(number: UInt32(number), count: UInt32(parts.count))
    }
    return parts
  }

  /// Gives the position of each entity in the concatenated list; a repeated one is referred to
  /// where the first part has it.
  private mutating func placeEntities(_ entities: [Entity]) throws(FormatError) -> [UInt32] {
    var positions: [UInt32] = []
    positions.reserveCapacity(entities.count)
    var nextRepeated: UInt32 = 0
    for entity in entities {
      if entity.isRepeatedInEveryPart {
        positions.append(nextRepeated)
        nextRepeated += 1
      } else {
        try place(entity, in: \.entities)
        positions.append(UInt32(entityCount))
        entityCount += 1
      }
    }
    return positions
  }

  private mutating func place(
    _ pairs: [EntityPair], at positions: [UInt32],
    in list: WritableKeyPath<RecordContent, [EntityPair]>
  ) throws(FormatError) {
    for pair in pairs {
      let moved = EntityPair(
        entity: positions[Int(pair.entity)], other: positions[Int(pair.other)])
      try place(moved, in: list)
    }
  }

  /// Appends `element` to the list of the last part, or of a new one if it does not fit.
  private mutating func place<Element: HeaderField>(
    _ element: Element, in list: WritableKeyPath<RecordContent, [Element]>
  ) throws(FormatError) {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(element)
    if scratch.count > freeByteCount {
      guard scratch.count <= emptyPartFreeByteCount else {
        throw Self.overLimit(EncodedTail.byteCountMax - emptyPartFreeByteCount + scratch.count)
      }
      try beginPart()
    }
    freeByteCount -= scratch.count
    parts[parts.count - 1][keyPath: list].append(element)
  }

  private mutating func beginPart() throws(FormatError) {
    guard parts.count < FormatLimits.partCountMax else {
      throw .overLimit(
        field: "part count", found: UInt64(parts.count) + 1,
        limit: UInt64(FormatLimits.partCountMax), offset: 0)
    }
    parts.append(repeated)
    freeByteCount = emptyPartFreeByteCount
    entityCount += repeated.entities.count
  }
}

extension Entity {
  /// Run and job stand in every part of a record, so that each part is found under them.
  var isRepeatedInEveryPart: Bool { role == .run || role == .job }
}
