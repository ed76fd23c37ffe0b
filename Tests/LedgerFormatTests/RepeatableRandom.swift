import Foundation

/// SplitMix64 (Steele, Lea, Flood 2014): random enough for tests, the same on every machine.
///
/// The seed is printed, and taken from `LEDGERSTONE_SEED` to repeat a run.
struct RepeatableRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  init(for test: String) {
    let given = ProcessInfo.processInfo.environment["LEDGERSTONE_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    FileHandle.standardError.write(Data("\(test): LEDGERSTONE_SEED=\(seed)\n".utf8))
    self.init(seed: seed)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &self) == 0 }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Every width of a CBOR argument is as likely as any other.
  mutating func integer(_ limit: UInt64 = UInt64(Int64.max)) -> UInt64 {
    let bits = UInt64.random(in: 0...63, using: &self)
    return UInt64.random(in: 0...(UInt64(1) << bits), using: &self) % limit
  }

  mutating func text(_ range: ClosedRange<Int>) -> String {
    let alphabet = Array("abcXYZ019 /:._-%äß€😀e\u{301}\u{0}\n\"\\").map(String.init)
    var text = ""
    for _ in 0..<Int.random(in: range, using: &self) {
      text += alphabet.randomElement(using: &self)!
    }
    return text
  }

  mutating func token(_ range: ClosedRange<Int>) -> String {
    String(
      decoding: (0..<Int.random(in: range, using: &self)).map { _ in
        UInt8.random(in: 0x21...0x7E, using: &self)
      }, as: UTF8.self)
  }
}
