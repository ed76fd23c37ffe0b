import Foundation
import Provenance
import Testing

/// Our scanner beside Foundation's parser, on texts drawn from a seed.
struct JSONOracleTests {
  @Test func validTextsReadAlike() throws {
    var random = SeededRandom("JSONOracleTests.valid")
    for _ in 0..<400 {
      var text: [UInt8] = []
      random.appendJSON(to: &text, depth: 0)
      let document = try JSONDocument(parsing: text)
      let object = try JSONSerialization.jsonObject(
        with: Data(text), options: .fragmentsAllowed)
      #expect(
        isSame(document.root, object), "\(random.seed): \(String(decoding: text, as: UTF8.self))")
    }
  }

  /// One to three bytes changed, removed or doubled: both must take or refuse the result alike.
  ///
  /// Two known differences are counted apart. Foundation refuses what no `String` or `Double`
  /// holds: half a surrogate pair, numbers out of range. And it takes a comma before a closing
  /// bracket, which the grammar of RFC 8259 does not have.
  @Test func damagedTextsAreJudgedAlike() {
    var random = SeededRandom("JSONOracleTests.damaged")
    var (taken, refused, excused) = (0, 0, 0)
    for _ in 0..<4_000 {
      var text: [UInt8] = []
      random.appendJSON(to: &text, depth: 0)
      for _ in 0..<random.number(1...3) { random.damage(&text) }
      // Foundation guesses UTF-16 and UTF-32 from zero bytes and byte order marks.
      guard !text.contains(0), text.first != 0xEF, text.first != 0xFE, text.first != 0xFF else {
        continue
      }
      let refusal = Result { try JSONDocument(parsing: text) }.failure as? JSONError
      let ours = refusal == nil
      let theirs =
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
      if ours == theirs {
        if ours { taken += 1 } else { refused += 1 }
      } else {
        let shown = String(decoding: text, as: UTF8.self)
        let isBeyondFoundation =
          shown.lowercased().contains("\\ud") || shown.contains(/[0-9][eE]|[0-9]{17}/)
        #expect(
          ours ? isBeyondFoundation : refusal?.reason == .trailingComma,
          "\(random.seed): \(shown)")
        excused += 1
      }
    }
    #expect(taken > 100 && refused > 1_000, "both sides of the judgement must be met")
    #expect(excused < 200)
  }

  private func isSame(_ value: JSONValue, _ object: Any) -> Bool {
    if value.isNull { return object is NSNull }
    if let text = value.string {
      return (object as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    }
    if let boolean = value.boolean { return object as? Bool == boolean }
    if let number = value.number {
      return (object as? NSNumber)?.doubleValue == Double(number)
    }
    if let elements = value.elements {
      guard let others = object as? [Any], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy { isSame($0, $1) }
    }
    guard let others = object as? [String: Any], let members = value.members else {
      return false
    }
    // Which of two members of one name Foundation takes is not specified; names are distinct here.
    return members.count == others.count
      && members.allSatisfy { member in
        others[member.name].map { isSame(member.value, $0) } ?? false
      }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
