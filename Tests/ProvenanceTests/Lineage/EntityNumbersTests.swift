import LedgerCryptography
import LedgerFormat
import Testing

@testable import Provenance

/// The numbers of entities, held against a dictionary over type and names.
@Suite struct EntityNumbersTests {
  private struct Name: Hashable {
    var type: UInt8
    var namespace: [UInt8]
    var name: [UInt8]

    init(_ entity: Entity) {
      type = entity.type.rawValue
      namespace = Array(entity.namespace.utf8)
      name = Array(entity.name.utf8)
    }
  }

  private static func number(_ entity: Entity, in numbers: inout EntityNumbers) -> EntityID {
    var bytes: [UInt8] = [7, 7, 7]
    EntityKey.append(entity, to: &bytes)
    let key = bytes.rawSpan.extracting(3...)
    return numbers.number(of: key, hash: EntityNumbers.hash(key))
  }

  /// Names alike but for one byte, one length, or where the namespace ends.
  private static func entity(_ random: inout SeededRandom) -> Entity {
    let letters = ["a", "b", "\u{0}", "é", "e\u{301}"]
    func text(_ most: Int) -> String {
      let count = Int.random(in: 0...most, using: &random)
      return (0..<count).map { _ in letters.randomElement(using: &random)! }.joined()
    }
    let type = [EntityType.dataset, .job, .run].randomElement(using: &random)!
    return Entity(
      role: .input, type: type, namespace: type == .run ? "" : text(3), name: text(9) + "x")
  }

  @Test func answersAsADictionary() {
    var random = SeededRandom("EntityNumbersTests.answersAsADictionary")
    var numbers = EntityNumbers()
    var expected: [Name: UInt32] = [:]
    var met: [Entity] = []
    for _ in 0..<6_000 {
      let entity = Self.entity(&random)
      let name = Name(entity)
      #expect(
        numbers.knownNumber(of: EntityKey(entity))?.rawValue == expected[name], "\(entity)")
      let number = expected[name] ?? UInt32(expected.count)
      if expected[name] == nil { met.append(entity) }
      expected[name] = number
      #expect(Self.number(entity, in: &numbers).rawValue == number, "\(entity)")
    }
    #expect(met.count > 1_000)
    #expect(numbers.keys == met.map { EntityKey($0) })
  }

  @Test func knowsNothingAtFirst() {
    let numbers = EntityNumbers()
    let key = EntityKey(type: .dataset, namespace: "", name: "a")
    #expect(numbers.knownNumber(of: key) == nil)
  }
}
