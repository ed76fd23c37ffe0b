import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

@testable import Ledgerstone

/// What readers remember of the index never changes an answer.
@Suite struct IndexMemoryTests {
  private static func key(_ number: Int) -> EntityKey {
    EntityKey(type: .dataset, namespace: "warehouse", name: "table \(number)")
  }

  private static func content(_ numbers: [Int]) -> RecordContent {
    var content = RecordContent(kind: "access", source: "test")
    content.entities = numbers.map {
      Entity(role: .target, type: .dataset, namespace: "warehouse", name: "table \($0)")
    }
    return content
  }

  /// Snapshots of a growing ledger share a memory: each goes on answering for its own size, the
  /// older ones too, whoever asks first.
  @Test func everySnapshotAnswersForItsOwnSize() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var snapshots: [LedgerReader] = []
    for step in 0..<30 {
      var batch = ledger.makeBatch()
      for number in 0..<step % 4 + 1 {
        try batch.append(Self.content([number, step, 500 + step * 4 + number]))
      }
      _ = try await ledger.append(batch)
      if step == 11 { _ = try await ledger.index() }
      snapshots.append(ledger.reader())
      // Newest, oldest, and one between.
      for place in [snapshots.count - 1, 0, snapshots.count / 2] {
        let reader = snapshots[place]
        let expected = try reader.naiveHistories()
        for number in [0, 1, 2, 3, step, step + 1, 500 + step * 4] {
          let found = try reader.records(naming: Self.key(number))
          #expect(found == expected[Self.key(number)] ?? [], "step \(step), table \(number)")
          let part = reader.size / 3..<reader.size / 3 * 2
          #expect(
            try reader.records(naming: Self.key(number), in: part, limit: 2)
              == Array((expected[Self.key(number)] ?? []).filter(part.contains).prefix(2)))
        }
      }
    }
    try await ledger.close()
    for reader in snapshots {
      let expected = try reader.naiveHistories()
      for number in 0..<35 {
        #expect(try reader.records(naming: Self.key(number)) == expected[Self.key(number)] ?? [])
      }
    }
  }

  /// A run that was asked often is in memory; what becomes of its file does not matter then, and a
  /// damaged one is gone round.
  @Test func aRunIsLoadedAndADamagedOneIsNot() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    for first in stride(from: 0, to: 600, by: 100) {
      var batch = ledger.makeBatch()
      for number in first..<first + 100 { try batch.append(Self.content([number, number % 7])) }
      _ = try await ledger.append(batch)
    }
    _ = try await ledger.index()
    try await ledger.close()
    let path = try #require(
      fixture.disk.filePaths(below: "/l/index").first { $0.hasSuffix(".run") })
    let reader = try fixture.reader()
    let expected = try reader.naiveHistories()
    for number in 0..<700 {
      #expect(try reader.records(naming: Self.key(number)) == expected[Self.key(number)] ?? [])
    }
    let size = try #require(fixture.disk.contents(path)).count
    for byte in stride(from: 160, to: size - 200, by: 997) {
      fixture.disk.flipBit(path, byte: byte, bit: 1)
      // In memory for one, to be read for the other.
      for reader in [reader, try fixture.reader()] {
        for number in stride(from: 0, to: 700, by: 13) {
          #expect(
            try reader.records(naming: Self.key(number)) == expected[Self.key(number)] ?? [],
            "byte \(byte), table \(number)")
        }
      }
      fixture.disk.flipBit(path, byte: byte, bit: 1)
    }
  }

  /// The lineage source reads every record once and gives what histories give.
  @Test func aLineageSourceGivesWhatHistoriesGive() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    for number in 0..<60 { try batch.append(Self.content([number % 9, number % 5, 100 + number])) }
    // One that is continued in further records.
    try batch.append(Self.content(Array(0..<4_000)))
    for number in 0..<10 { try batch.append(Self.content([number])) }
    _ = try await ledger.append(batch)
    let reader = ledger.reader()
    #expect(reader.size > 72)
    for size in [reader.size, 60, 66] {
      var source = reader.lineageSource(size: size)
      for number in [0, 3, 8, 4, 0, 100, 2_000, 3_999, 5_000] {
        let key = Self.key(number)
        let events = try source.events(naming: source.identifier(of: key))
        let expected = try reader.history(of: key, in: 0..<size)
        #expect(events.map { source.facts.events[Int($0)].index } == expected.map(\.index))
        for (event, record) in zip(events, expected) {
          let fact = source.facts.events[Int(event)]
          #expect(fact.recordedTime == record.recordedTime)
          #expect(
            source.facts.mentions(of: fact).map { source.facts.key(of: $0.entity) }
              == record.content.entities.map { EntityKey($0) })
        }
      }
      #expect(Set(source.facts.events.map(\.index)).count == source.facts.events.count)
    }
    try await ledger.close()
  }

  /// Counts of file reads, which do not depend on the machine: the first round of questions reads
  /// each block of headers once and not once per record, the second nothing at all.
  @Test func aSecondQuestionReadsNoFile() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let count = 1_200
    for first in stride(from: 0, to: count, by: 200) {
      var batch = ledger.makeBatch()
      for number in first..<first + 200 {
        try batch.append(Self.content([number % 40, 100 + number]))
      }
      _ = try await ledger.append(batch)
    }
    _ = try await ledger.index()
    try await ledger.close()
    let reader = try fixture.reader()
    func ask() throws -> Int {
      let before = fixture.disk.operationCount(among: [.read, .open])
      var source = reader.lineageSource(size: reader.size)
      for number in 0..<100 + count {
        let events = try source.events(naming: source.identifier(of: Self.key(number)))
        #expect(events.count == (number < 40 ? 30 : number < 100 ? 0 : 1), "table \(number)")
      }
      return fixture.disk.operationCount(among: [.read, .open]) - before
    }
    let first = try ask()
    #expect(first > 0 && first < count / 2, "\(first) reads and openings")
    #expect(try ask() == 0)
  }
}
