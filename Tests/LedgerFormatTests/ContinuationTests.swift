import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct ContinuationTests {
  /// Edges and pairs as names instead of positions, which is what must survive.
  struct Meaning: Equatable {
    var edges: [[String]]
    var symlinks: [[String]]
    var renames: [[String]]
    var others: [Entity]
    var repeated: [Entity]

    init(_ content: RecordContent, partCount: Int = 1) {
      func name(_ position: UInt32) -> String { "\(content.entities[Int(position)])" }
      edges = content.edges.map {
        [name($0.target), name($0.source), "\($0.basis)", "\($0.flags.rawValue)"]
      }
      symlinks = content.symlinks.map { [name($0.entity), name($0.other)] }
      renames = content.renames.map { [name($0.entity), name($0.other)] }
      let isRepeated = { (entity: Entity) in entity.role == .run || entity.role == .job }
      others = content.entities.filter { !isRepeated($0) }
      let all = content.entities.filter(isRepeated)
      repeated = Array(all.prefix(all.count / partCount))
    }
  }

  static func entity(_ number: Int, _ role: EntityRole, nameByteCount: Int = 12) -> Entity {
    let digits = String(number)
    let name = String(repeating: "n", count: nameByteCount - digits.utf8.count) + digits
    return Entity(role: role, type: role == .job ? .job : .dataset, namespace: "s", name: name)
  }

  static func large(inputs: Int) -> RecordContent {
    var content = RecordContent(kind: "run", source: "spark")
    content.eventTime = Timestamp(microseconds: 5)
    content.producer = "p"
    content.producerSequence = 9
    content.eventType = .complete
    content.flags = .factsIncomplete
    content.entities = [
      entity(0, .output), Entity(role: .run, type: .run, namespace: "", name: "r"),
      entity(1, .job),
    ]
    content.entities += (0..<inputs).map { entity($0, .input, nameByteCount: 100) }
    let last = UInt32(content.entities.count - 1)
    for source in 3...last {
      content.edges.append(Edge(target: 0, source: source, basis: .explicit))
    }
    content.symlinks = [EntityPair(entity: 0, other: last), EntityPair(entity: last, other: 3)]
    content.renames = [EntityPair(entity: last, other: 1)]
    content.attributes = ["rows": .integer(5)]
    content.references = [RecordReference(relation: .cites, index: 4)]
    content.bodies = [
      BodyDescription(contentType: "application/json", byteCount: 3, commitment: .zero)
    ]
    content.head = TreeHead(size: 4, root: .zero)
    content.publicIdentifier = "id"
    return content
  }

  private func check(_ content: RecordContent, _ parts: [RecordContent]) throws {
    #expect(parts.count >= 2)
    for (number, part) in parts.enumerated() {
      #expect(part.part == Part(number: UInt32(number), count: UInt32(parts.count)))
      #expect(part.kind == content.kind && part.source == content.source)
      #expect(part.eventTime == content.eventTime && part.eventType == content.eventType)
      #expect(part.flags == content.flags && part.producer == content.producer)
      let header = RecordHeader(
        previousLeafHash: .zero, index: UInt64(Int64.max),
        recordedTime: .latest, content: part)
      let bytes = header.encoded()
      #expect(bytes.count <= FormatLimits.headerByteCountMax)
      #expect(try RecordHeader.decode(bytes.rawSpan) == header)
      guard number > 0 else { continue }
      #expect(part.producerSequence == nil && part.attributes.isEmpty && part.bodies.isEmpty)
      #expect(part.identity == nil && part.head == nil && part.publicIdentifier == nil)
    }
    let joined = try RecordContent.joined(parts)
    #expect(Meaning(joined, partCount: parts.count) == Meaning(content))
    #expect(joined.entities == parts.flatMap(\.entities))
    var rest = joined
    rest.entities = content.entities
    (rest.edges, rest.symlinks, rest.renames) = (content.edges, content.symlinks, content.renames)
    #expect(rest == content)
  }

  @Test(arguments: [700, 2_000, 9_000]) func dealsOutWhatDoesNotFit(_ inputs: Int) throws {
    let content = Self.large(inputs: inputs)
    let parts = try content.split()
    try check(content, parts)
    let tails = try RecordContent.prepare(content)
    #expect(tails.count == parts.count)
    for (tail, part) in zip(tails, parts) {
      var bytes: ByteBuffer = []
      #expect(part.encodeTail(into: &bytes) == tail.pairCount)
      #expect(bytes == tail.bytes)
    }
    // Every part but those at the change from one list to the next is nearly full.
    #expect(tails.filter { $0.bytes.count < 65_000 }.count <= 1)
  }

  @Test func dealsOutEveryList() throws {
    var content = RecordContent(kind: "erasure/plan", source: "operator")
    content.slots = (0..<20_000).map { BodySlot(record: UInt64($0) << 20, body: 255) }
    try check(content, content.split())
    content.slots = []
    content.references = (0..<20_000).map { RecordReference(relation: .answers, index: $0 << 33) }
    try check(content, content.split())
    content.references = []
    content.runs = (0..<3_000).map {
      IndexRunCommitment(
        level: 0, firstRecord: $0, recordCount: 1, entryCount: 1, root: Golden.digest(1))
    }
    try check(content, content.split())
  }

  @Test func preparesInPlaceWhatFits() throws {
    var buffer: ByteBuffer = [1, 2, 3]
    for inputs in [1, 100, 500, 700, 9_000] {
      let content = Self.large(inputs: inputs)
      let before = buffer
      let tails = try RecordContent.prepare(content)
      let pairCount = try RecordContent.prepareWhole(
        content, bodies: content.bodies, into: &buffer)
      #expect(pairCount == (tails.count == 1 ? tails[0].pairCount : nil))
      #expect(buffer == before + (tails.count == 1 ? tails[0].bytes : []))
    }
    var bad = Self.large(inputs: 1)
    bad.kind = "Not a kind"
    let before = buffer
    #expect(throws: FormatError.self) {
      try RecordContent.prepareWhole(bad, bodies: [], into: &buffer)
    }
    #expect(buffer == before)
  }

  @Test func leavesAloneWhatFits() throws {
    var content = Self.large(inputs: 3)
    #expect(try content.split() == [content])
    let tails = try RecordContent.prepare(content)
    #expect(tails.count == 1)
    #expect(try RecordContent.joined([content]) == content)
    // Up to the last byte.
    var filler = content.entities[3]
    content.entities.append(filler)
    content.edges = []
    func byteCount() -> Int {
      var bytes: ByteBuffer = []
      _ = content.encodeTail(into: &bytes)
      return bytes.count
    }
    while byteCount() < EncodedTail.byteCountMax - 4_200 {
      filler.name = String(repeating: "f", count: 3_000)
      content.entities.append(filler)
    }
    // From 300 bytes on, a longer identifier has no longer head.
    content.publicIdentifier = String(repeating: "i", count: 300)
    filler.name = String(repeating: "f", count: EncodedTail.byteCountMax - byteCount() - 1_000)
    content.entities.append(filler)
    content.publicIdentifier! += String(
      repeating: "i", count: EncodedTail.byteCountMax - byteCount())
    #expect(byteCount() == EncodedTail.byteCountMax)
    #expect(try content.split() == [content])
    content.publicIdentifier! += "i"
    #expect(try content.split().count == 2)
    try check(content, content.split())
  }

  @Test func randomContentsSurvive() throws {
    var random = RepeatableRandom(for: "continuations")
    for _ in 0..<2 {
      var content = random.content(entityCount: 1_500...3_000)
      content.runs = []
      let count = UInt64(content.entities.count)
      for _ in 0..<random.integer(9_000) {
        content.edges.append(
          Edge(
            target: UInt32(random.next() % count), source: UInt32(random.next() % count),
            basis: .column, flags: [.masked]))
      }
      // Repeated entities must leave room: real events have one run and one job.
      var seen: Set<EntityRole> = []
      for position in content.entities.indices {
        let role = content.entities[position].role
        if role == .run || role == .job, !seen.insert(role).inserted {
          content.entities[position].role = .related
        }
      }
      try check(content, content.split())
    }
  }

  @Test func refusesWhatNoPartCanHold() {
    func error(_ content: RecordContent) -> FormatError? {
      let split = refusal { () throws(FormatError) in _ = try content.split() }
      let prepared = refusal { () throws(FormatError) in _ = try RecordContent.prepare(content) }
      #expect(split == prepared)
      return split
    }
    func isOverHeader(_ error: FormatError?) -> Bool {
      if case .overLimit("header", _, UInt64(EncodedTail.byteCountMax), 0) = error {
        true
      } else {
        false
      }
    }
    var attributes = Self.large(inputs: 1)
    for number in 0..<64 {
      attributes.attributes["a\(number)"] = .text(String(repeating: "t", count: 1_024))
    }
    attributes.attributes["rows"] = nil
    #expect(isOverHeader(error(attributes)))
    var jobs = Self.large(inputs: 1)
    jobs.entities += (0..<700).map { Self.entity($0, .job, nameByteCount: 100) }
    #expect(isOverHeader(error(jobs)))
    // What is repeated leaves less room than one further entity needs.
    var tight = Self.large(inputs: 1)
    tight.entities += (0..<15).map { Self.entity($0, .job, nameByteCount: 4_096) }
    tight.entities += (0..<2).map { Self.entity($0, .input, nameByteCount: 4_096) }
    #expect(isOverHeader(error(tight)))
    var endless = RecordContent(kind: "run", source: "s")
    endless.entities = (0..<4_200).map { Self.entity($0, .input, nameByteCount: 4_096) }
    #expect(
      error(endless) == .overLimit(field: "part count", found: 257, limit: 256, offset: 0))
    var named = Self.large(inputs: 1)
    named.entities[3].name = String(repeating: "n", count: 4_097)
    #expect(
      error(named) == .overLimit(field: "entity name", found: 4_097, limit: 4_096, offset: 0))
    var part = Self.large(inputs: 1)
    part.part = Part(number: 0, count: 2)
    #expect(error(part) == .inconsistent(field: "part", offset: 0))
  }

  @Test(arguments: [
    "none", "missing last", "missing first", "swapped", "twice", "kind", "source", "producer",
    "event time", "event type", "flags", "run", "run gone", "attribute", "body", "sequence",
    "head", "identifier", "position", "lone", "canonical equivalent",
  ])
  func joiningRefuses(_ damage: String) throws {
    var parts = try Self.large(inputs: 1_300).split()
    #expect(parts.count == 3)
    var expected = FormatError.inconsistent(field: "continuation", offset: 0)
    let fields = FormatError.inconsistent(field: "continuation fields", offset: 0)
    let entities = FormatError.inconsistent(field: "continuation entities", offset: 0)
    let number = FormatError.inconsistent(field: "part number", offset: 0)
    switch damage {
    case "none": (parts, expected) = ([], .emptyCollection(field: "parts", offset: 0))
    case "missing last": (_, expected) = (parts.removeLast(), number)
    case "missing first": (_, expected) = (parts.removeFirst(), number)
    case "swapped": (_, expected) = (parts.swapAt(1, 2), number)
    case "twice": (_, expected) = (parts.append(parts[2]), number)
    case "kind": parts[1].kind = "access"
    case "source": parts[1].source = "other"
    case "producer": parts[2].producer = nil
    case "event time": parts[1].eventTime = nil
    case "event type": parts[1].eventType = .fail
    case "flags": parts[1].flags = []
    case "run": (parts[1].entities[0].name, expected) = ("other", entities)
    case "run gone": (_, expected) = (parts[2].entities.removeFirst(), entities)
    case "attribute": (parts[1].attributes, expected) = (["a": .boolean(true)], fields)
    case "body": (parts[1].bodies, expected) = (parts[0].bodies, fields)
    case "sequence": (parts[1].producerSequence, expected) = (9, fields)
    case "head": (parts[1].head, expected) = (parts[0].head, fields)
    case "identifier": (parts[1].publicIdentifier, expected) = ("id", fields)
    case "position":
      parts[2].edges[0].source = UInt32(parts.reduce(0) { $0 + $1.entities.count })
      expected = .inconsistent(field: "edges", offset: 0)
    case "lone": (parts, expected) = ([parts[0]], .inconsistent(field: "part count", offset: 0))
    default:
      for part in parts.indices { parts[part].source = "\u{E9}" }
      parts[1].source = "e\u{301}"
      #expect(parts[0].source == parts[1].source)
    }
    let error = refusal { () throws(FormatError) in _ = try RecordContent.joined(parts) }
    #expect(error == expected)
  }
}
