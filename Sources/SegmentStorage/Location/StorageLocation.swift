public import LedgerFormat

/// Where the log of one ledger lies, and what its files are called.
///
/// The folder, and `log` and `bodies` in it, exist already: making them is the engine's task.
public struct StorageLocation: Sendable {
  public let fileSystem: any FileSystem
  /// The ledger's folder: absolute, without a slash at the end.
  public let directory: String
  public let ledgerID: LedgerID

  public init(fileSystem: any FileSystem, directory: String, ledgerID: LedgerID) {
    self.fileSystem = fileSystem
    self.directory = directory
    self.ledgerID = ledgerID
  }

  /// The group log being written.
  public var activePath: String { directory + "/active" }
  /// The full group log while it is sealed.
  public var sealingPath: String { directory + "/active.sealing" }
  /// A group log that is not in place yet.
  var temporaryActivePath: String { directory + "/active.tmp" }
  /// The folder of sealed headers.
  public var logFolder: String { directory + "/log" }
  /// The folder of sealed bodies.
  public var bodiesFolder: String { directory + "/bodies" }
  /// The folder of cut-off tails.
  public var tornFolder: String { directory + "/torn" }

  static let temporarySuffix = ".tmp"

  /// The sealed headers that begin with `firstRecord`.
  public func logPath(_ firstRecord: UInt64) -> String {
    logFolder + "/" + Self.fileName(firstRecord) + ".log"
  }

  /// The sealed bodies that begin with `firstRecord`.
  public func bodiesPath(_ firstRecord: UInt64) -> String {
    bodiesFolder + "/" + Self.fileName(firstRecord) + ".body"
  }

  func segmentPath(_ kind: BlockKind, _ firstRecord: UInt64) -> String {
    kind == .headers ? logPath(firstRecord) : bodiesPath(firstRecord)
  }

  /// A record's index in 20 decimal digits, so that names sort as numbers do.
  static func fileName(_ firstRecord: UInt64) -> String {
    let digits = String(firstRecord)
    return String(repeating: "0", count: 20 - digits.utf8.count) + digits
  }

  /// The index that a file name gives; nil if it is not exactly what `fileName` and `suffix` make.
  static func firstRecord(ofFileName name: String, suffix: String) -> UInt64? {
    guard name.hasSuffix(suffix), let record = UInt64(name.dropLast(suffix.count)),
      record <= FormatLimits.integerMax, fileName(record) + suffix == name
    else { return nil }
    return record
  }
}

extension StorageLocation {
  /// Opens a file, lends it to `body`, and closes it on every way out.
  func withFile<Value>(
    _ path: String, _ mode: OpenMode,
    _ body: (borrowing StorageFile) throws(StorageEngineError) -> Value
  ) throws(StorageEngineError) -> Value {
    let file = try onDisk { () throws(StorageError) in try fileSystem.open(path, mode) }
    let value: Value
    do throws(StorageEngineError) {
      value = try body(file)
    } catch {
      file.abandon()
      throw error
    }
    do throws(StorageError) {
      try file.close()
    } catch {
      throw StorageEngineError(error)
    }
    return value
  }

  func synchronizeFolder(_ path: String) throws(StorageEngineError) {
    try onDisk { () throws(StorageError) in try fileSystem.synchronizeDirectory(path) }
  }

  func rename(_ source: String, to target: String) throws(StorageEngineError) {
    try onDisk { () throws(StorageError) in try fileSystem.rename(from: source, to: target) }
  }

  /// Removes a file that may be missing.
  func removeIfPresent(_ path: String) throws(StorageEngineError) {
    do throws(StorageError) {
      try fileSystem.remove(path)
    } catch {
      if error.isNotFound { return }
      throw StorageEngineError(error)
    }
  }

  /// Removes what an interrupted creation, sealing or rewriting left behind.
  func removeTemporaryFiles() throws(StorageEngineError) {
    try removeIfPresent(temporaryActivePath)
    for folder in [logFolder, bodiesFolder, tornFolder] {
      for entry in try entries(of: folder)
      where entry.kind == .file && entry.name.hasSuffix(Self.temporarySuffix) {
        try removeIfPresent(folder + "/" + entry.name)
      }
    }
  }

  /// What is in a folder; nothing if it is missing, as `torn` mostly is.
  func entries(of folder: String) throws(StorageEngineError) -> [DirectoryEntry] {
    do throws(StorageError) {
      return try fileSystem.list(folder)
    } catch {
      if error.isNotFound { return [] }
      throw StorageEngineError(error)
    }
  }
}
