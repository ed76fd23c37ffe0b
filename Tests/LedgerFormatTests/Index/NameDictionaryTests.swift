import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct NameDictionaryTests {
  static let extent = IndexTesting.extent(1, 0, 200_000)

  static func file(_ names: [IndexedName], _ extent: IndexRunExtent = Self.extent) -> [UInt8] {
    var writer = NameDictionaryWriter(ledgerID: Golden.ledgerID, extent: extent)
    for name in names { writer.append(name) }
    writer.finish()
    return writer.takeOutput()
  }

  static func reader(_ file: [UInt8]) throws -> NameDictionaryReader {
    try NameDictionaryReader(
      source: RunBytes(file), fileByteCount: UInt64(file.count), ledger: Golden.ledgerID)
  }

  /// Distinct names in order by an order of its own: that of lists of numbers, via text.
  static func names(_ count: Int, using random: inout RepeatableRandom) -> [IndexedName] {
    var all: Set<IndexedName> = []
    while all.count < count {
      let entity = random.entity()
      all.insert(IndexedName(EntityKey(entity)))
      all.insert(
        IndexedName(
          type: .dataset, namespace: random.chance(2) ? "s3://lake" : "s3://la",
          name: random.text(1...6)))
    }
    func text(_ name: IndexedName) -> String {
      func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String { Hexadecimal.encode(Array(bytes)) }
      return "\(name.type.rawValue) \(hexadecimal(name.namespace)) \(hexadecimal(name.name))"
    }
    return all.sorted { text($0) < text($1) }
  }

  @Test(arguments: [0, 1, 127, 128, 129, 1_000]) func findsByPrefix(_ count: Int) throws {
    var random = RepeatableRandom(for: "NameDictionaryTests.findsByPrefix")
    let names = Self.names(count, using: &random)
    let reader = try Self.reader(Self.file(names))
    #expect(reader.nameCount == UInt64(names.count))
    for prefix in ["", "s", "s3://l", "s3://lake", "zz", "ä"] {
      let query = NameQuery(type: .dataset, namespacePrefix: prefix)
      let expected = names.filter {
        $0.type == .dataset && $0.namespace.starts(with: prefix.utf8)
      }
      #expect(try reader.names(matching: query, limit: .max) == expected)
      // In pages.
      var paged: [IndexedName] = []
      while true {
        let page = try reader.names(matching: query, from: paged.last, limit: 8)
        paged += paged.isEmpty ? page : Array(page.dropFirst())
        if page.count < 8 { break }
      }
      #expect(paged == expected)
    }
    for prefix in ["", "a", "X", "€"] {
      let query = NameQuery(type: .dataset, namespace: "s3://la", namePrefix: prefix)
      let expected = names.filter {
        $0.type == .dataset && $0.namespace.elementsEqual("s3://la".utf8)
          && $0.name.starts(with: prefix.utf8)
      }
      #expect(try reader.names(matching: query, limit: .max) == expected)
    }
  }

  @Test func aNameGivesItsKey() {
    var random = RepeatableRandom(for: "NameDictionaryTests.aNameGivesItsKey")
    for _ in 0..<200 {
      let key = EntityKey(random.entity())
      #expect(IndexedName(key).key == key)
    }
  }

  @Test func mergingGivesTheBytesOfWritingAtOnce() throws {
    var random = RepeatableRandom(for: "NameDictionaryTests.mergingGivesTheBytesOfWritingAtOnce")
    let names = Self.names(900, using: &random)
    let extents = [
      IndexTesting.extent(0, 0, 65_536), IndexTesting.extent(0, 65_536, 65_536),
      IndexTesting.extent(0, 131_072, 65_536), IndexTesting.extent(0, 196_608, 3_392),
    ]
    let files = extents.enumerated().map { number, extent in
      Self.file(
        number == 2
          ? []
          : names.enumerated().filter { $0.offset % (number + 2) != 1 }
            .map(\.element),
        extent)
    }
    var held: Set<IndexedName> = []
    for number in [0, 1, 3] {
      for (offset, name) in names.enumerated() where offset % (number + 2) != 1 {
        held.insert(name)
      }
    }
    for step in [1, 1 << 20] {
      var merger = try NameDictionaryMerger(
        files.map { try Self.reader($0) }, into: Self.extent, ledgerID: Golden.ledgerID)
      var merged: [UInt8] = []
      while true {
        let isComplete = try merger.advance(byteCount: step)
        merged += merger.takeOutput()
        if isComplete { break }
      }
      #expect(merged == Self.file(names.filter { held.contains($0) }))
    }
  }

  @Test func theBuilderGivesTheNamesOfItsRun() throws {
    var builder = RunBuilder()
    for number in [5, 3, 5, 11] { builder.append(keys: [IndexTesting.key(number)]) }
    let reader = try Self.reader(builder.nameDictionary(ledgerID: Golden.ledgerID))
    let found = try reader.names(
      matching: NameQuery(type: .dataset, namespace: "s3://lake", namePrefix: "table/"),
      limit: 10)
    #expect(
      found.map { String(decoding: $0.name, as: UTF8.self) } == [
        "table/11", "table/3", "table/5",
      ])
  }

  @Test func everyFlippedBitIsFound() throws {
    var random = RepeatableRandom(for: "NameDictionaryTests.everyFlippedBitIsFound")
    let file = Self.file(Self.names(140, using: &random))
    func readAll(_ file: [UInt8]) throws {
      let reader = try Self.reader(file)
      for block in 0..<reader.blockCount { _ = try reader.names(inBlock: block) }
    }
    try readAll(file)
    for offset in file.indices {
      var bad = file
      bad[offset] ^= 1 << UInt8(offset % 8)
      #expect(throws: FormatError.self, "byte \(offset)") { try readAll(bad) }
    }
    for count in [0, 63, 64, 119, 120, file.count - 1] {
      #expect(throws: FormatError.self) { try readAll(Array(file.prefix(count))) }
    }
  }
}
