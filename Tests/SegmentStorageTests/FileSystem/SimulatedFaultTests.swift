import Glibc
import LedgerTestSupport
import SegmentStorage
import Testing

/// The failures that a test can ask of the simulated disk.
@Suite("faults of the simulated disk")
struct SimulatedFaultTests {
  private func disk(_ bytes: [UInt8] = []) -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: 3)
    disk.setContents("/a", bytes)
    return disk
  }

  @Test func countsWhatIsBegun() throws {
    let disk = disk([1])
    _ = try disk.read("/a")
    try disk.make("/b", [2])
    try disk.synchronizeDirectory("/")
    #expect(disk.operationCount(among: [.open]) == 1)
    #expect(disk.operationCount(among: [.write]) == 1)
    #expect(disk.operationCount() == 4, "create, write, synchronize, synchronizeDirectory")
    #expect(disk.operationCount(among: [.close]) == 2)
  }

  @Test func hitsTheChosenOperationOnce() throws {
    for ordinal in 1...4 {
      let disk = disk()
      let file = try disk.open("/a", .readWrite)
      disk.inject(.fail(.inputOutput), at: ordinal, among: [.write])
      for write in 1...4 {
        let error = file.writingFailure([UInt8(write)], at: write - 1)
        #expect(error == (write == ordinal ? StorageError(.write, "/a", .inputOutput) : nil))
      }
      try file.close()
      let expected = (1...4).map { $0 == ordinal ? 0 : UInt8($0) }
      #expect(disk.contents("/a") == (ordinal == 4 ? Array(expected.prefix(3)) : expected))
    }
  }

  @Test func everyOperationCanFail() throws {
    for operation in SimulatedOperation.allCases {
      let disk = disk([1])
      disk.inject(.fail(.inputOutput), at: 1, among: [operation])
      let error = failure { () throws(StorageError) in try everything(disk) }
      #expect(error?.errno == .inputOutput, "\(operation)")
      #expect(disk.openFileCount == 0, "\(operation)")
    }
    #expect(failure { () throws(StorageError) in try everything(disk([1])) } == nil)
  }

  private func everything(_ disk: SimulatedFileSystem) throws(StorageError) {
    try disk.makeDirectory("/d", permissions: .directory)
    switch try disk.lockExclusively("/LOCK") {
    case .acquired(let lock): try lock.release()
    case .heldByAnother: break
    }
    try disk.make("/d/b", [2])
    try disk.withFile("/a", .readWrite) { file throws(StorageError) in
      _ = try file.bytes(count: 1, at: 0)
      try file.truncate(to: 0)
    }
    try disk.rename(from: "/d/b", to: "/d/c")
    try disk.remove("/d/c")
    try disk.synchronizeDirectory("/d")
    _ = try disk.list("/")
    _ = try disk.information("/a")
  }

  @Test func aFailureMayHavePersistedNevertheless() throws {
    let disk = disk([1])
    let file = try disk.open("/a", .readWrite)
    disk.inject(.failButPersist(.inputOutput), at: 1)
    let error = file.writingFailure([2], at: 0)
    #expect(error?.errno == .inputOutput)
    try file.close()
    #expect(disk.durableContents("/a") == [2])

    disk.inject(.failButPersist(.inputOutput), at: 1)
    let renaming = failure { () throws(StorageError) in try disk.rename(from: "/a", to: "/b") }
    #expect(renaming?.errno == .inputOutput)
    let after = disk.crashed(seed: 0, survival: .onlySynchronized)
    #expect(after.contents("/b") == [2] && after.contents("/a") == nil)
  }

  @Test func writesHalf() throws {
    let disk = disk()
    let file = try disk.open("/a", .readWrite)
    disk.inject(.writeHalf(.inputOutput), at: 2, among: [.write])
    let first = file.writingFailure([1, 2, 3, 4], at: 0)
    let second = file.writingFailure([5, 6, 7, 8], at: 4)
    #expect(first == nil && second?.errno == .inputOutput)
    try file.close()
    #expect(disk.contents("/a") == [1, 2, 3, 4, 5, 6])
  }

  @Test func tearsAnyPrefixOrAnyBlocks() throws {
    let size = 4096
    let bytes = (1...3).flatMap { [UInt8](repeating: $0, count: size) }
    var prefixes: Set<Int> = []
    var subsets: Set<[UInt8]> = []
    for seed in UInt64(0)..<300 {
      let disk = SimulatedFileSystem(seed: seed)
      disk.setContents("/a", [UInt8](repeating: 9, count: 3 * size))
      disk.inject(.tear(.inputOutput), at: 1, among: [.write])
      try disk.withFile("/a", .readWrite) { file throws(StorageError) in
        #expect(file.writingFailure(bytes, at: 0)?.errno == .inputOutput)
      }
      let found = try #require(disk.contents("/a"))
      let kept = zip(found, bytes).prefix { $0 == $1 }.count
      if found[kept...].allSatisfy({ $0 == 9 }) {
        prefixes.insert(kept)
      } else {
        for block in 0..<3 {
          let values = Set(found[block * size..<(block + 1) * size])
          #expect(values == [9] || values == [UInt8(block + 1)], "whole blocks")
        }
        subsets.insert([found[0], found[size], found[2 * size]])
      }
      #expect(disk.durableContents("/a") == [UInt8](repeating: 9, count: 3 * size))
    }
    #expect(prefixes.contains { $0 % size != 0 } && prefixes.count > 50)
    #expect(subsets == [[9, 2, 9], [9, 9, 3], [9, 2, 3], [1, 9, 3]])
  }

  @Test func crashesBeforeAndInTheMiddle() throws {
    for seed in UInt64(0)..<50 {
      for (fault, expected) in [
        (SimulatedFault.crashBefore, Set([1])), (.crashTearing, Set(1...3)), (.crash, Set([3])),
      ] {
        let disk = SimulatedFileSystem(seed: seed)
        disk.setContents("/a", [0])
        disk.inject(fault, at: 1)
        let file = try disk.open("/a", .readWrite)
        let error = file.writingFailure([1, 2], at: 1)
        #expect(error?.isSimulatedPowerLoss == true && disk.isPowerLost)
        file.abandon()
        let found = disk.crashed(seed: seed, survival: .everything).contents("/a")
        #expect(expected.contains(found?.count ?? 0), "\(fault)")
        #expect([0, 1, 2].starts(with: found ?? []))
      }
    }
    let disk = disk([1])
    disk.inject(.crashBefore, at: 1)
    let renaming = failure { () throws(StorageError) in try disk.rename(from: "/a", to: "/b") }
    #expect(renaming?.isSimulatedPowerLoss == true)
    #expect(disk.crashed(seed: 0, survival: .everything).filePaths() == ["/a"])
  }

  @Test func fillsUp() throws {
    for operation in [SimulatedOperation.write, .synchronize, .create, .truncate] {
      let disk = disk([1])
      disk.inject(.fillUp, at: 1, among: [operation])
      let error = failure { () throws(StorageError) in
        try disk.withFile("/a", .readWrite) { file throws(StorageError) in
          try file.truncate(to: 0)
          try file.write([1, 2, 3], at: 0)
          try file.synchronize()
        }
        try disk.make("/b", [])
      }
      #expect(error?.isNoSpace == true, "\(operation)")
      #expect(disk.freeSizeBytes != nil)
      let file = try disk.open("/a", .readWrite)
      let size = try file.size()
      let later = file.writingFailure([UInt8](repeating: 5, count: 9), at: size)
      #expect(later?.isNoSpace == true, "\(operation)")
      try file.close()
      disk.freeSizeBytes = nil
      try disk.make("/c", [1])
    }
  }

  @Test func runsOutOfDescriptors() throws {
    let disk = disk([1])
    disk.openFileCountMax = 2
    let one = try disk.open("/a", .readOnly)
    let two = try disk.open("/a", .readOnly)
    #expect(disk.openingFailure("/a", .readOnly)?.errno == .tooManyOpenFiles)
    #expect(disk.openingFailure("/b", .createNew(permissions: .file))?.errno == .tooManyOpenFiles)
    #expect(disk.lockFailure("/LOCK")?.errno == .tooManyOpenFiles)
    #expect(disk.filePaths() == ["/a"], "nothing was made")
    #expect(disk.openingFailure("/none", .readOnly)?.isNotFound == true)
    try one.close()
    try disk.make("/b", [2])
    try two.close()
  }

  @Test func remembersWhatWasSeen() throws {
    let disk = disk([1])
    disk.watch("/b")
    for byte in UInt8(1)...3 {
      try disk.replaceFile("/b", with: [byte], permissions: .file)
    }
    try disk.remove("/b")
    #expect(disk.contentsSeen(at: "/b") == [[1], [2], [3]])
    #expect(disk.contentsSeen(at: "/a") == [])
  }

  /// The kernel marks pages clean when writing them back has failed: trying again proves nothing.
  @Test func aSynchronizationThatSucceedsAfterAFailedOneProvesNothing() throws {
    var lostCount = 0
    for seed in UInt64(0)..<50 {
      let disk = SimulatedFileSystem(seed: seed)
      disk.setContents("/a", [UInt8](repeating: 1, count: 8_192))
      let new = [UInt8](repeating: 2, count: 8_192)
      let file = try disk.open("/a", .readWrite)
      disk.inject(.fail(.inputOutput), at: 1, among: [.synchronize])
      try file.write(new, at: 0)
      let failed = file.synchronizationFailure()
      let repeated = file.synchronizationFailure()
      #expect(failed?.errno == .inputOutput && repeated == nil)
      try file.close()
      #expect(disk.contents("/a") == new, "the cache pretends")
      let after = disk.crashed(seed: seed)
      #expect(after.contents("/a") == disk.durableContents("/a"))
      if after.contents("/a") != new { lostCount += 1 }
      // Writing the same page once more is what saves it.
      try disk.withFile("/a", .readWrite) { file throws(StorageError) in
        try file.write(new, at: 0)
        try file.synchronize()
      }
      #expect(disk.crashed(seed: seed).contents("/a") == new)
    }
    #expect(lostCount > 10)
  }

  @Test func aFailedSynchronizationOfAFolderLosesNamesForGood() throws {
    let fates = try Set(
      (UInt64(0)..<40).map { seed in
        let disk = SimulatedFileSystem(seed: seed)
        try disk.make("/a", [1])
        disk.inject(.fail(.inputOutput), at: 1)
        let first = failure { () throws(StorageError) in try disk.synchronizeDirectory("/") }
        #expect(first?.errno == .inputOutput)
        try disk.synchronizeDirectory("/")
        return disk.crashed(seed: seed).contents("/a") != nil
      })
    #expect(fates == [true, false])
  }

  @Test func aCrashEndsEverythingAndMayKeepTheOperationItHit() throws {
    let disk = disk([1])
    let file = try disk.open("/a", .readWrite)
    disk.inject(.crash, at: 1)
    let error = file.writingFailure([2], at: 0)
    #expect(error?.isSimulatedPowerLoss == true)
    #expect(error?.description == "cannot write /a: Unknown error 9999 (errno 9999)")
    #expect(disk.isPowerLost)
    #expect(disk.openingFailure("/a", .readOnly)?.isSimulatedPowerLoss == true)
    let listing = failure { () throws(StorageError) in _ = try disk.list("/") }
    #expect(listing?.isSimulatedPowerLoss == true)
    let closing = closingFailure(file)
    #expect(closing?.isSimulatedPowerLoss == true)
    #expect(Set((0..<100).map { disk.crashed(seed: $0).contents("/a") }) == [[1], [2]])
  }

  private func closingFailure(_ file: consuming StorageFile) -> StorageError? {
    do throws(StorageError) {
      try file.close()
      return nil
    } catch {
      return error
    }
  }

  @Test func runsOutOfSpace() throws {
    let disk = disk([1, 2, 3])
    disk.freeSizeBytes = 4
    let file = try disk.open("/a", .readWrite)
    let fitting = file.writingFailure([9, 9, 9], at: 2)
    #expect(fitting == nil)
    #expect(disk.freeSizeBytes == 2)
    let tooMuch = file.writingFailure([8, 8, 8], at: 5)
    #expect(tooMuch?.isNoSpace == true)
    #expect(disk.contents("/a") == [1, 2, 9, 9, 9, 8, 8], "what fitted was written")
    let overwriting = file.writingFailure([0, 0], at: 0)
    #expect(overwriting == nil)
    let lengthening = file.truncationFailure(to: 8)
    #expect(lengthening?.isNoSpace == true)
    try file.truncate(to: 1)
    #expect(disk.freeSizeBytes == 6)
    try file.close()
    try disk.remove("/a")
    #expect(disk.freeSizeBytes == 7)
  }

  @Test func readOnlyRefusesEveryChangeAndNothingElse() throws {
    let disk = disk([1])
    disk.addEntry("/d", .directory)
    let file = try disk.open("/a", .readWrite)
    disk.isReadOnly = true
    let writing = file.writingFailure([1], at: 0)
    let truncating = file.truncationFailure(to: 0)
    #expect(writing?.isReadOnly == true && truncating?.isReadOnly == true)
    try file.close()
    #expect(disk.openingFailure("/a", .readWrite)?.isReadOnly == true)
    #expect(disk.openingFailure("/x", .createNew(permissions: .file))?.isReadOnly == true)
    #expect(disk.openingFailure("/x", .readWrite)?.isNotFound == true)
    let renaming = failure { () throws(StorageError) in try disk.rename(from: "/a", to: "/b") }
    let removing = failure { () throws(StorageError) in try disk.remove("/a") }
    let making = failure { () throws(StorageError) in
      try disk.makeDirectory("/e", permissions: .directory)
    }
    for error in [renaming, removing, making] { #expect(error?.isReadOnly == true) }
    #expect(disk.lockFailure("/LOCK")?.isReadOnly == true)
    #expect(try disk.read("/a") == [1])
    #expect(try disk.list("/").map(\.name) == ["a", "d"])
    try disk.synchronizeDirectory("/")
  }

  @Test func flipsABitAtRest() throws {
    let disk = disk([UInt8](repeating: 0, count: 5_000))
    disk.flipBit("/a", byte: 4_999, bit: 7)
    disk.flipBit("/a", byte: 0, bit: 0)
    let expected = [1] + [UInt8](repeating: 0, count: 4_998) + [128]
    #expect(disk.contents("/a") == expected)
    #expect(disk.crashed(seed: 0).contents("/a") == expected)
    disk.flipBit("/a", byte: 0, bit: 0)
    #expect(try disk.read("/a").first == 0)
  }

  @Test func tellsTheAttributesATestChose() throws {
    let disk = disk([1])
    disk.setAttributes("/a", permissions: .file, isOwnedByThisUser: false)
    let information = try #require(try disk.information("/a"))
    #expect(information.permissions.areOpenToOthers && !information.isOwnedByThisUser)
    #expect(disk.crashed(seed: 1).filePaths() == ["/a"])
  }

  #if DEBUG
    @Test func aDroppedWritableFileStopsADebugBuild() async {
      await #expect(processExitsWith: .failure) {
        let disk = SimulatedFileSystem()
        let file = try disk.open("/a", .createNew(permissions: .file))
        _ = consume file
        exit(EXIT_SUCCESS)
      }
    }
  #endif
}
