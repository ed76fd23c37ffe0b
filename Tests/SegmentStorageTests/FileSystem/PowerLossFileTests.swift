import LedgerTestSupport
import SegmentStorage
import Testing

/// What the simulated disk may and may not do to the bytes of a file when the power fails.
@Suite("power loss: the bytes of files")
struct PowerLossFileTests {
  private static let blockSizeBytes = 4096

  /// A disk with `/a`, durable with `bytes` and its name.
  private func disk(_ bytes: [UInt8], seed: UInt64 = 0) -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: seed)
    disk.setContents("/a", bytes)
    return disk
  }

  private func write(_ disk: SimulatedFileSystem, _ bytes: [UInt8], at offset: Int) throws {
    try disk.withFile("/a", .readWrite) { file throws(StorageError) in
      try file.write(bytes, at: offset)
    }
  }

  /// The contents of `/a` after a power cut, for each seed.
  private func outcomes(_ disk: SimulatedFileSystem, seeds: UInt64 = 400) throws -> [[UInt8]] {
    try (0..<seeds).map { try #require(disk.crashed(seed: $0).contents("/a")) }
  }

  @Test func whatWasSynchronizedNeverVanishes() throws {
    for seed in UInt64(0)..<3_000 {
      var random = Lehmer(seed: seed)
      let disk = disk([], seed: seed)
      let durable = (0..<random.next(below: 6_000)).map { UInt8(truncatingIfNeeded: $0 % 251) }
      let file = try disk.open("/a", .readWrite)
      try file.write(durable, at: 0)
      try file.synchronize()
      for _ in 0..<random.next(below: 5) {
        let more = [UInt8](repeating: 255, count: random.next(below: 3_000))
        try file.write(more, at: durable.count + random.next(below: 9_000))
      }
      try file.close()
      let found = try #require(disk.crashed(seed: seed).contents("/a"))
      #expect(found.starts(with: durable), "seed \(seed)")
    }
  }

  @Test func whatWasNotMayVanishOrSurvive() throws {
    let disk = disk([1])
    try write(disk, [2, 2], at: 0)
    let outcomes = Set(try outcomes(disk))
    #expect(outcomes == [[1], [2], [1, 0], [2, 2]])
    #expect(disk.contents("/a") == [2, 2], "the disk itself is not changed by asking")
    #expect(disk.durableContents("/a") == [1])
  }

  @Test func theTwoPlainModes() throws {
    let disk = disk([1])
    try write(disk, [2, 2], at: 0)
    #expect(disk.crashed(seed: 5, survival: .everything).contents("/a") == [2, 2])
    #expect(disk.crashed(seed: 5, survival: .onlySynchronized).contents("/a") == [1])
  }

  @Test func blocksSurviveInAnyOrder() throws {
    let size = Self.blockSizeBytes
    let disk = disk([UInt8](repeating: 0, count: 3 * size))
    for block in 0..<3 {
      try write(disk, [UInt8](repeating: UInt8(block + 1), count: size), at: block * size)
    }
    let survivors = Set(
      try outcomes(disk, seeds: 2_000).map { bytes in
        (0..<3).filter { bytes[$0 * size] == $0 + 1 && bytes[($0 + 1) * size - 1] == $0 + 1 }
      })
    let expected: Set<[Int]> = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
    #expect(survivors == expected)
  }

  @Test func aBlockIsTornBetweenSectorsOnly() throws {
    let size = Self.blockSizeBytes
    let disk = disk([UInt8](repeating: 1, count: size))
    try write(disk, [UInt8](repeating: 2, count: size), at: 0)
    var tornCount = 0
    for bytes in try outcomes(disk) {
      let changes = (1..<size).filter { bytes[$0] != bytes[$0 - 1] }
      #expect(changes.allSatisfy { $0 % 512 == 0 })
      #expect(changes.count <= 1)
      tornCount += changes.count
    }
    #expect(tornCount > 0, "some seed tears the write")
    #expect(tornCount < 200, "most seeds do not")
  }

  @Test func anEarlierVersionOfABlockMaySurvive() throws {
    let disk = disk([0])
    for value in 1...3 { try write(disk, [UInt8(value)], at: 0) }
    #expect(Set(try outcomes(disk)) == [[0], [1], [2], [3]])
  }

  @Test func aLaterWriteNeverBringsBackWhatASynchronizationReplaced() throws {
    let disk = disk([0])
    let file = try disk.open("/a", .readWrite)
    let values: [[UInt8]] = [[1], [2], [3]]
    try file.write(values[0], at: 0)
    try file.write(values[1], at: 0)
    try file.synchronize()
    try file.write(values[2], at: 0)
    try file.close()
    #expect(Set(try outcomes(disk)) == [[2], [3]])
  }

  @Test func theSizeMaySurviveWithoutTheBytes() throws {
    let disk = disk([])
    try write(disk, [UInt8](repeating: 9, count: 8_192), at: 0)
    let outcomes = try outcomes(disk)
    #expect(outcomes.contains { $0 == [UInt8](repeating: 0, count: 8_192) })
    #expect(outcomes.contains { $0.isEmpty })
    #expect(outcomes.contains { $0 == [UInt8](repeating: 9, count: 8_192) })
  }

  @Test func aNewBlockMayShowTheBytesOfARemovedFile() throws {
    let disk = disk([])
    disk.setContents("/old", [UInt8](repeating: 77, count: 4_096))
    try disk.remove("/old")
    try disk.synchronizeDirectory("/")
    try write(disk, [UInt8](repeating: 9, count: 8_192), at: 0)
    let outcomes = try outcomes(disk)
    #expect(outcomes.contains { $0.contains(77) })
    #expect(outcomes.contains { !$0.contains(77) })
  }

  @Test func aTruncationMayVanish() throws {
    let disk = disk([1, 2, 3])
    try disk.withFile("/a", .readWrite) { file throws(StorageError) in try file.truncate(to: 1) }
    #expect(Set(try outcomes(disk)) == [[1, 2, 3], [1], [1, 0, 0]])
    try disk.withFile("/a", .readWrite) { file throws(StorageError) in
      try file.truncate(to: 0)
      try file.synchronize()
    }
    #expect(Set(try outcomes(disk)) == [[]])
  }

  @Test func lengtheningAgainAfterATruncationShowsZerosWhenSynchronized() throws {
    let disk = disk([UInt8](repeating: 5, count: 10_000))
    try disk.withFile("/a", .readWrite) { file throws(StorageError) in
      try file.truncate(to: 3)
      try file.truncate(to: 10_000)
      try file.synchronize()
    }
    let expected = [5, 5, 5] + [UInt8](repeating: 0, count: 9_997)
    #expect(Set(try outcomes(disk, seeds: 20)) == [expected])
  }

  @Test func aCopyDoesNotShareLaterChanges() throws {
    let disk = disk([1])
    let copy = disk.snapshot()
    try write(disk, [2], at: 0)
    #expect(copy.contents("/a") == [1])
    #expect(copy.operationCount(among: .all) == 0)
    disk.setContents("/a", [3])
    #expect(disk.contents("/a") == [3] && disk.durableContents("/a") == [3])
  }

  @Test func theSameSeedGivesTheSameDisk() throws {
    func run() throws -> [[UInt8]] {
      let disk = disk([], seed: 4)
      for name in ["x", "y", "z"] { disk.setContents("/\(name)", [1]) }
      try write(disk, [UInt8](repeating: 3, count: 40_000), at: 100)
      for name in ["x", "z"] { try disk.remove("/\(name)") }
      return (UInt64(0)..<50).flatMap { seed in
        let after = disk.crashed(seed: seed)
        return after.filePaths().map { Array($0.utf8) + (after.contents($0) ?? []) }
      }
    }
    #expect(try run() == run())
  }
}
