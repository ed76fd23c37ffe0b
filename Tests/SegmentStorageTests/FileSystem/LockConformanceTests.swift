import SegmentStorage
import Testing

@Suite("the writer's lock, on the system's disk and on the simulated one")
struct LockConformanceTests {
  @Test(arguments: FileSystemUnderTest.allCases)
  func oneHolderAtATime(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/LOCK"
      let lock = try acquire(fileSystem, path)
      let fresh = try lock.contents()
      #expect(fresh == [])
      try lock.replaceContents(with: Array("pid 12345".utf8))
      #expect(try holder(fileSystem, path) == Array("pid 12345".utf8))
      try lock.replaceContents(with: Array("closed".utf8))
      let marked = try lock.contents()
      #expect(marked == Array("closed".utf8))
      #expect(try holder(fileSystem, path) == Array("closed".utf8))
      try lock.release()

      let next = try acquire(fileSystem, path)
      let left = try next.contents()
      #expect(left == Array("closed".utf8), "what the last holder left")
      next.abandon()
      try acquire(fileSystem, path).release()
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func locksOfTwoFilesAreIndependent(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let one = try acquire(fileSystem, "\(folder)/one")
      let two = try acquire(fileSystem, "\(folder)/two")
      try one.release()
      #expect(try holder(fileSystem, "\(folder)/two") != nil)
      try two.release()
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func anOrdinaryOpeningNeitherTakesNorDropsTheLock(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/LOCK"
      let lock = try acquire(fileSystem, path)
      _ = try fileSystem.read(path)
      #expect(try holder(fileSystem, path) != nil)
      try lock.release()
      let reader = try fileSystem.open(path, .readOnly)
      try acquire(fileSystem, path).release()
      try reader.close()
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesWhatIsNoRegularFile(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [])
      try kind.makeSymbolicLink(fileSystem, "\(folder)/link", to: "\(folder)/a")
      let cases: [(String, Errno)] = [
        ("\(folder)/link", .symbolicLink),
        (folder, .isDirectory),
        ("\(folder)/none/LOCK", .notFound),
        ("\(folder)/a/LOCK", .notDirectory),
      ]
      for (path, errno) in cases {
        let error = fileSystem.lockFailure(path)
        #expect(error == StorageError(.lock, path, errno))
      }
    }
  }

  private func acquire(_ fileSystem: any FileSystem, _ path: String) throws -> ExclusiveLock {
    switch try fileSystem.lockExclusively(path) {
    case .acquired(let lock): return lock
    case .heldByAnother: throw UnexpectedHolder()
    }
  }

  /// What the present holder wrote; nil, and no lock, if nobody holds it.
  private func holder(_ fileSystem: any FileSystem, _ path: String) throws -> [UInt8]? {
    switch try fileSystem.lockExclusively(path) {
    case .acquired(let lock):
      lock.abandon()
      return nil
    case .heldByAnother(let contents):
      return contents
    }
  }

  private struct UnexpectedHolder: Error {}
}
