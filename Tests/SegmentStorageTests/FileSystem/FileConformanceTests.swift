import SegmentStorage
import Testing

@Suite("files, on the system's disk and on the simulated one")
struct FileConformanceTests {
  @Test(arguments: FileSystemUnderTest.allCases)
  func createsExclusively(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1, 2, 3])
      let error = try #require(
        fileSystem.openingFailure(path, .createNew(permissions: .file)))
      #expect(error == StorageError(.create, path, .alreadyExists))
      #expect(error.isAlreadyExisting && !error.isNotFound)
      #expect(try fileSystem.read(path) == [1, 2, 3])
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func opensOnlyWhatExists(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      for mode in [OpenMode.readOnly, .readWrite] {
        #expect(
          fileSystem.openingFailure("\(folder)/none", mode)
            == StorageError(.open, "\(folder)/none", .notFound))
        #expect(fileSystem.openingFailure("\(folder)/none/a", mode)?.isNotFound == true)
        #expect(fileSystem.openingFailure(folder, mode)?.errno == .isDirectory)
      }
      let missingFolder = fileSystem.openingFailure(
        "\(folder)/none/a", .createNew(permissions: .file))
      #expect(missingFolder?.isNotFound == true)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesAFileAsFolder(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [])
      #expect(fileSystem.openingFailure("\(folder)/a/b", .readOnly)?.errno == .notDirectory)
      let creating = fileSystem.openingFailure("\(folder)/a/b", .createNew(permissions: .file))
      #expect(creating?.errno == .notDirectory)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func refusesSymbolicLinks(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [1])
      try kind.makeSymbolicLink(fileSystem, "\(folder)/link", to: "\(folder)/a")
      for mode in [OpenMode.readOnly, .readWrite] {
        #expect(fileSystem.openingFailure("\(folder)/link", mode)?.isSymbolicLink == true)
      }
      let creating = fileSystem.openingFailure("\(folder)/link", .createNew(permissions: .file))
      #expect(creating?.isAlreadyExisting == true)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func doesNotWriteThroughAReadOnlyOpening(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1, 2])
      let file = try fileSystem.open(path, .readOnly)
      let writing = file.writingFailure([9], at: 0)
      #expect(writing == StorageError(.write, path, .badDescriptor))
      let truncating = file.truncationFailure(to: 0)
      #expect(truncating == StorageError(.truncate, path, .invalidArgument))
      try file.close()
      #expect(try fileSystem.read(path) == [1, 2])
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func readsUpToTheEnd(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1, 2, 3, 4, 5])
      let file = try fileSystem.open(path, .readOnly)
      let size = try file.size()
      #expect(size == 5)
      let middle = try file.bytes(count: 2, at: 1)
      #expect(middle == [2, 3])
      let nothing = try file.bytes(count: 0, at: 5)
      #expect(nothing == [])
      let first = try file.leadingBytes(limitBytes: 3)
      #expect(first == [1, 2, 3])
      let all = try file.leadingBytes(limitBytes: 9)
      #expect(all == [1, 2, 3, 4, 5])
      for (offset, expected) in [(0, [1, 2, 3, 4]), (3, [4, 5]), (5, []), (99, [])] {
        let read = try file.readOnce(capacity: 4, at: offset)
        #expect(read == expected.map { UInt8($0) })
      }
      try file.close()
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func saysWhereAFileEnded(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1, 2, 3])
      let file = try fileSystem.open(path, .readOnly)
      for (count, offset, found) in [(4, 0, 3), (1, 3, 0), (2, 2, 1), (1, 99, 0)] {
        let cause = StorageError.Cause.endOfFile(
          offset: offset, expectedByteCount: count, foundByteCount: found)
        let error = file.readingFailure(count: count, at: offset)
        #expect(error == StorageError(.read, path, cause))
      }
      // A damaged length must not be allocated first.
      let huge = file.readingFailure(count: Int.max / 2, at: 0)
      #expect(huge?.isEndOfFile == true)
      var kept: [UInt8] = [7]
      try file.append(2, to: &kept, at: 1)
      #expect(kept == [7, 2, 3])
      try file.close()
      let long = failure { () throws(StorageError) in
        try fileSystem.withFile(path, .readOnly) { file throws(StorageError) in
          _ = try file.allBytes(limitBytes: 2)
        }
      }
      #expect(long?.errno == .fileTooLarge)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func writesSeveralSpansAsOne(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [0, 0])
      let first = [UInt8](repeating: 1, count: 5_000)
      let none: [UInt8] = []
      let third: [UInt8] = [3]
      let fourth = [UInt8](repeating: 4, count: 9_000)
      let file = try fileSystem.open(path, .readWrite)
      try file.write(first.span, none.span, third.span, fourth.span, at: 1)
      try file.synchronizeAll()
      try file.write(none.span, at: 50_000)
      try file.close()
      #expect(try fileSystem.read(path) == [0] + first + third + fourth)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func aGapReadsAsZeros(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1])
      try fileSystem.withFile(path, .readWrite) { file throws(StorageError) in
        try file.write([2], at: 10_000)
      }
      let expected = [1] + [UInt8](repeating: 0, count: 9_999) + [2]
      #expect(try fileSystem.read(path) == expected)
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func truncatesAndLengthensByZeros(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [UInt8](repeating: 7, count: 5_000))
      try fileSystem.withFile(path, .readWrite) { file throws(StorageError) in
        try file.truncate(to: 2)
      }
      #expect(try fileSystem.read(path) == [7, 7])
      try fileSystem.withFile(path, .readWrite) { file throws(StorageError) in
        try file.truncate(to: 6_000)
      }
      #expect(try fileSystem.read(path) == [7, 7] + [UInt8](repeating: 0, count: 5_998))
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func twoOpeningsSeeOneFile(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1, 2, 3])
      let writer = try fileSystem.open(path, .readWrite)
      let reader = try fileSystem.open(path, .readOnly)
      try writer.write([9], at: 1)
      let seen = try reader.bytes(count: 3, at: 0)
      #expect(seen == [1, 9, 3])
      try writer.close()
      try reader.close()
    }
  }

  @Test(arguments: FileSystemUnderTest.allCases)
  func closesAfterAFailedBody(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      let path = "\(folder)/a"
      try fileSystem.make(path, [1])
      let error = failure { () throws(StorageError) in
        try fileSystem.withFile(path, .readWrite) { file throws(StorageError) in
          _ = try file.bytes(count: 2, at: 0)
        }
      }
      // That the file is closed is seen by `use`, and by the debug build's trap.
      #expect(error?.isEndOfFile == true)
    }
  }

  /// Random writes, truncations and reads beside a plain array of bytes.
  @Test(arguments: FileSystemUnderTest.allCases)
  func agreesWithAnArrayOfBytes(_ kind: FileSystemUnderTest) throws {
    try kind.use { fileSystem, folder in
      var random = Lehmer(seed: 20_260_101)
      try fileSystem.make("\(folder)/a", [])
      let file = try fileSystem.open("\(folder)/a", .readWrite)
      var model: [UInt8] = []
      for step in 0..<400 {
        let offset = random.next(below: 14_000)
        let count = random.next(below: 6_000)
        switch random.next(below: 4) {
        case 0, 1:
          let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ step) }
          try file.write(bytes, at: offset)
          if count > 0 {
            model += [UInt8](repeating: 0, count: max(0, offset + count - model.count))
            model.replaceSubrange(offset..<offset + count, with: bytes)
          }
        case 2:
          try file.truncate(to: offset)
          model = Array(model.prefix(offset))
          model += [UInt8](repeating: 0, count: offset - model.count)
        default:
          if random.next(below: 2) == 0 { try file.synchronize() }
        }
        let found = try file.allBytes(limitBytes: 1 << 20)
        #expect(found == model, "step \(step)")
      }
      try file.close()
    }
  }
}

/// A small source of repeatable numbers, unlike the simulated disk's own.
struct Lehmer {
  private var state: UInt64

  init(seed: UInt64) { state = seed % 2_147_483_646 + 1 }

  /// 0..<bound.
  mutating func next(below bound: Int) -> Int {
    state = state * 48_271 % 2_147_483_647
    return Int(state) % bound
  }
}
