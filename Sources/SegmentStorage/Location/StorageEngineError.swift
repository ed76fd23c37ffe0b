internal import LedgerFormat

/// A failure of the storage engine: what kind, where, and what lies behind it.
///
/// Two errors are equal when their codes are. `fileSystem` and `poisoned` speak of the world,
/// `damaged` of bytes that are not what was written.
public struct StorageEngineError: Error, Sendable {
  /// What kind of failure; the set is closed.
  public enum Code: String, Hashable, Sendable {
    /// A file operation failed; `fileError` says which.
    case fileSystem
    /// An earlier write or synchronisation failed: nothing is written any more until the ledger
    /// has been opened anew. `cause` is the first failure.
    case poisoned
    /// Stored bytes are not what was written; `offset` and `records` say where.
    case damaged
    /// A file belongs to another ledger.
    case foreignLedger
    /// A file is from a newer version of this program.
    case newerFormat
    /// The record is not in this snapshot.
    case noSuchRecord
    /// There is no log in the folder.
    case absent
  }

  public let code: Code
  /// The file concerned, or the folder where it is no single file.
  public let path: String
  /// Where in the file the trouble begins.
  public let offset: UInt64?
  /// The records that are concerned, as far as that can be told.
  public let records: Range<UInt64>?
  /// What was found, for people.
  public let detail: String
  /// What lies behind it: a `StorageError`, a `FormatError`, or what poisoned the log.
  public let cause: (any Error)?

  public init(
    _ code: Code, path: String, offset: UInt64? = nil, records: Range<UInt64>? = nil,
    detail: String, cause: (any Error)? = nil
  ) {
    self.code = code
    self.path = path
    self.offset = offset
    self.records = records
    self.detail = detail
    self.cause = cause
  }

  /// The bytes on the medium are damaged or were tampered with.
  public var isCorruption: Bool { code == .damaged }

  /// The failed file operation, if that is what happened, also behind a poisoned log.
  public var fileError: StorageError? {
    (cause as? StorageError) ?? (cause as? StorageEngineError)?.fileError
  }

  /// A file operation failed.
  init(_ error: StorageError) {
    self.init(.fileSystem, path: error.path, detail: error.description, cause: error)
  }

  /// The bytes at `offset` of the file are not what the format says.
  init(
    _ error: FormatError, path: String, offset: UInt64? = nil, records: Range<UInt64>? = nil
  ) {
    let code: Code =
      switch error {
      case .foreignLedger: .foreignLedger
      case .unsupportedVersion(let found) where found > FormatLimits.formatVersion: .newerFormat
      default: .damaged
      }
    self.init(
      code, path: path, offset: offset, records: records, detail: error.description, cause: error)
  }

  /// Damage that is no single structure's.
  static func damaged(
    _ path: String, offset: UInt64? = nil, records: Range<UInt64>? = nil, _ detail: String
  ) -> StorageEngineError {
    StorageEngineError(.damaged, path: path, offset: offset, records: records, detail: detail)
  }
}

extension StorageEngineError: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension StorageEngineError: CustomStringConvertible {
  /// One line, such as "/data/active, offset 4096, records 17...20: damaged: …".
  public var description: String {
    if code == .fileSystem { return detail }
    var place = path
    if let offset { place += ", offset \(offset)" }
    if let records, let last = records.last {
      place +=
        records.count == 1 ? ", record \(last)" : ", records \(records.lowerBound) to \(last)"
    }
    let remedy =
      switch code {
      case .poisoned: "no more is written until the ledger is opened anew: "
      case .newerFormat: "a newer version of this program is needed: "
      case .damaged: "damaged: "
      case .foreignLedger, .noSuchRecord, .absent, .fileSystem: ""
      }
    return "\(place): \(remedy)\(detail)"
  }
}

/// Runs file operations and gives their failure as the engine's error.
func onDisk<Value: ~Copyable>(_ body: () throws(StorageError) -> Value)
  throws(StorageEngineError) -> Value
{
  do throws(StorageError) {
    return try body()
  } catch {
    throw StorageEngineError(error)
  }
}

/// Runs a decoder over bytes of `path` and gives its refusal as the engine's error.
func inFile<Value: ~Copyable>(
  _ path: String, offset: UInt64? = nil, records: Range<UInt64>? = nil,
  _ body: () throws(FormatError) -> Value
) throws(StorageEngineError) -> Value {
  do throws(FormatError) {
    return try body()
  } catch {
    throw StorageEngineError(error, path: path, offset: offset, records: records)
  }
}
