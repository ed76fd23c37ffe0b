internal import LedgerCryptography
internal import LedgerFormat

/// Reads a header's bytes without building its values: the fast path of `HeaderFacts`.
///
/// Accepts nothing that `RecordHeader.decode` would refuse, and gives up (nil) on everything that
/// is rare or wrong: texts beyond ASCII, parts, erasures, what only record 0 has. The decoder then
/// decides. Allocates nothing.
struct HeaderWalk: ~Escapable {
  private let bytes: RawSpan
  private var position = 0
  private var entityCount: UInt64 = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  /// The recorded time of a canonical header of `record`; its bodies are appended to `bodies`,
  /// which is left longer where the result is nil.
  mutating func run(record: UInt64, bodies: inout [ExpectedBody]) -> Timestamp? {
    guard bytes.byteCount <= FormatLimits.headerByteCountMax,
      let pairCount = count(major: 5, in: 5...23), unsigned() == 0, digest() != nil,
      unsigned() == 1, unsigned() == record, unsigned() == 2,
      let time = unsigned(atMost: UInt64(Timestamp.latest.microseconds)), unsigned() == 3,
      skipKind()
    else { return nil }
    var previous: UInt64 = 3
    var hasSource = false
    var rest = pairCount - 4
    while rest > 0 {
      rest -= 1
      guard let key = unsigned(), key > previous else { return nil }
      previous = key
      if key == 6 { hasSource = true }
      guard skipField(key, record: record, bodies: &bodies) else { return nil }
    }
    guard hasSource, position == bytes.byteCount else { return nil }
    return Timestamp(microseconds: Int64(time))
  }

  private mutating func skipField(_ key: UInt64, record: UInt64, bodies: inout [ExpectedBody])
    -> Bool
  {
    switch HeaderKey(rawValue: UInt8(truncatingIfNeeded: key)) {
    case .eventTime: skipEventTime()
    case .flags: skipFlags(HeaderFlags.assigned.rawValue)
    case .source: text(1...FormatLimits.nameByteCountMax) != nil
    case .producer: text(0...FormatLimits.nameByteCountMax) != nil
    case .producerSequence: unsigned() != nil
    case .eventType: skipCode(EventType.self)
    case .entities: skipEntities()
    case .edges: skipEdges()
    case .symlinks, .renames: skipPairs()
    case .attributes: skipAttributes()
    case .bodies: takeBodies(record: record, into: &bodies)
    default: false
    }
  }
}

/// Items of deterministic CBOR; each gives nil for any form but the shortest.
extension HeaderWalk {
  private mutating func byte() -> UInt8? {
    guard position < bytes.byteCount else { return nil }
    position += 1
    return bytes.byte(at: position - 1)
  }

  @inline(__always)
  private mutating func head() -> (major: UInt8, argument: UInt64)? {
    guard let first = byte() else { return nil }
    let major = first >> 5
    let small = first & 31
    if small < 24 { return (major, UInt64(small)) }
    return longHead(major, small)
  }

  private mutating func longHead(_ major: UInt8, _ form: UInt8) -> (UInt8, UInt64)? {
    guard form <= 27, major < 6 else { return nil }
    let width = 1 << Int(form - 24)
    guard bytes.byteCount - position >= width else { return nil }
    var argument: UInt64 = 0
    if width == 8 {
      argument = bytes.word(at: position).byteSwapped
      position += 8
    } else {
      let end = position + width
      while position < end {
        argument = argument << 8 | UInt64(bytes.byte(at: position))
        position += 1
      }
    }
    let least: UInt64 = form == 24 ? 24 : 1 << (UInt64(width) * 4)
    return argument >= least ? (major, argument) : nil
  }

  @inline(__always)
  private mutating func unsigned(atMost limit: UInt64 = .max) -> UInt64? {
    guard let (major, argument) = head(), major == 0, argument <= limit else { return nil }
    return argument
  }

  private mutating func integer() -> Bool {
    guard let (major, argument) = head() else { return false }
    return major <= 1 && argument <= FormatLimits.integerMax
  }

  private mutating func skipEventTime() -> Bool {
    guard let (major, argument) = head() else { return false }
    switch major {
    case 0: return argument <= UInt64(Timestamp.latest.microseconds)
    case 1: return argument <= UInt64(~Timestamp.earliest.microseconds)
    default: return false
    }
  }

