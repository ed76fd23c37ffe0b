import LedgerCryptography
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import SubjectVault

/// The side file of duplicate keys: what is synced is remembered, what is torn is dropped.
@Suite struct RememberedDuplicateTests {
  private static func entry(_ record: UInt64) -> RememberedDuplicate {
    let bytes = littleEndian(record)
    return RememberedDuplicate(
      record: record, key: TruncatedDigest.hash((bytes + [1]).rawSpan),
      contentKey: TruncatedDigest.hash((bytes + [2]).rawSpan))
  }

  private static func littleEndian(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  private static func entries(_ records: Range<UInt64>) -> [RememberedDuplicate] {
    records.map(entry)
  }

  @Test func rememberedInOrder() throws {
    let disk = SimulatedFileSystem()
    let vault = try VaultTests.create(disk)
    try vault.remember(Self.entries(1..<4), windowStart: 0)
    try vault.remember([], windowStart: 0)
    try vault.remember(Self.entries(4..<9), windowStart: 0)
    #expect(try vault.duplicates(from: 0) == Self.entries(1..<9))
    #expect(try vault.duplicates(from: 3) == Self.entries(3..<9))
    #expect(try vault.duplicates(from: 9) == [])
    #expect(try disk.information("/v/duplicates")?.permissions.areOpenToOthers == false)
    let again = try Vault.open("/v", ledgerID: nil, on: disk)
    #expect(try again.duplicates(from: 0) == Self.entries(1..<9))
    #expect(disk.openFileCount == 0)
  }

  /// A synchronisation fails, the segment's keys are added again, and the power goes.
  @Test func aFailedSynchronizationIsNotBelieved() throws {
    for seed in UInt64(0)..<40 {
      for (isFirst, operations) in [
        (true, Set<SimulatedOperation>([.synchronizeDirectory])), (true, [.synchronize]),
        (false, [.synchronize]),
      ] {
        let disk = SimulatedFileSystem(seed: seed)
        let vault = try VaultTests.create(disk)
        if !isFirst { try vault.remember(Self.entries(0..<100), windowStart: 0) }
        disk.inject(.fail(.inputOutput), at: 1, among: operations)
        // More than a block of the disk, so that some of it can be lost.
        #expect(throws: VaultError.self) {
          try vault.remember(Self.entries(100..<500), windowStart: 0)
        }
        try vault.remember(Self.entries(100..<500), windowStart: 0)
        try vault.remember(Self.entries(500..<600), windowStart: 0)
        let after = disk.crashed(seed: seed, survival: .onlySynchronized)
        let found = try Vault.open("/v", ledgerID: nil, on: after).duplicates(from: 0)
        #expect(found == Self.entries((isFirst ? 100 : 0)..<600), "seed \(seed), \(operations)")
      }
    }
  }

  /// The documented layout, written out by hand.
  @Test func layout() throws {
    let disk = SimulatedFileSystem()
    let vault = try VaultTests.create(disk)
    try vault.remember(Self.entries(5..<7), windowStart: 0)
    var chunk = Array("LSTDUPES".utf8) + Self.littleEndian(2)
    for record: UInt64 in 5..<7 {
      let entry = Self.entry(record)
      chunk += Self.littleEndian(record)
      entry.key.append(to: &chunk)
      entry.contentKey.append(to: &chunk)
    }
    var digest: [UInt8] = []
    SHA256Hasher.hash(chunk.rawSpan).append(to: &digest)
    #expect(disk.contents("/v/duplicates") == chunk + digest.prefix(16))
  }

  /// Every length and every byte flipped: never an entry that was not written.
  @Test func damagedFiles() throws {
    let disk = SimulatedFileSystem()
    let vault = try VaultTests.create(disk)
    try vault.remember(Self.entries(1..<3), windowStart: 0)
    let firstByteCount = try #require(disk.contents("/v/duplicates")).count
    try vault.remember(Self.entries(3..<5), windowStart: 0)
    let whole = try #require(disk.contents("/v/duplicates"))
    for count in 0..<whole.count {
      let found = Vault.decodeChunks(Array(whole.prefix(count)))
      #expect(found.entries == (count < firstByteCount ? [] : Self.entries(1..<3)))
      #expect(found.validByteCount == (count < firstByteCount ? 0 : firstByteCount))
    }
    for position in whole.indices {
      var bytes = whole
      bytes[position] ^= 1 << UInt8(position % 8)
      let found = Vault.decodeChunks(bytes)
      #expect(found.entries == (position < firstByteCount ? [] : Self.entries(1..<3)))
    }
    var huge = whole
    for position in firstByteCount + 8..<firstByteCount + 16 { huge[position] = 0xFF }
    #expect(Vault.decodeChunks(huge).entries == Self.entries(1..<3))
    #expect(Vault.decodeChunks(whole + [1]).entries == Self.entries(1..<5))
  }

  @Test func aTornChunkIsReplaced() throws {
    let disk = SimulatedFileSystem()
    let vault = try VaultTests.create(disk)
    try vault.remember(Self.entries(1..<3), windowStart: 0)
    try vault.remember(Self.entries(3..<5), windowStart: 0)
    let whole = try #require(disk.contents("/v/duplicates"))
    disk.setContents("/v/duplicates", Array(whole.dropLast(7)))
    try vault.remember(Self.entries(5..<8), windowStart: 2)
    // Rewritten: the torn chunk is gone, and so is what has left the window.
    #expect(try vault.duplicates(from: 0) == Self.entries(2..<3) + Self.entries(5..<8))
  }

  @Test(arguments: SimulatedSurvival.allCases) func atEveryCrash(
    survival: SimulatedSurvival
  ) throws {
    // A chunk is appended to a whole file, and one replaces a torn file.
    for isTorn in [false, true] {
      var ordinal = 0
      var isDone = false
      while !isDone {
        ordinal += 1
        let disk = SimulatedFileSystem(seed: UInt64(ordinal))
        let vault = try VaultTests.create(disk)
        try vault.remember(Self.entries(1..<4), windowStart: 0)
        if isTorn {
          let whole = try #require(disk.contents("/v/duplicates"))
          disk.setContents("/v/duplicates", whole + [1, 2, 3])
        }
        disk.inject(.crash, at: ordinal)
        isDone = (try? vault.remember(Self.entries(4..<6), windowStart: 0)) != nil
        let found = disk.crashed(seed: UInt64(ordinal), survival: survival)
        let opened = try Vault.open("/v", ledgerID: nil, on: found)
        let known = try opened.duplicates(from: 0)
        #expect(known == Self.entries(1..<4) || known == Self.entries(1..<6))
        if isDone { #expect(known == Self.entries(1..<6)) }
        // The engine does it again after a crash; twice is harmless.
        try opened.remember(Self.entries(4..<6), windowStart: 0)
        let records = try opened.duplicates(from: 0).map(\.record)
        #expect(Set(records) == [1, 2, 3, 4, 5])
      }
      #expect(ordinal > 2)
    }
  }
}
