import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

@testable import Ledgerstone

/// Many entities asked for at once get what each would have got alone, and what all headers say.
@Suite struct RecordListsTests {
  private static func key(_ number: Int) -> EntityKey {
    EntityKey(type: .dataset, namespace: "warehouse", name: "table \(number)")
  }

  /// A record that names some in two roles, and not one behind the other.
  private static func content(_ number: Int) -> RecordContent {
    var content = RecordContent(kind: "access", source: "test")
    content.entities = [number % 11, number % 7, 100 + number].map {
      Entity(role: .target, type: .dataset, namespace: "warehouse", name: "table \($0)")
    }
    if number % 3 == 0 {
      content.entities.append(
        Entity(
          role: .input, type: .dataset, namespace: "warehouse", name: "table \(number % 11)"))
    }
    return content
  }

  /// Asked for as a list, with some that nobody named and some twice.
  private static let few = [3, 900, 0, 100, 101, 5, 3, 399, 10, 250, 901, 100].map { key($0) }
  /// As many as are looked for on several processors.
  private static let many = few + (150..<250).map { key($0) } + few

  private static func check(_ reader: LedgerReader, _ comment: Comment) throws {
    let expected = try reader.naiveHistories()
    let size = reader.size
    for range in [0..<size, 0..<1, size / 3..<size / 3 * 2, size - 20..<size, 5..<5] {
      // The second time more of it is in memory.
      for asked in [few, few, many] {
        let lists = try reader.records(namingEach: asked, in: range, reader.indexView())
        #expect(lists.count == asked.count)
        for (place, key) in asked.enumerated() {
          let records = (expected[key] ?? []).filter(range.contains)
          #expect(Array(lists[place]) == records, comment)
        }
      }
      for key in few {
        let records = (expected[key] ?? []).filter(range.contains)
        #expect(try reader.records(naming: key, in: range) == records, comment)
      }
    }
  }

  @Test func findsTheSameHoweverTheIndexIs() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    for first in stride(from: 0, to: 300, by: 50) {
      var batch = ledger.makeBatch()
      for number in first..<first + 50 { try batch.append(Self.content(number)) }
      _ = try await ledger.append(batch)
    }
    try Self.check(ledger.reader(), "no run yet")
    _ = try await ledger.index()
    try Self.check(ledger.reader(), "one run")
    var batch = ledger.makeBatch()
    for number in 300..<340 { try batch.append(Self.content(number)) }
    _ = try await ledger.append(batch)
    try Self.check(ledger.reader(), "a run, and records behind it")
    try await ledger.close()
    try Self.check(try fixture.reader(), "opened again")

    let path = try #require(
      fixture.disk.filePaths(below: "/l/index").first { $0.hasSuffix(".run") })
    let size = try #require(fixture.disk.contents(path)).count
    for byte in stride(from: 160, to: size - 200, by: 1_499) {
      fixture.disk.flipBit(path, byte: byte, bit: 1)
      try Self.check(try fixture.reader(), "damaged at \(byte)")
      fixture.disk.flipBit(path, byte: byte, bit: 1)
    }
    try fixture.disk.remove(path)
    try Self.check(try fixture.reader(), "a run is missing")
  }

  /// Three pieces: a whole run, a tail behind it, and records that no run has.
  @Test func severalRunsAnswerAtOnce() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    func add(_ numbers: Range<Int>) async throws {
      for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 4_000) {
        var batch = ledger.makeBatch()
        for number in first..<min(first + 4_000, numbers.upperBound) {
          var content = RecordContent(kind: "access", source: "test")
          content.entities = [number % 5_000, 10_000 + number].map {
            Entity(role: .target, type: .dataset, namespace: "warehouse", name: "table \($0)")
          }
          try batch.append(content)
        }
        _ = try await ledger.append(batch)
      }
    }
    try await add(0..<66_000)
    _ = try await ledger.index()
    try await add(66_000..<66_300)
    let reader = ledger.reader()
    let view = try reader.indexView()
    #expect(view.pieces.compactMap(\.run).count == 2)
    let expected = try reader.naiveHistories()
    let asked =
      [0, 1, 999, 4_999, 10_000, 75_535, 75_536, 76_100, 76_299, 90_000].map { Self.key($0) }
      + (20_000..<20_100).map { Self.key($0) }
    for _ in 0..<30 {
      // At first from the files, in the end from memory.
      for part in [Array(asked.prefix(2)), asked] {
        let lists = try reader.records(namingEach: part, in: 0..<reader.size, view)
        for (place, key) in part.enumerated() {
          #expect(Array(lists[place]) == expected[key] ?? [])
        }
      }
    }
    try await ledger.close()
  }

  /// What is announced and not asked for, or asked for in another order, changes no answer.
  @Test func announcingIsNotAsking() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    for number in 0..<200 { try batch.append(Self.content(number)) }
    _ = try await ledger.append(batch)
    _ = try await ledger.index()
    let reader = ledger.reader()
    let expected = try reader.naiveHistories()
    var source = reader.lineageSource(size: reader.size)
    func check(_ number: Int) throws {
      let key = Self.key(number)
      let events = try source.events(naming: source.identifier(of: key))
      #expect(
        events.map { source.facts.events[Int($0)].index } == expected[key] ?? [], "table \(number)")
    }
    func expect(_ numbers: [Int]) throws {
      try source.expect(numbers.map { source.identifier(of: Self.key($0)) })
    }
    try expect([3, 900, 4, 4, 5])
    for number in [3, 100, 900, 4, 150, 4, 6, 5, 5] { try check(number) }
    try expect([7, 8, 9])
    for number in [8, 7, 9, 8] { try check(number) }
    try expect([1, 2])
    try expect([])
    try check(2)
    try expect([10])
    for number in [10, 10, 0, 299, 902] { try check(number) }
    try await ledger.close()
  }
}
