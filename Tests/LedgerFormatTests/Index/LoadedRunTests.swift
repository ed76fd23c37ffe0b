import LedgerCryptography
import LedgerTestSupport
import Testing

@testable import LedgerFormat

/// A run in memory answers as the run in its file does, and as a dictionary would.
@Suite struct LoadedRunTests {
  static let extent = IndexTesting.extent(1, 1_048_576, 1_000_000)

  @Test(arguments: [0, 1, 2, 3, 63, 64, 65, 128, 129, 4_097])
  func answersAsTheFileDoes(_ entryCount: Int) throws {
    var random = RepeatableRandom(for: "LoadedRunTests.answersAsTheFileDoes")
    var index = IndexTesting.index(
      entryCount: entryCount, extent: Self.extent, using: &random)
    if entryCount > 2 {
      index.entries[IndexTesting.key(1).bytes] = (0..<700).map {
        Self.extent.firstRecord + 3 * UInt64($0)
      }
    }
    let reader = try IndexTesting.reader(IndexTesting.file(index, Self.extent).file)
    let loaded = try #require(try LoadedRun(reader, byteCountMax: 1 << 20))
    let recordCount = index.entries.values.reduce(0) { $0 + $1.count }
    #expect(loaded.byteCount == index.entries.count * 42 + recordCount * 4)
    #expect(LoadedRun.byteCountMax(of: reader) >= loaded.byteCount)
    for (key, records) in index.entries {
      let keyHash = SHA256Hasher.hash(key)
      #expect(loaded.records(keyHash: keyHash) == records)
      let low = UInt64.random(in: 1_048_570..<2_048_600, using: &random)
      let high = low + UInt64.random(in: 0...400_000, using: &random)
      let limit = Int.random(in: 0...3, using: &random)
      let expected = Array(records.filter { $0 >= low && $0 < high }.prefix(limit))
      #expect(loaded.records(keyHash: keyHash, in: low..<high, limit: limit) == expected)
      #expect(try reader.records(keyHash: keyHash, in: low..<high, limit: limit) == expected)
    }
    for number in 0..<300 {
      let keyHash = IndexTesting.key(1_000_000 + number).digest
      #expect(loaded.records(keyHash: keyHash) == [])
      // Neighbours of what is there, and the ends.
      #expect(loaded.records(keyHash: SHA256Digest.zero) == [])
    }
    let last = try #require(SHA256Digest(hexadecimal: String(repeating: "f", count: 64)))
    #expect(loaded.records(keyHash: last) == [])
    for (keyHash, _) in index.sorted.prefix(100) {
      var bytes: [UInt8] = []
      keyHash.append(to: &bytes)
      for change in [UInt8(1), 0xFF] {
        let neighbour = try #require(SHA256Digest(copying: bytes.dropLast() + [bytes[31] ^ change]))
        #expect(loaded.records(keyHash: neighbour) == [])
      }
    }
  }

