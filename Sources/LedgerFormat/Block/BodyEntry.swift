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
  /// 16 bytes; empty if erased.
  public let salt: RawSpan
  /// The body as stored; empty if erased.
  public let bytes: RawSpan

  @_lifetime(copy salt, copy bytes)
  init(slot: BodySlot, erasedBy: UInt64?, salt: RawSpan, bytes: RawSpan) {
    self.slot = slot
    self.erasedBy = erasedBy
    self.salt = salt
    self.bytes = bytes
  }

  /// Appends the entry of a body that is there.
  ///
  /// - Precondition: `salt` has `Salt.byteCount` bytes; `bytes` at most `bodyByteCountMax`.
  public static func encode(
    slot: BodySlot, salt: RawSpan, bytes: RawSpan, into raw: inout ByteBuffer
  ) {
    precondition(salt.byteCount == saltByteCount, "a salt has 16 bytes")
    raw.append(littleEndian: slot.record)
    raw.append(littleEndian: UInt16(slot.body))
    raw.append(littleEndian: UInt16(1))
    raw.append(littleEndian: UInt32(bytes.byteCount))
    raw.append(copying: salt)
    raw.append(copying: bytes)
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
      let salt = try reader.bytes(saltByteCount)
      let bytes = try reader.bytes(Int(count))
      return BodyEntry(slot: slot, erasedBy: nil, salt: salt, bytes: bytes)
    case 2:
      guard count == 0 else {
        throw .inconsistent(field: "body byte count", offset: start + 12)
      }
      let plan = try reader.uint64()
      guard plan <= FormatLimits.integerMax else {
        throw .badValue(field: "erasure plan", found: plan, offset: start + 16)
      }
      let none = try reader.bytes(0)
      return BodyEntry(slot: slot, erasedBy: plan, salt: none, bytes: none)
    default:
      throw .badValue(field: "body state", found: UInt64(state), offset: start + 10)
    }
  }
}
