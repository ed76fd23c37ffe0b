import Foundation

/// A generator that can be replayed: its seed is in every failure message and on stderr, and
/// `LEDGERSTONE_SEED` sets it.
struct SeededRandom: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(_ name: String) {
    let environment = ProcessInfo.processInfo.environment["LEDGERSTONE_SEED"]
    seed = environment.flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
    state = seed
    FileHandle.standardError.write(Data("\(name): LEDGERSTONE_SEED=\(seed)\n".utf8))
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(0...elements.count - 1)]
  }

  mutating func appendSpace(to text: inout [UInt8]) {
    while number(0...3) == 0 { text.append(pick([0x20, 0x0A, 0x0D, 0x09])) }
  }

  /// Appends one valid value.
  mutating func appendJSON(to text: inout [UInt8], depth: Int) {
    appendSpace(to: &text)
    switch number(0...(depth < 5 ? 9 : 5)) {
    case 0: text += pick(["true", "false", "null"]).utf8
    case 1, 2:
      text += pick(["0", "-0", "12", "-7.25", "1e3", "2.5E-2", "900719925474099", "0.001"]).utf8
    case 3, 4, 5: appendString(to: &text)
    case 6, 7:
      text.append(0x5B)
      for place in 0..<number(0...4) {
        if place > 0 { text.append(0x2C) }
        appendJSON(to: &text, depth: depth + 1)
      }
      appendSpace(to: &text)
      text.append(0x5D)
    default:
      text.append(0x7B)
      for place in 0..<number(0...4) {
        if place > 0 { text.append(0x2C) }
        appendSpace(to: &text)
        text += "\"m\(place)\"".utf8
        appendSpace(to: &text)
        text.append(0x3A)
        appendJSON(to: &text, depth: depth + 1)
      }
      appendSpace(to: &text)
      text.append(0x7D)
    }
    appendSpace(to: &text)
  }

  private mutating func appendString(to text: inout [UInt8]) {
    text.append(0x22)
    for _ in 0..<number(0...6) {
      text +=
        pick([
          "a", "Z", " ", "/", "é", "日", "😀", "\u{7F}", "\u{2028}", #"\""#, #"\\"#, #"\/"#, #"\b"#,
          #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u20AC"#, #"\ud83d\ude00"#, "{",
          "]",
        ]).utf8
    }
    text.append(0x22)
  }

  mutating func damage(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    let place = number(0...text.count - 1)
    switch number(0...3) {
    case 0: text.remove(at: place)
    case 1: text.insert(text[place], at: place)
    case 2: text[place] = UInt8(number(1...255))
    default: text[place] = pick(Array("{}[],:\"\\0123456789eE+-.tfnu ".utf8))
    }
  }
}