  /// Names can be chosen so that hashes begin alike: many in one bucket, some with the same tag.
  @Test func hashesThatBeginAlikeAreKeptApart() throws {
    var hashes: [SHA256Digest] = []
    for number in 0..<3_000 {
      // All in one of the first bits' buckets, tags of a few kinds, and told apart at the end only.
      var bytes = [UInt8](repeating: 0, count: 32)
      bytes[0] = 0xA5
      bytes[3] = UInt8(number % 3)
      bytes[30] = UInt8(number >> 8)
      bytes[31] = UInt8(number & 0xFF)
      hashes.append(try #require(SHA256Digest(copying: bytes)))
    }
    hashes.sort()
    var writer = RunWriter(ledgerID: Golden.ledgerID, extent: Self.extent)
    for (number, hash) in hashes.enumerated() where number % 2 == 0 {
      writer.beginEntry(hash)
      writer.append(Self.extent.firstRecord + UInt64(number))
      writer.endEntry()
    }
    _ = writer.finish()
    let reader = try IndexTesting.reader(writer.takeOutput())
    let most = LoadedRun.byteCountMax(of: reader)
    let loaded = try #require(try LoadedRun(reader, byteCountMax: most))
    for (number, hash) in hashes.enumerated() {
      let expected = number % 2 == 0 ? [Self.extent.firstRecord + UInt64(number)] : []
      #expect(loaded.records(keyHash: hash) == expected)
    }
    var found: [Int: [UInt64]] = [:]
    loaded.forEachRecord(keyHashes: hashes, in: 0..<UInt64.max) {
      found[$0, default: []].append($1)
    }
    #expect(found.count == 1_500)
    for (number, records) in found {
      #expect(number % 2 == 0)
      #expect(records == [Self.extent.firstRecord + UInt64(number)])
    }
  }

  @Test func whatIsTooLargeIsNotLoaded() throws {
    var random = RepeatableRandom(for: "LoadedRunTests.whatIsTooLargeIsNotLoaded")
    let index = IndexTesting.index(entryCount: 200, extent: Self.extent, using: &random)
    let reader = try IndexTesting.reader(IndexTesting.file(index, Self.extent).file)
    let byteCount = try #require(try LoadedRun(reader, byteCountMax: 1 << 20)).byteCount
    #expect(try LoadedRun(reader, byteCountMax: byteCount) != nil)
    for most in [0, 1, 42 * 200 - 1, 42 * 200, byteCount - 1] {
      #expect(try LoadedRun(reader, byteCountMax: most) == nil, "\(most)")
    }
    // One list alone.
    var long = NaiveIndex()
    long.entries[IndexTesting.key(0).bytes] = (0..<20_000).map { 1_048_576 + UInt64($0) }
    let file = IndexTesting.file(long, Self.extent).file
    #expect(try LoadedRun(try IndexTesting.reader(file), byteCountMax: 80_041) == nil)
    #expect(try LoadedRun(try IndexTesting.reader(file), byteCountMax: 80_042) != nil)
  }

  /// No damage of the file becomes an answer.
  @Test func everyFlippedBitIsFound() throws {
    var index = NaiveIndex()
    for number in 0..<70 { index.entries[IndexTesting.key(number).bytes] = [UInt64(number)] }
    index.entries[IndexTesting.key(0).bytes] = (0..<600).map { UInt64($0) }
    let (file, _) = IndexTesting.file(index, IndexTesting.extent(0, 0, 65_536))
    for offset in file.indices {
      var damaged = file
      damaged[offset] ^= 1 << UInt8(offset % 8)
      #expect(throws: FormatError.self, "byte \(offset)") {
        try LoadedRun(try IndexTesting.reader(damaged), byteCountMax: 1 << 20)
      }
    }
  }

  /// The builder knows before the run is written what the run will say.
  @Test func aBuilderAnswersAsItsRunDoes() throws {
    var random = RepeatableRandom(for: "LoadedRunTests.aBuilderAnswersAsItsRunDoes")
    var builder = RunBuilder(firstRecord: 65_536)
    var naive = NaiveIndex()
    let keys = (0..<3_000).map { IndexTesting.key($0) }
    #expect(builder.records(naming: keys[0]) == [])
    for record in 65_536..<UInt64(67_536) {
      let count = Int.random(in: 0...4, using: &random)
      // Some often, most seldom, and now and then one twice.
      var named = (0..<count).map { _ in
        keys[random.chance(2) ? Int.random(in: 0..<5, using: &random) : Int(record - 65_536)]
      }
      if let first = named.first, random.chance(5) { named.append(first) }
      builder.append(keys: named)
      naive.add(record, keys: named.map(\.bytes))
      guard random.chance(40) else { continue }
      for key in keys[..<8] {
        #expect(builder.records(naming: key) == naive.entries[key.bytes] ?? [])
      }
    }
    let reader = try IndexTesting.reader(builder.run(ledgerID: Golden.ledgerID).file)
    for key in keys {
      let expected = naive.entries[key.bytes] ?? []
      #expect(builder.records(naming: key) == expected)
      #expect(try reader.records(keyHash: key.digest) == expected)
    }
    builder.restart(at: 131_072)
    for key in keys { #expect(builder.records(naming: key) == []) }
    builder.append(keys: [keys[3]])
    #expect(builder.records(naming: keys[3]) == [131_072])
  }
}
