import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

@testable import Ledgerstone

/// What is decoded on several processors comes in order, and ends where reading one by one would.
@Suite struct ContentReadingTests {
  private struct Enough: Error {}

  private static func reader() async throws -> LedgerReader {
    let fixture = EngineFixture()
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

  /// Lists with gaps, backwards, with repetitions; shorter and longer than a piece, and than a step.
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
      try reader.forEachContent(of: list) { index, _, content in
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
      try reader.forEachContent(of: list) { index, _, _ in read.append(index) }
    }
    #expect(read == Array((1...UInt64(3_000)).prefix(place)))
    read = []
    #expect(throws: Enough.self) {
      try reader.forEachContent(of: Array(1...UInt64(3_000))) { index, _, _ in
        guard read.count < place else { throw Enough() }
        read.append(index)
      }
    }
    #expect(read.count == place)
  }
}
