import Foundation
import SegmentStorage
import Testing

@Suite("what only the system's disk can show")
struct POSIXFileSystemTests {
  @Test func refusesADeviceAndDoesNotWaitForAPipe() throws {
    try FileSystemUnderTest.posix.use { fileSystem, folder in
      #expect(fileSystem.openingFailure("/dev/null", .readOnly)?.errno == .invalidArgument)
      let pipe = "\(folder)/pipe"
      let command = Process()
      command.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      command.arguments = ["mkfifo", pipe]
      try command.run()
      command.waitUntilExit()
      #expect(command.terminationStatus == 0)
      #expect(fileSystem.openingFailure(pipe, .readOnly)?.errno == .invalidArgument)
      #expect(try fileSystem.list(folder) == [DirectoryEntry(name: "pipe", kind: .other)])
    }
  }

  /// Two processes that make one ledger at the same moment make the same folders.
  @Test func manyMakersOfOneFolder() async throws {
    let root = FileManager.default.temporaryDirectory.path + "/makers-\(UUID().uuidString)"
    let fileSystem = POSIXFileSystem()
    try fileSystem.makeDirectory(root, permissions: .directory)
    defer { try? FileManager.default.removeItem(atPath: root) }
    for round in 0..<200 {
      let failures = await withTaskGroup(of: (any Error)?.self) { group in
        for _ in 0..<4 {
          group.addTask {
            do {
              try fileSystem.makeDurableDirectory("\(root)/\(round)", permissions: .directory)
              return nil
            } catch { return error }
          }
        }
        return await group.reduce(into: [any Error]()) { if let error = $1 { $0.append(error) } }
      }
      #expect(failures.isEmpty, "\(failures)")
      #expect(try fileSystem.information("\(root)/\(round)")?.kind == .directory)
    }
  }

  /// What is there and is no folder stays an error.
  @Test func aFileInPlaceOfAFolderIsNotTakenForOne() throws {
    try FileSystemUnderTest.posix.use { fileSystem, folder in
      try fileSystem.make("\(folder)/a", [1])
      #expect(throws: StorageError.self) {
        try fileSystem.makeDurableDirectory("\(folder)/a/b", permissions: .directory)
      }
    }
  }

  @Test func followsALinkToAFolder() throws {
    try FileSystemUnderTest.posix.use { fileSystem, folder in
      try fileSystem.makeDirectory("\(folder)/real", permissions: .directory)
      try fileSystem.make("\(folder)/real/a", [1])
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "\(folder)/real")
      #expect(try fileSystem.read("\(folder)/link/a") == [1])
      #expect(try fileSystem.list("\(folder)/link").count == 1)
      try fileSystem.synchronizeDirectory("\(folder)/link")
    }
  }

  @Test func aMissingSystemFileSystemIsReadOnlyOrDenied() {
    // The process file system takes no new files, whoever asks.
    let error = POSIXFileSystem().openingFailure(
      "/proc/new-file", .createNew(permissions: .file))
    #expect(error != nil)
    #expect(error?.operation == .create)
  }

  #if DEBUG
    @Test func aDroppedWritableFileStopsADebugBuild() async {
      await #expect(processExitsWith: .failure) {
        let path = "/tmp/dropped-file-\(UUID().uuidString)"
        try POSIXFileSystem().make(path, [1])
        let file = try POSIXFileSystem().open(path, .readWrite)
        try POSIXFileSystem().remove(path)
        _ = consume file
        exit(EXIT_SUCCESS)
      }
      await #expect(processExitsWith: .success) {
        let path = "/tmp/dropped-file-\(UUID().uuidString)"
        try POSIXFileSystem().make(path, [1])
        let file = try POSIXFileSystem().open(path, .readOnly)
        try POSIXFileSystem().remove(path)
        _ = consume file
        exit(EXIT_SUCCESS)
      }
    }
  #endif
}
