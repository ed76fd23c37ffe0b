import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

@testable import Ledgerstone

/// What is decoded on several processors comes in order, and ends where reading one by one would.
@Suite struct ContentReadingTests {
  private struct Enough: Error {}

  private static func reader(
    _ fixture: EngineFixture = EngineFixture()
  ) async throws -> LedgerReader {
    _ = try await fixture.create()
    let ledger = try fixture.open()
    for first in stride(from: 0, to: 3_000, by: 500) {
      var batch = ledger.makeBatch()
      for number in first..<first + 500 {
        var content = RecordContent(kind: "access", source: "test")
        content.entities = [
          Entity(role: .target, type: .dataset, namespace: "lake", name: "table \(number)")
        ]
        try batch.append(content)
      }
      _ = try await ledger.append(batch)
    }
    try await ledger.close()
    return try fixture.reader()
  }

  /// Lists with gaps, backwards, with repetitions; shorter and longer than a piece and a step.
  @Test func comesInTheOrderOfTheList() async throws {
    let reader = try await Self.reader()
    var names: [UInt64: String] = [:]
    try reader.forEachRecord(in: 0..<reader.size) {
      names[$0.header.index] = $0.header.content.entities.first?.name
    }
    let all = Array(1...UInt64(3_000))
    let lists: [[UInt64]] = [
      [], [7], Array(all[..<127]), Array(all[..<128]), Array(all[..<129]), Array(all[..<513]), all,
      all.filter { $0 % 3 == 0 }, all.reversed(), all.flatMap { [$0, $0] },
    ]
    for list in lists {
      var read: [UInt64] = []
      try reader.forEachRecord(of: list, \.self) { record in
        let (index, content) = (record.index, record.content)
        read.append(index)
        #expect(content.entities.first?.name == "table \(index - 1)")
        #expect(content.entities.first?.name == names[index])
      }
      #expect(read == list)
    }
  }

  @Test(arguments: [0, 1, 127, 128, 129, 511, 512, 513, 700, 1_024, 2_100, 2_999])
  func endsWithTheFirstThatIsNotThere(_ place: Int) async throws {
    let reader = try await Self.reader()
    var list = Array(1...UInt64(3_000))
    list[place] = reader.size + 5
    // A later one does not come first.
    list[2_999] = UInt64.max / 2
    var read: [UInt64] = []
    #expect(throws: (any Error).self) {
      try reader.forEachRecord(of: list, \.index) { read.append($0) }
    }
    #expect(read == Array((1...UInt64(3_000)).prefix(place)))
    read = []
    #expect(throws: Enough.self) {
      try reader.forEachRecord(of: Array(1...UInt64(3_000)), \.index) {
        guard read.count < place else { throw Enough() }
        read.append($0)
      }
    }
    #expect(read.count == place)
  }

  /// A damaged block ends a list where it begins, whichever piece it is in.
  @Test func endsBeforeADamagedBlock() async throws {
    let fixture = EngineFixture()
    let list = Array(1...UInt64(3_000))
    let intact = try await Self.reader(fixture)
    // The first and the last are read in opening.
    let paths = fixture.disk.filePaths(below: "/l/log").dropFirst().dropLast()
    var ends: Set<Int> = []
    for path in paths {
      let size = try #require(fixture.disk.contents(path)).count
      // Opened before the damage, and nothing of it read yet.
      let reader = try fixture.reader()
      fixture.disk.flipBit(path, byte: size / 2, bit: 3)
      var read: [UInt64] = []
      let isDamageFound =
        (try? reader.forEachRecord(of: list, \.index) { read.append($0) }) == nil
      #expect(isDamageFound, "\(path)")
      #expect(read == Array(list.prefix(read.count)), "\(path)")
      ends.insert(read.count)
      fixture.disk.flipBit(path, byte: size / 2, bit: 3)
    }
    #expect(ends == [500, 1_000, 1_500, 2_000])
    var count = 0
    try intact.forEachRecord(of: list, \.index) { _ in count += 1 }
    #expect(count == list.count)
  }

  /// Records with so many entities that a piece ends early.
  @Test func wideRecordsComeInOrderToo() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    for number in 0..<300 {
      var content = RecordContent(kind: "access", source: "test")
      content.entities = (0..<(number % 3 == 0 ? 400 : 1)).map {
        Entity(role: .target, type: .dataset, namespace: "lake", name: "\(number) \($0)")
      }
      try batch.append(content)
    }
    _ = try await ledger.append(batch)
    try await ledger.close()
    let reader = try fixture.reader()
    let list = Array(1...UInt64(300))
    var read: [UInt64] = []
    try reader.forEachRecord(of: list, \.self) { record in
      let (index, content) = (record.index, record.content)
      read.append(index)
      #expect(content.entities.count == ((index - 1) % 3 == 0 ? 400 : 1))
      #expect(content.entities.first?.name == "\(index - 1) 0")
    }
    #expect(read == list)
  }
}
