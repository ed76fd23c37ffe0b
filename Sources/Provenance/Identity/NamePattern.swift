/// A text in which `*` stands for any text and `?` for one character.
struct NamePattern: Hashable, Sendable {
  private enum Piece: Hashable, Sendable {
    case byte(UInt8)
    case anyCharacter
    case anyText
  }

  private var pieces: [Piece] = []

  /// Reads a pattern; percent-encoded bytes stand for themselves.
  init(_ text: some Collection<UInt8>) throws(CommandLineEntityError) {
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"): if pieces.last != .anyText { pieces.append(.anyText) }
      case UInt8(ascii: "?"): pieces.append(.anyCharacter)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(JSONText.hexadecimalValue),
          let low = rest.popFirst().flatMap(JSONText.hexadecimalValue)
        else { throw .badPercentEncoding }
        pieces.append(.byte(high << 4 | low))
      default: pieces.append(.byte(byte))
      }
    }
  }

  /// Whether all of `text` fits. O(length of the text × length of the pattern) at most: only the
  /// last `*` met is ever tried again.
  func matches(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var place = 0
    var piece = 0
    var retry: (piece: Int, place: Int)?
    while place < bytes.count {
      if piece < pieces.count, pieces[piece] == .anyText {
        retry = (piece + 1, place)
        piece += 1
      } else if piece < pieces.count, let width = width(of: pieces[piece], bytes, place) {
        place += width
        piece += 1
      } else if let last = retry {
        retry = (last.piece, last.place + 1)
        (piece, place) = (last.piece, last.place + 1)
      } else {
        return false
      }
    }
    return pieces[piece...].allSatisfy { $0 == .anyText }
  }

  /// The bytes at `place` that fit `piece`; nil if it does not fit. A character is one scalar.
  private func width(of piece: Piece, _ bytes: [UInt8], _ place: Int) -> Int? {
    if case .byte(let byte) = piece { return bytes[place] == byte ? 1 : nil }
    // Inside a character nothing begins: a retry may have put us there.
    guard bytes[place] & 0xC0 != 0x80 else { return nil }
    var end = place + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end - place
  }
}
