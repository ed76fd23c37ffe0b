import Foundation
import LedgerTestSupport
import SegmentStorage
import Testing

/// The implementations that must behave alike.
enum FileSystemUnderTest: CaseIterable, Sendable {
  case posix
  case simulated

  /// Lends `body` a file system and the path of an empty folder on it, removed afterwards.
  func use(_ body: (any FileSystem, String) throws -> Void) throws {
    switch self {
    case .posix:
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("file-system-tests-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try body(POSIXFileSystem(), folder)
    case .simulated:
      let disk = SimulatedFileSystem(seed: 1)
      disk.addEntry("/folder", .directory)
      try body(disk, "/folder")
      #expect(disk.openFileCount == 0, "files were left open")
    }
  }

  /// Puts a symbolic link there that leads to `target`; the simulated one leads nowhere.
  func makeSymbolicLink(_ fileSystem: any FileSystem, _ path: String, to target: String) throws {
    switch self {
    case .posix:
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    case .simulated:
      let disk = try #require(fileSystem as? SimulatedFileSystem)
      disk.addEntry(path, .symbolicLink)
    }
  }
}

extension FileSystem {
  /// Makes a file of these bytes, synchronised itself but not in its folder.
  func make(_ path: String, _ bytes: [UInt8], permissions: FilePermissions = .file)
    throws(StorageError)
  {
    try withFile(path, .createNew(permissions: permissions)) { file throws(StorageError) in
      try file.write(bytes, at: 0)
      try file.synchronize()
    }
  }

  /// The bytes of a file.
  func read(_ path: String) throws(StorageError) -> [UInt8] {
    try withFile(path, .readOnly) { file throws(StorageError) in
      try file.allBytes(limitBytes: 1 << 26)
    }
  }

  /// The error of an opening; nil, and a closed file, if it succeeds.
  func openingFailure(_ path: String, _ mode: OpenMode) -> StorageError? {
    failure { () throws(StorageError) in try open(path, mode).close() }
  }

  /// The error of asking for the lock; nil, and no lock, if there is an outcome.
  func lockFailure(_ path: String) -> StorageError? {
    do throws(StorageError) {
      switch try lockExclusively(path) {
      case .acquired(let lock): lock.abandon()
      case .heldByAnother: break
      }
      return nil
    } catch {
      return error
    }
  }
}

extension StorageFile {
  // Plain functions, because the compiler does not bear closures over a borrowed file everywhere.

  /// The error of reading exactly `count` bytes, nil if it succeeds.
  func readingFailure(count: Int, at offset: Int) -> StorageError? {
    do throws(StorageError) {
      _ = try bytes(count: count, at: offset)
      return nil
    } catch {
      return error
    }
  }

  /// The error of a write, nil if it succeeds.
  func writingFailure(_ bytes: [UInt8], at offset: Int) -> StorageError? {
    do throws(StorageError) {
      try write(bytes, at: offset)
      return nil
    } catch {
      return error
    }
  }

  /// The error of a truncation, nil if it succeeds.
  func truncationFailure(to sizeBytes: Int) -> StorageError? {
    do throws(StorageError) {
      try truncate(to: sizeBytes)
      return nil
    } catch {
      return error
    }
  }

  /// The error of a synchronisation, nil if it succeeds.
  func synchronizationFailure() -> StorageError? {
    do throws(StorageError) {
      try synchronize()
      return nil
    } catch {
      return error
    }
  }

  /// What one read into a buffer of `capacity` bytes appends.
  func readOnce(capacity: Int, at offset: Int) throws(StorageError) -> [UInt8] {
    try [UInt8](capacity: capacity) { buffer throws(StorageError) in
      let before = buffer.count
      let count = try read(into: &buffer, at: offset)
      precondition(buffer.count - before == count)
    }
  }
}

/// The error that `body` throws, nil if it throws none.
func failure(_ body: () throws(StorageError) -> Void) -> StorageError? {
  do throws(StorageError) {
    try body()
    return nil
  } catch {
    return error
  }
}
