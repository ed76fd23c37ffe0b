internal import LedgerCryptography

/// One body inside a body block, or the tombstone that an erasure left in its slot.
///
/// ```
/// offset  bytes
///  0      8   record
///  8      2   body, counted from 0 inside the record
///  10     2   state: 1 present, 2 erased
///  12     4   byte count of the body; 0 if erased
///  16     16  present: the salt        | 8  erased: record of the erasure plan
///  32     …   present: the bytes
/// ```
public struct BodyEntry: ~Escapable {
  public let slot: BodySlot
  /// The record of the erasure plan that removed the body; nil while it is there.
  public let erasedBy: UInt64?
  /// What the header commits to: the salt and, right behind it, the bytes; empty if erased.
  public let saltAndBytes: RawSpan

  @_lifetime(copy saltAndBytes)
  init(slot: BodySlot, erasedBy: UInt64?, saltAndBytes: RawSpan) {
    self.slot = slot
    self.erasedBy = erasedBy
    self.saltAndBytes = saltAndBytes
  }

  /// 16 bytes; empty if erased.
  public var salt: RawSpan {
    @_lifetime(copy self)
    get { saltAndBytes.extracting(..<min(Self.saltByteCount, saltAndBytes.byteCount)) }
  }

  /// The body as stored; empty if erased.
  public var bytes: RawSpan {
    @_lifetime(copy self)
    get { saltAndBytes.extracting(min(Self.saltByteCount, saltAndBytes.byteCount)...) }
  }

  /// Appends the entry of a body that is there.
  ///
  /// - Precondition: `salt` has `Salt.byteCount` bytes; `bytes` at most `bodyByteCountMax`.
  public static func encode(
    slot: BodySlot, salt: RawSpan, bytes: RawSpan, into raw: inout ByteBuffer
  ) {
    precondition(salt.byteCount == saltByteCount, "a salt has 16 bytes")
    raw.append(addingCapacity: 16 + saltByteCount + bytes.byteCount) { output in
      output.append(littleEndian: slot.record)
      output.append(littleEndian: UInt16(slot.body))
      output.append(littleEndian: UInt16(1))
      output.append(littleEndian: UInt32(bytes.byteCount))
      output.append(copying: salt)
      output.append(copying: bytes)
    }
  }

  /// Appends the tombstone of an erased body.
  public static func encode(erased slot: BodySlot, plan: UInt64, into raw: inout ByteBuffer) {
    raw.append(littleEndian: slot.record)
    raw.append(littleEndian: UInt16(slot.body))
    raw.append(littleEndian: UInt16(2))
    raw.append(littleEndian: UInt32(0))
    raw.append(littleEndian: plan)
  }

  /// The bytes of a salt.
  public static let saltByteCount = 16

  /// Reads the next entry.
  @_lifetime(copy reader)
  public static func decode(from reader: inout ByteReader) throws(FormatError) -> BodyEntry {
    let start = reader.offset
    let record = try reader.uint64()
    let slot = BodySlot(record: record, body: UInt64(try reader.uint16()))
    guard record <= FormatLimits.integerMax else {
      throw .badValue(field: "body record", found: record, offset: start)
    }
    guard slot.body < UInt64(FormatLimits.bodyCountMax) else {
      throw .badValue(field: "body number", found: slot.body, offset: start + 8)
    }
    let state = try reader.uint16()
    let count = try reader.uint32()
    switch state {
    case 1:
      guard Int(count) <= FormatLimits.bodyByteCountMax else {
        throw .overLimit(
          field: "body byte count", found: UInt64(count),
          limit: UInt64(FormatLimits.bodyByteCountMax), offset: start + 12)
      }
      return BodyEntry(
        slot: slot, erasedBy: nil, saltAndBytes: try reader.bytes(saltByteCount + Int(count)))
    case 2:
      guard count == 0 else {
        throw .inconsistent(field: "body byte count", offset: start + 12)
      }
      let plan = try reader.uint64()
      guard plan <= FormatLimits.integerMax else {
        throw .badValue(field: "erasure plan", found: plan, offset: start + 16)
      }
      return BodyEntry(slot: slot, erasedBy: plan, saltAndBytes: try reader.bytes(0))
    default:
      throw .badValue(field: "body state", found: UInt64(state), offset: start + 10)
    }
  }
}