  @inline(__always)
  private mutating func count(major: UInt8, in range: ClosedRange<UInt64>) -> UInt64? {
    guard let (found, argument) = head(), found == major, range.contains(argument) else {
      return nil
    }
    return argument
  }

  private mutating func digest() -> SHA256Digest? {
    let byteCount = UInt64(SHA256Digest.byteCount)
    guard count(major: 2, in: byteCount...byteCount) != nil,
      bytes.byteCount - position >= SHA256Digest.byteCount
    else { return nil }
    position += SHA256Digest.byteCount
    return SHA256Digest(bytes.extracting(position - SHA256Digest.byteCount..<position))
  }

  /// The place of an ASCII text.
  private mutating func text(_ range: ClosedRange<Int>) -> Range<Int>? {
    guard let (major, argument) = head(), major == 3, argument <= UInt64(range.upperBound),
      Int(argument) >= range.lowerBound, bytes.byteCount - position >= Int(argument)
    else { return nil }
    let start = position
    position += Int(argument)
    return isASCII(start, position) ? start..<position : nil
  }

  private func isASCII(_ start: Int, _ end: Int) -> Bool {
    var (place, union) = (start, UInt64(0))
    while place + 8 <= end {
      union |= bytes.word(at: place)
      place += 8
    }
    while place < end {
      union |= UInt64(bytes.byte(at: place))
      place += 1
    }
    return union & 0x8080_8080_8080_8080 == 0
  }

  private mutating func skipFlags(_ assigned: UInt64) -> Bool {
    guard let value = unsigned() else { return false }
    return value != 0 && value & ~assigned == 0
  }

  private mutating func skipCode<Code: RawRepresentable<UInt8>>(_: Code.Type) -> Bool {
    guard let value = unsigned(atMost: 255) else { return false }
    return Code(rawValue: UInt8(value)) != nil
  }
}

