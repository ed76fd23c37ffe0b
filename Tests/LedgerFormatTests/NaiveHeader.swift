import LedgerCryptography

@testable import LedgerFormat

/// Any CBOR value of definite length, in any width: the obvious reader.
indirect enum NaiveValue {
  case unsigned(UInt64)
  case negative(UInt64)
  case bytes([UInt8])
  case text([UInt8])
  case array([NaiveValue])
  case map([(NaiveValue, NaiveValue)])
  case tag(UInt64, NaiveValue)
  case simple(UInt64)

  struct Refused: Error {}

  static func read(_ bytes: inout ArraySlice<UInt8>) throws -> NaiveValue {
    guard let first = bytes.popFirst() else { throw Refused() }
    var argument = UInt64(first & 31)
    if argument >= 24 {
      guard argument < 28 else { throw Refused() }
      let count = 1 << (argument - 24)
      guard bytes.count >= count else { throw Refused() }
      argument = bytes.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
      bytes = bytes.dropFirst(count)
    }
    switch first >> 5 {
    case 0: return .unsigned(argument)
    case 1: return .negative(argument)
    case 2, 3:
      guard UInt64(bytes.count) >= argument else { throw Refused() }
      let content = Array(bytes.prefix(Int(argument)))
      bytes = bytes.dropFirst(Int(argument))
      return first >> 5 == 2 ? .bytes(content) : .text(content)
    case 4:
      var elements: [NaiveValue] = []
      while UInt64(elements.count) < argument { elements.append(try read(&bytes)) }
      return .array(elements)
    case 5:
      var pairs: [(NaiveValue, NaiveValue)] = []
      while UInt64(pairs.count) < argument {
        let key = try read(&bytes)
        pairs.append((key, try read(&bytes)))
      }
      return .map(pairs)
    case 6: return .tag(argument, try read(&bytes))
    default: return .simple(argument)
    }
  }

  /// The shortest encoding; maps sorted by the bytes of their keys, as RFC 8949 §4.2.1 says.
  var canonical: [UInt8] {
    func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
      let size =
        argument < 24
        ? 0
        : argument < 1 << 8
          ? 1
          : argument < 1 << 16
            ? 2
            : argument < 1 << 32 ? 4 : 8
      let code: UInt8 = [0: UInt8(argument & 31), 1: 24, 2: 25, 4: 26, 8: 27][size]!
      return [major * 32 + code]
        + (0..<size).reversed().map { UInt8(truncatingIfNeeded: argument >> (8 * $0)) }
    }
    switch self {
    case .unsigned(let value): return head(0, value)
    case .negative(let value): return head(1, value)
    case .bytes(let bytes): return head(2, UInt64(bytes.count)) + bytes
    case .text(let bytes): return head(3, UInt64(bytes.count)) + bytes
    case .array(let elements):
      return head(4, UInt64(elements.count)) + elements.flatMap(\.canonical)
    case .map(let pairs):
      let sorted = pairs.map { ($0.canonical, $1.canonical) }
        .sorted { $0.0.lexicographicallyPrecedes($1.0) }
      return head(5, UInt64(pairs.count)) + sorted.flatMap { $0 + $1 }
    case .tag(let number, let value): return head(6, number) + value.canonical
    case .simple(let value): return head(7, value)
    }
  }
}

/// Reads a header by the CDDL of `Format.md`, without any of the library's decoding.
enum NaiveHeader {
  /// How many pairs a map of any length has; nil if the bytes are not one in its canonical form.
  static func pairCount(_ bytes: [UInt8]) -> Int? {
    var rest = bytes[...]
    guard let value = try? NaiveValue.read(&rest), rest.isEmpty, value.canonical == bytes,
      case .map(let pairs) = value
    else { return nil }
    return pairs.count
  }

  static func decode(_ bytes: [UInt8]) -> RecordHeader? {
    var rest = bytes[...]
    guard bytes.count <= 65_535, let value = try? NaiveValue.read(&rest), rest.isEmpty,
      value.canonical == bytes, case .map(let pairs) = value
    else { return nil }
    var fields: [UInt64: NaiveValue] = [:]
    for (key, value) in pairs {
      guard case .unsigned(let number) = key, number <= 22, fields[number] == nil else {
        return nil
      }
      fields[number] = value
    }
    return try? header(fields)
  }

  private static func header(_ fields: [UInt64: NaiveValue]) throws -> RecordHeader {
    func required(_ key: UInt64) throws -> NaiveValue {
      guard let value = fields[key] else { throw NaiveValue.Refused() }
      return value
    }
    var content = RecordContent(
      kind: try required(3).kind(), source: try required(6).name(least: 1))
    content.eventTime = try fields[4].map { field in
      let time = try field.signed()
      guard time >= -62_167_219_200_000_000, time <= 253_402_300_799_999_999 else {
        throw NaiveValue.Refused()
      }
      return Timestamp(microseconds: time)
    }
    content.flags = HeaderFlags(rawValue: try fields[5].map { try $0.number(1...63) } ?? 0)
    content.producer = try fields[7]?.name(least: 0)
    content.producerSequence = try fields[8]?.number(0...UInt64.max)
    content.eventType = try fields[9].map { try $0.code(EventType.init) }
    content.part = try fields[10]?.part()
    content.entities = try fields[11]?.list { try $0.entity() } ?? []
    content.edges = try fields[12]?.list { try $0.edge() } ?? []
    content.symlinks = try fields[13]?.list { try $0.pair() } ?? []
    content.renames = try fields[14]?.list { try $0.pair() } ?? []
    content.attributes = try fields[15]?.attributes() ?? [:]
    content.references = try fields[16]?.list { try $0.reference() } ?? []
    content.bodies = try fields[17]?.list { try $0.body() } ?? []
    content.runs = try fields[18]?.list { try $0.run() } ?? []
    content.slots = try fields[19]?.list { try $0.slot() } ?? []
    content.identity = try fields[20]?.identity()
    content.head = try fields[21]?.head()
    content.publicIdentifier = try fields[22]?.name(least: 1)
    try checkAcross(content)
    return RecordHeader(
      previousLeafHash: try required(0).digest(), index: try required(1).number(),
      recordedTime: Timestamp(
        microseconds: Int64(try required(2).number(0...253_402_300_799_999_999))), content: content)
  }

  private static func checkAcross(_ content: RecordContent) throws {
    let positions =
      content.edges.flatMap { [$0.target, $0.source] }
      + (content.symlinks + content.renames).flatMap { [$0.entity, $0.other] }
    let arePositionsGood =
      content.part != nil || positions.allSatisfy { $0 < content.entities.count }
    let slots = content.slots.map { ($0.record, $0.body) }
    guard arePositionsGood, content.bodies.count <= 256,
      content.bodies.reduce(0, { $0 + $1.byteCount }) <= 33_554_432,
      zip(slots, slots.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw NaiveValue.Refused() }
  }
}
