import Testing

@testable import Provenance

/// The table of records that were read, held against a dictionary.
@Suite struct RecordNumbersTests {
  /// Near each other, far from each other, and alike in their low or high bits.
  @Test(arguments: [UInt64(1), 2, 3, 1_000, 1 << 20, 1 << 40, 1 << 52])
  func answersAsADictionary(_ stride: UInt64) {
    var random = SeededRandom("RecordNumbersTests.answersAsADictionary")
    var numbers = RecordNumbers()
    var expected: [UInt64: UInt32] = [:]
    for number in 0..<UInt32(3_000) {
      let record = UInt64.random(in: 0..<4_000, using: &random) &* stride
      #expect(numbers[record] == expected[record])
      guard expected[record] == nil else { continue }
      numbers.insert(number, for: record)
      expected[record] = number
      #expect(numbers[record] == number)
    }
    #expect(expected.count > 1_000)
    for place in 0..<UInt64(4_100) {
      #expect(numbers[place &* stride] == expected[place &* stride])
      #expect(numbers[place &* stride &+ 1] == expected[place &* stride &+ 1])
    }
  }

  @Test func knowsNothingAtFirst() {
    let numbers = RecordNumbers()
    for record in [0, 1, 63, 64, 1 << 53, UInt64.max - 1] { #expect(numbers[record] == nil) }
  }

  /// The number 0 and the record 0 are as good as others.
  @Test func zeroIsANumber() {
    var numbers = RecordNumbers()
    numbers.insert(0, for: 0)
    #expect(numbers[0] == 0)
    #expect(numbers[1] == nil)
  }
}
