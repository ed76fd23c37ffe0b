internal import LedgerCryptography

/// Appends deterministic CBOR (RFC 8949 §4.2.1): shortest arguments, definite lengths.
///
/// Only the subset a header uses: unsigned and negative integers, byte and text strings, arrays,
/// maps, `true`, `false` and `null`. Callers keep map keys ascending.
extension OutputSpan<UInt8> {
  /// The longest head of an item, which is also the longest integer: one byte and eight.
  static var cborHeadByteCountMax: Int { 9 }

  /// The head of an item: three bits of major type, then `argument` in its shortest form.
  @inline(__always)
  mutating func appendCBORHead(major: UInt8, argument: UInt64) {
    let type = major << 5
    if argument < 24 {
      append(type | UInt8(truncatingIfNeeded: argument))
    } else if argument < 0x100 {
      append(type | 24)
      append(UInt8(truncatingIfNeeded: argument))
    } else {
      appendLongCBORHead(type, argument)
    }
  }

  private mutating func appendLongCBORHead(_ type: UInt8, _ argument: UInt64) {
    if argument < 0x1_0000 {
      append(type | 25)
      append(bigEndian: UInt16(truncatingIfNeeded: argument))
    } else if argument < 0x1_0000_0000 {
      append(type | 26)
      append(bigEndian: UInt32(truncatingIfNeeded: argument))
    } else {
      append(type | 27)
      append(bigEndian: argument)
    }
  }

  @inline(__always)
  mutating func appendCBOR(unsigned value: UInt64) { appendCBORHead(major: 0, argument: value) }

  @inline(__always)
  mutating func appendCBOR(signed value: Int64) {
    if value >= 0 {
      appendCBORHead(major: 0, argument: UInt64(value))
    } else {
      appendCBORHead(major: 1, argument: ~UInt64(bitPattern: value))
    }
  }

  @inline(__always)
  mutating func appendCBOR(text: String) {
    let bytes = text.utf8.span.rawSpan
    appendCBORHead(major: 3, argument: UInt64(bytes.byteCount))
    append(copying: bytes)
  }

  @inline(__always)
  mutating func appendCBOR(bytes: RawSpan) {
    appendCBORHead(major: 2, argument: UInt64(bytes.byteCount))
    append(copying: bytes)
  }

  @inline(__always)
  mutating func appendCBOR(digest: SHA256Digest) { appendCBOR(bytes: digest.bytes) }

  @inline(__always)
  mutating func appendCBOR(arrayCount: Int) {
    appendCBORHead(major: 4, argument: UInt64(arrayCount))
  }

  @inline(__always)
  mutating func appendCBOR(mapCount: Int) {
    appendCBORHead(major: 5, argument: UInt64(mapCount))
  }

  @inline(__always)
  mutating func appendCBOR(boolean: Bool) { append(boolean ? 0xF5 : 0xF4) }

  @inline(__always)
  mutating func appendCBORNull() { append(0xF6) }
}
