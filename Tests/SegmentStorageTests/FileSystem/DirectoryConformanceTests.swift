import SegmentStorage
import Testing

@Suite("directories, on the system's disk and on the simulated one")
struct DirectoryConformanceTests {
  @Test(arguments: FileSystemUnderTest.allCases)
  func renamesOverAnExistingFile(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/new", [2])
      try fileSystem.make("\(folder)/old", [1])
      let reader = try fileSystem.open("\(folder)/old", .readOnly)
      try fileSystem.rename(from: "\(folder)/new", to: "\(folder)/old")
      try fileSystem.synchronizeDirectory(folder)
      #expect(try fileSystem.read("\(folder)/old") == [2])
      let kept = try reader.bytes(count: 1, at: 0)
      #expect(kept == [1], "who had it open keeps it")
      try reader.close()
      #expect(try fileSystem.information("\(folder)/new") == nil)
      try fileSystem.rename(from: "\(folder)/old", to: "\(folder)/old")
      #expect(try fileSystem.list(folder) == [DirectoryEntry(name: "old", kind: .file)])
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func renamesBetweenFoldersAndWholeFolders(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.makeDirectory("\(folder)/one", permissions: .directory)
      try fileSystem.makeDirectory("\(folder)/two", permissions: .directory)
      try fileSystem.make("\(folder)/one/a", [1])
      try fileSystem.rename(from: "\(folder)/one/a", to: "\(folder)/two/b")
      #expect(try fileSystem.list("\(folder)/one") == [])
      try fileSystem.rename(from: "\(folder)/two", to: "\(folder)/one")
      #expect(try fileSystem.read("\(folder)/one/b") == [1])
      #expect(try fileSystem.information("\(folder)/two") == nil)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesImpossibleRenames(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/file", [1])
      try fileSystem.makeDirectory("\(folder)/empty", permissions: .directory)
      try fileSystem.makeDirectory("\(folder)/full", permissions: .directory)
      try fileSystem.make("\(folder)/full/a", [1])
      let cases: [(String, String, Errno)] = [
        ("none", "x", .notFound),
        ("file", "none/x", .notFound),
        ("file", "empty", .isDirectory),
        ("empty", "file", .notDirectory),
        ("empty", "full", .directoryNotEmpty),
        ("full", "full/inside", .invalidArgument),
      ]
      for (source, target, errno) in cases {
        let error = failure { () throws(StorageError) in
          try fileSystem.rename(from: "\(folder)/\(source)", to: "\(folder)/\(target)")
        }
        #expect(
          error
            == StorageError(.rename, "\(folder)/\(source)", to: "\(folder)/\(target)", errno))
      }
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func removes(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [1, 2])
      let file = try fileSystem.open("\(folder)/a", .readWrite)
      try fileSystem.remove("\(folder)/a")
      try file.write([9], at: 0)
      try file.synchronize()
      let kept = try file.bytes(count: 2, at: 0)
      #expect(kept == [9, 2], "an open file outlives its name")
      try file.close()
      #expect(fileSystem.openingFailure("\(folder)/a", .readOnly)?.isNotFound == true)
      try fileSystem.make("\(folder)/a", [3])
      #expect(try fileSystem.read("\(folder)/a") == [3])

      try fileSystem.makeDirectory("\(folder)/d", permissions: .directory)
      try fileSystem.make("\(folder)/d/x", [])
      #expect(removal(fileSystem, "\(folder)/d")?.errno == .directoryNotEmpty)
      try fileSystem.remove("\(folder)/d/x")
      try fileSystem.remove("\(folder)/d")
      #expect(
        removal(fileSystem, "\(folder)/d") == StorageError(.remove, "\(folder)/d", .notFound))
      #expect(removal(fileSystem, "\(folder)/a/x")?.errno == .notDirectory)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func removesALinkAndNotItsTarget(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [1])
      try kind.makeSymbolicLink(fileSystem, "\(folder)/link", to: "\(folder)/a")
      try fileSystem.remove("\(folder)/link")
      #expect(try fileSystem.list(folder) == [DirectoryEntry(name: "a", kind: .file)])
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func listsInOrderOfTheBytes(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      #expect(try fileSystem.list(folder) == [])
      for name in ["b", "B", "a10", "a2", "é", ".hidden"] {
        try fileSystem.make("\(folder)/\(name)", [])
      }
      try fileSystem.makeDirectory("\(folder)/c", permissions: .directory)
      try kind.makeSymbolicLink(fileSystem, "\(folder)/d", to: "\(folder)/b")
      let entries = try fileSystem.list(folder)
      #expect(entries.map(\.name) == [".hidden", "B", "a10", "a2", "b", "c", "d", "é"])
      #expect(
        entries.map(\.kind)
          == [.file, .file, .file, .file, .file, .directory, .symbolicLink, .file])
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesToListOrSynchronizeWhatIsNoDirectory(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [])
      for (name, errno) in [("a", Errno.notDirectory), ("none", .notFound)] {
        let path = "\(folder)/\(name)"
        #expect(
          failure { () throws(StorageError) in _ = try fileSystem.list(path) }
            == StorageError(.list, path, errno))
        #expect(
          failure { () throws(StorageError) in try fileSystem.synchronizeDirectory(path) }
            == StorageError(.synchronizeDirectory, path, errno))
      }
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func makesDirectories(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.makeDirectory("\(folder)/d", permissions: .secretDirectory)
      try fileSystem.make("\(folder)/a", [])
      let cases: [(String, Errno)] = [
        ("d", .alreadyExists), ("a", .alreadyExists), ("none/d", .notFound), ("a/d", .notDirectory),
      ]
      for (name, errno) in cases {
        let error = failure { () throws(StorageError) in
          try fileSystem.makeDirectory("\(folder)/\(name)", permissions: .directory)
        }
        #expect(error == StorageError(.makeDirectory, "\(folder)/\(name)", errno))
      }
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func describesWhatIsThere(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [1, 2, 3], permissions: .secretFile)
      try fileSystem.makeDirectory("\(folder)/d", permissions: .secretDirectory)
      try kind.makeSymbolicLink(fileSystem, "\(folder)/link", to: "\(folder)/a")
      #expect(
        try fileSystem.information("\(folder)/a")
          == FileInformation(
            kind: .file, sizeBytes: 3, permissions: .secretFile, isOwnedByThisUser: true))
      let directory = try #require(try fileSystem.information("\(folder)/d"))
      #expect(directory.kind == .directory)
      #expect(directory.permissions == .secretDirectory)
      #expect(!directory.permissions.areOpenToOthers)
      #expect(try fileSystem.information("\(folder)/link")?.kind == .symbolicLink)
      #expect(try fileSystem.information("\(folder)/none") == nil)
      #expect(try fileSystem.information("\(folder)/none/a") == nil)
      #expect(
        failure { () throws(StorageError) in
          _ = try fileSystem.information("\(folder)/a/x")
        } == StorageError(.inspect, "\(folder)/a/x", .notDirectory))
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesANameThatIsTooLong(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let longest = String(repeating: "n", count: 255)
      try fileSystem.make("\(folder)/\(longest)", [1])
      let error = fileSystem.openingFailure(
        "\(folder)/\(longest)n", .createNew(permissions: .file))
      #expect(error != nil && error?.isNotFound == false && error?.isAlreadyExisting == false)
    }
  }

  private func removal(_ fileSystem: any FileSystem, _ path: String) -> StorageError? {
    failure { () throws(StorageError) in try fileSystem.remove(path) }
  }
}