/// The fields of a header, as the CDDL of the format document has them.
extension HeaderWalk {
  /// Lower-case letters, digits and `-` with one `/` inside at most; kinds whose content the
  /// verifier needs are left to the decoder.
  private mutating func skipKind() -> Bool {
    guard let range = text(1...FormatLimits.tokenByteCountMax) else { return false }
    var slash: Int?
    var next = range.lowerBound
    while next < range.upperBound {
      let place = next
      next += 1
      switch bytes.byte(at: place) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        break
      case UInt8(ascii: "/"):
        guard slash == nil, place > range.lowerBound, place < range.upperBound - 1 else {
          return false
        }
        slash = place
      default: return false
      }
    }
    guard let slash else { return !isIndex(range) }
    // `erasure`, `ledger` and `key` go to the decoder, and with them the few words that look alike.
    switch slash - range.lowerBound {
    case 7: return bytes.byte(at: range.lowerBound) != UInt8(ascii: "e")
    case 6: return bytes.byte(at: range.lowerBound) != UInt8(ascii: "l")
    case 3: return bytes.byte(at: range.lowerBound) != UInt8(ascii: "k")
    default: return true
    }
  }

  /// What an index record holds is checked, so it goes to the decoder.
  private func isIndex(_ range: Range<Int>) -> Bool {
    guard range.count == 5, bytes.byte(at: range.lowerBound) == UInt8(ascii: "i") else {
      return false
    }
    // `in…x`: the few words that look alike go there as well.
    return bytes.byte(at: range.lowerBound + 1) == UInt8(ascii: "n")
      && bytes.byte(at: range.lowerBound + 4) == UInt8(ascii: "x")
  }

  private mutating func skipEntities() -> Bool {
    guard let count = count(major: 4, in: 1...UInt64(FormatLimits.headerByteCountMax)) else {
      return false
    }
    entityCount = count
    var rest = count
    while rest > 0, skipEntity() { rest -= 1 }
    return rest == 0
  }

  private mutating func skipEntity() -> Bool {
    let names = FormatLimits.nameByteCountMax
    guard let count = count(major: 4, in: 4...6), skipCode(EntityRole.self),
      let code = unsigned(atMost: 255), let type = EntityType(rawValue: UInt8(code)),
      let namespace = text(0...names), text(1...names) != nil,
      type != .run || namespace.isEmpty
    else { return false }
    if count == 4 { return true }
    if count == 6, position < bytes.byteCount, bytes.byte(at: position) == 0xF6 {
      position += 1
    } else if text(1...names) == nil {
      return false
    }
    return count == 5 || skipFacts()
  }

  private mutating func skipFacts() -> Bool {
    guard let count = count(major: 5, in: 1...4) else { return false }
    var least: UInt64 = 0
    for _ in 0..<count {
      guard let key = unsigned(), key >= least else { return false }
      least = key + 1
      let isRight =
        switch key {
        case 0: skipCode(Lifecycle.self)
        case 1: skipCode(WriteMode.self)
        case 2: skipFlags(SubsetFlags.assigned.rawValue)
        case 3: byte() == 0xF5
        default: false
        }
      guard isRight else { return false }
    }
    return true
  }

  private mutating func skipPosition() -> Bool {
    guard let position = unsigned() else { return false }
    return position < entityCount
  }

  private mutating func skipEdges() -> Bool {
    guard let count = count(major: 4, in: 1...UInt64(FormatLimits.headerByteCountMax)) else {
      return false
    }
    for _ in 0..<count {
      guard let length = self.count(major: 4, in: 3...4), skipPosition(), skipPosition(),
        skipCode(EdgeBasis.self),
        length == 3 || skipFlags(EdgeFlags.assigned.rawValue)
      else { return false }
    }
    return true
  }

  private mutating func skipPairs() -> Bool {
    guard let count = count(major: 4, in: 1...UInt64(FormatLimits.headerByteCountMax)) else {
      return false
    }
    for _ in 0..<count {
      guard self.count(major: 4, in: 2...2) != nil, skipPosition(), skipPosition() else {
        return false
      }
    }
    return true
  }

  private mutating func skipAttributes() -> Bool {
    guard let count = count(major: 5, in: 1...UInt64(FormatLimits.attributeCountMax)) else {
      return false
    }
    var previous = 0..<0
    for _ in 0..<count {
      guard let name = text(1...FormatLimits.tokenByteCountMax), isAbove(name, previous),
        areAll(name, in: 0x21...0x7E), skipAttributeValue()
      else { return false }
      previous = name
    }
    return true
  }

  private mutating func skipAttributeValue() -> Bool {
    guard position < bytes.byteCount else { return false }
    let first = bytes.byte(at: position)
    switch first >> 5 {
    case 0, 1: return integer()
    case 3: return text(0...FormatLimits.attributeByteCountMax) != nil
    default:
      position += 1
      return first == 0xF4 || first == 0xF5
    }
  }

  /// Shorter names first, then byte by byte.
  private func isAbove(_ name: Range<Int>, _ previous: Range<Int>) -> Bool {
    guard name.count == previous.count else { return name.count > previous.count }
    for (place, other) in zip(name, previous) where bytes.byte(at: place) != bytes.byte(at: other) {
      return bytes.byte(at: place) > bytes.byte(at: other)
    }
    return false
  }

  private func areAll(_ range: Range<Int>, in allowed: ClosedRange<UInt8>) -> Bool {
    var place = range.lowerBound
    while place < range.upperBound {
      guard allowed.contains(bytes.byte(at: place)) else { return false }
      place += 1
    }
    return true
  }

  private mutating func takeBodies(record: UInt64, into bodies: inout [ExpectedBody]) -> Bool {
    guard let count = count(major: 4, in: 1...UInt64(FormatLimits.bodyCountMax)) else {
      return false
    }
    var total: UInt64 = 0
    var number: UInt64 = 0
    while number < count {
      guard let length = self.count(major: 4, in: 3...4),
        let type = text(1...FormatLimits.tokenByteCountMax), areAll(type, in: 0x20...0x7E),
        bytes.byte(at: type.lowerBound) != 0x20, bytes.byte(at: type.upperBound - 1) != 0x20,
        let byteCount = unsigned(atMost: UInt64(FormatLimits.bodyByteCountMax)),
        let commitment = digest(), length == 3 || digest() != nil
      else { return false }
      total += byteCount
      bodies.append(
        ExpectedBody(
          slot: BodySlot(record: record, body: number), byteCount: byteCount,
          commitment: commitment))
      number += 1
    }
    return total <= UInt64(FormatLimits.recordBodyByteCountMax)
  }
}
