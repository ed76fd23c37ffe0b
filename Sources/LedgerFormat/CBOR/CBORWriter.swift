/// Appends deterministic CBOR (RFC 8949 §4.2.1): shortest arguments, definite lengths.
///
/// Only the subset a header uses: unsigned and negative integers, byte and text strings, arrays,
/// maps, `true`, `false` and `null`. Callers keep map keys ascending.
extension ByteBuffer {
  /// The head of an item: three bits of major type, then `argument` in its shortest form.
  @inlinable
  mutating func appendCBORHead(major: UInt8, argument: UInt64) {
    let type = major << 5
    switch argument {
    case 0..<24:
      append(type | UInt8(truncatingIfNeeded: argument))
    case 24..<0x100:
      append(type | 24)
      append(UInt8(truncatingIfNeeded: argument))
    case 0x100..<0x1_0000:
      append(type | 25)
      appendBigEndian(argument, byteCount: 2)
    case 0x1_0000..<0x1_0000_0000:
      append(type | 26)
      appendBigEndian(argument, byteCount: 4)
    default:
      append(type | 27)
      appendBigEndian(argument, byteCount: 8)
    }
  }

  @inlinable
  mutating func appendBigEndian(_ value: UInt64, byteCount: Int) {
    var shift = 8 * (byteCount - 1)
    while shift >= 0 {
      append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
      shift -= 8
    }
  }

  @inlinable
  mutating func appendCBOR(unsigned value: UInt64) { appendCBORHead(major: 0, argument: value) }

  @inlinable
  mutating func appendCBOR(signed value: Int64) {
    if value >= 0 {
      appendCBORHead(major: 0, argument: UInt64(value))
    } else {
      appendCBORHead(major: 1, argument: ~UInt64(bitPattern: value))
    }
  }

  @inlinable
  mutating func appendCBOR(text: String) {
    appendCBORHead(major: 3, argument: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  @inlinable
  mutating func appendCBOR(bytes: [UInt8]) {
    appendCBORHead(major: 2, argument: UInt64(bytes.count))
    append(contentsOf: bytes)
  }

  @inlinable
  mutating func appendCBOR(arrayCount: Int) {
    appendCBORHead(major: 4, argument: UInt64(arrayCount))
  }

  @inlinable
  mutating func appendCBOR(mapCount: Int) {
    appendCBORHead(major: 5, argument: UInt64(mapCount))
  }

  @inlinable
  mutating func appendCBOR(boolean: Bool) { append(boolean ? 0xF5 : 0xF4) }

  @inlinable
  mutating func appendCBORNull() { append(0xF6) }
}
