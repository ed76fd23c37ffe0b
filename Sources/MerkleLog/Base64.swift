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

  /// Appends the text of `bytes` to `text`.
  package static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    var group: UInt32 = 0
    var held = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        for shift: UInt32 in [18, 12, 6, 0] { text.append(alphabet[Int(group >> shift & 63)]) }
        group = 0
        held = 0
      }
    }
    guard held > 0 else { return }
    group <<= held == 1 ? 16 : 8
    text.append(alphabet[Int(group >> 18 & 63)])
    text.append(alphabet[Int(group >> 12 & 63)])
    text.append(held == 1 ? UInt8(ascii: "=") : alphabet[Int(group >> 6 & 63)])
    text.append(UInt8(ascii: "="))
  }

  /// The text of `bytes`.
  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes; nil for anything that `encode` would not give: white space, missing or misplaced
  /// padding, bits set that no byte uses.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let count = text.count
    guard count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count / 4 * 3)
    var group: UInt32 = 0
    var held = 0
    var padding = 0
    for character in text {
      if character == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(character)]
      guard value < 64, padding == 0 else { return nil }
      group = group << 6 | UInt32(value)
      held += 1
      if held == 4 {
        bytes.append(UInt8(group >> 16))
        bytes.append(UInt8(group >> 8 & 255))
        bytes.append(UInt8(group & 255))
        group = 0
        held = 0
      }
    }
    switch (held, padding) {
    case (0, 0):
      break
    case (2, 2):
      guard group & 0xf == 0 else { return nil }
      bytes.append(UInt8(group >> 4))
    case (3, 1):
      guard group & 0x3 == 0 else { return nil }
      bytes.append(UInt8(group >> 10))
      bytes.append(UInt8(group >> 2 & 255))
    default:
      return nil
    }
    return bytes
  }
}
