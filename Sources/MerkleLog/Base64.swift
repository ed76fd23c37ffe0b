package import LedgerCryptography

/// Base 64 of RFC 4648 §4, with padding, in its one canonical form.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The value of each character; 255 for those not in the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  private static let padding = UInt8(ascii: "=")

  /// Appends the text of `bytes` to `text`.
  package static func append(_ bytes: RawSpan, to text: inout [UInt8]) {
    let alphabet = alphabet
    let count = bytes.byteCount
    text.append(addingCapacity: (count + 2) / 3 * 4) { output in
      var offset = 0
      while offset < count {
        var group = UInt32(bytes.byte(at: offset)) << 16
        if offset + 1 < count { group |= UInt32(bytes.byte(at: offset + 1)) << 8 }
        if offset + 2 < count { group |= UInt32(bytes.byte(at: offset + 2)) }
        output.append(alphabet[Int(group >> 18)])
        output.append(alphabet[Int(group >> 12 & 63)])
        output.append(offset + 1 < count ? alphabet[Int(group >> 6 & 63)] : padding)
        output.append(offset + 2 < count ? alphabet[Int(group & 63)] : padding)
        offset += 3
      }
    }
  }

  /// Appends the text of `bytes` to `text`.
  package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    append(bytes.rawSpan, to: &text)
  }

  /// The text of `bytes`.
  package static func encode(_ bytes: RawSpan) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The text of `bytes`.
  package static func encode(_ bytes: [UInt8]) -> String { encode(bytes.rawSpan) }

  /// The bytes; nil for anything that `encode` would not give: white space, missing or misplaced
  /// padding, bits set that no byte uses.
  package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let text = text.span
    guard let byteCount = byteCount(of: text) else { return nil }
    var isCanonical = true
    let bytes = [UInt8](capacity: byteCount) { output in
      isCanonical = decode(text, byteCount: byteCount) { output.append($0) }
    }
    return isCanonical ? bytes : nil
  }

  /// The bytes; nil for anything that `encode` would not give.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    decode(Array(text)[...])
  }

  /// The digest of which `text` is the base 64; nil for anything else. Allocates nothing.
  package static func digest(_ text: ArraySlice<UInt8>) -> SHA256Digest? {
    let text = text.span
    guard byteCount(of: text) == SHA256Digest.byteCount else { return nil }
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var count = 0
    let isCanonical = decode(text, byteCount: SHA256Digest.byteCount) {
      bytes[count] = $0
      count += 1
    }
    return isCanonical ? SHA256Digest(bytes.span.rawSpan) : nil
  }

  /// How many bytes a text of this length and padding stands for; nil if it has another length.
  private static func byteCount(of text: Span<UInt8>) -> Int? {
    let count = text.count
    guard count.isMultiple(of: 4) else { return nil }
    if count == 0 { return 0 }
    let paddingCount = text[count - 1] != padding ? 0 : text[count - 2] != padding ? 1 : 2
    return count / 4 * 3 - paddingCount
  }

  /// Gives `append` the bytes of `text`, of which there are `byteCount`.
  ///
  /// - Returns: whether it has the canonical form; if not, what was appended means nothing.
  @inline(__always)
  private static func decode(
    _ text: Span<UInt8>, byteCount: Int, append: (UInt8) -> Void
  ) -> Bool {
    let values = values
    // Of all values; 64 and more are none.
    var union: UInt8 = 0
    func value(_ position: Int) -> UInt32 {
      let value = values[Int(text[position])]
      union |= value
      return UInt32(value)
    }
    let wholeCount = byteCount / 3 * 4
    var position = 0
    while position < wholeCount {
      let group =
        value(position) << 18 | value(position + 1) << 12 | value(position + 2) << 6
        | value(position + 3)
      append(UInt8(truncatingIfNeeded: group >> 16))
      append(UInt8(truncatingIfNeeded: group >> 8))
      append(UInt8(truncatingIfNeeded: group))
      position += 4
    }
    var unused: UInt32 = 0
    switch byteCount % 3 {
    case 1:
      let group = value(position) << 6 | value(position + 1)
      append(UInt8(truncatingIfNeeded: group >> 4))
      unused = group & 0xf
    case 2:
      let group = value(position) << 12 | value(position + 1) << 6 | value(position + 2)
      append(UInt8(truncatingIfNeeded: group >> 10))
      append(UInt8(truncatingIfNeeded: group >> 2))
      unused = group & 0x3
    default: break
    }
    return union < 64 && unused == 0
  }
}
