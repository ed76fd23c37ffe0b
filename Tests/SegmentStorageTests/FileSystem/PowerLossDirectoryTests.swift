import LedgerTestSupport
import SegmentStorage
import Testing

/// What the simulated disk may and may not do to names when the power fails.
@Suite("power loss: the names of files")
struct PowerLossDirectoryTests {
  /// The sets of file paths found after a power cut, over many seeds.
  private func outcomes(_ disk: SimulatedFileSystem, seeds: UInt64 = 400) -> Set<[String]> {
    Set((0..<seeds).map { disk.crashed(seed: $0).filePaths() })
  }

  @Test func aNewFileNeedsItsFolderSynchronized() throws {
    let disk = SimulatedFileSystem()
    try disk.make("/a", [1])
    #expect(outcomes(disk) == [[], ["/a"]])
    try disk.synchronizeDirectory("/")
    #expect(outcomes(disk) == [["/a"]])
    #expect(disk.crashed(seed: 1).contents("/a") == [1])
  }

  @Test func synchronizingTheFolderDoesNotSaveTheBytes() throws {
    let disk = SimulatedFileSystem()
    try disk.withFile("/a", .createNew(permissions: .file)) { file throws(StorageError) in
      try file.write([1], at: 0)
    }
    try disk.synchronizeDirectory("/")
    let contents = Set((0..<100).map { disk.crashed(seed: $0).contents("/a") })
    #expect(contents == [[], [0], [1]])
  }

  @Test func aRenameMayVanishWhileALaterFileSurvives() throws {
    let disk = SimulatedFileSystem()
    disk.setContents("/old", [1])
    try disk.rename(from: "/old", to: "/new")
    try disk.make("/later", [2])
    #expect(
      outcomes(disk) == [["/old"], ["/new"], ["/later", "/old"], ["/later", "/new"]])
  }

  @Test func aRenameOverAFileGivesTheOldOrTheNewOne() throws {
    let disk = SimulatedFileSystem()
    disk.setContents("/a", [1])
    try disk.make("/a.new", [2])
    try disk.rename(from: "/a.new", to: "/a")
    let contents = Set((0..<200).map { disk.crashed(seed: $0).contents("/a") })
    #expect(contents == [[1], [2]])
    try disk.synchronizeDirectory("/")
    #expect(Set((0..<200).map { disk.crashed(seed: $0).contents("/a") }) == [[2]])
  }

  @Test func aRemovedFileMayComeBackUntilItsFolderIsSynchronized() throws {
    let disk = SimulatedFileSystem()
    disk.setContents("/a", [1])
    try disk.remove("/a")
    #expect(disk.contents("/a") == nil)
    #expect(outcomes(disk) == [[], ["/a"]])
    #expect(disk.crashed(seed: 0, survival: .onlySynchronized).contents("/a") == [1])
    try disk.synchronizeDirectory("/")
    #expect(outcomes(disk) == [[]])
  }

  @Test func aFolderThatVanishesTakesItsFilesAlong() throws {
    let disk = SimulatedFileSystem()
    try disk.makeDirectory("/d", permissions: .directory)
    try disk.make("/d/a", [1])
    try disk.synchronizeDirectory("/d")
    #expect(outcomes(disk) == [[], ["/d/a"]])
    try disk.synchronizeDirectory("/")
    #expect(outcomes(disk) == [["/d/a"]])
  }

  @Test func aMoveBetweenFoldersNeedsTheTargetSynchronizedFirst() throws {
    func moved() throws -> SimulatedFileSystem {
      let disk = SimulatedFileSystem()
      disk.setContents("/one/a", [1])
      disk.addEntry("/two", .directory)
      try disk.rename(from: "/one/a", to: "/two/a")
      return disk
    }
    #expect(outcomes(try moved()) == [["/one/a"], ["/two/a"]])

    let careful = try moved()
    try careful.synchronizeDirectory("/two")
    #expect(outcomes(careful) == [["/one/a", "/two/a"], ["/two/a"]])
    try careful.synchronizeDirectory("/one")
    #expect(outcomes(careful) == [["/two/a"]])

    let careless = try moved()
    try careless.synchronizeDirectory("/one")
    #expect(outcomes(careless) == [[], ["/two/a"]], "the file can be lost altogether")
  }

  @Test func locksAndOpeningsEndWithThePower() throws {
    let disk = SimulatedFileSystem()
    let outcome = try disk.lockExclusively("/LOCK")
    let file = try disk.open("/a", .createNew(permissions: .file))
    disk.crash()
    let writing = file.writingFailure([1], at: 0)
    #expect(writing?.isSimulatedPowerLoss == true)
    let after = disk.crashed(seed: 0, survival: .everything)
    #expect(after.openFileCount == 0 && !after.isPowerLost)
    switch try after.lockExclusively("/LOCK") {
    case .acquired(let lock): try lock.release()
    case .heldByAnother: Issue.record("the lock outlived its holder")
    }
    // Neither the file nor the lock was closed: a process without power closes nothing.
    _ = consume file
    _ = consume outcome
  }

  /// The well-known way to replace a file, cut off at every operation.
  @Test func replacingAFileIsAtomicOnlyIfEveryStepIsThere() throws {
    for step in ReplacementStep.allCases + [nil] {
      var damageCount = 0
      for ordinal in 1...6 {
        for seed in UInt64(0)..<60 {
          let disk = SimulatedFileSystem(seed: seed)
          disk.setContents("/a", [1])
          disk.inject(.crash, at: ordinal)
          let error = failure { () throws(StorageError) in try replace(disk, omitting: step) }
          let found = disk.crashed(seed: seed).contents("/a")
          let isWhole = found == [1] || found == [2, 2, 2]
          let isLost = error == nil && found != [2, 2, 2]
          if !isWhole || isLost { damageCount += 1 }
        }
      }
      #expect((damageCount > 0) == (step != nil), "omitting \(String(describing: step))")
    }
  }

  private enum ReplacementStep: CaseIterable { case file, folder }

  private func replace(_ disk: SimulatedFileSystem, omitting step: ReplacementStep?)
    throws(StorageError)
  {
    try disk.withFile("/a.new", .createNew(permissions: .file)) { file throws(StorageError) in
      try file.write([2, 2, 2], at: 0)
      if step != .file { try file.synchronize() }
    }
    try disk.rename(from: "/a.new", to: "/a")
    if step != .folder { try disk.synchronizeDirectory("/") }
  }
}
