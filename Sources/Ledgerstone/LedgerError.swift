public import LedgerFormat
internal import MerkleLog
public import SegmentStorage
public import SubjectVault

/// Why the ledger did not do what was asked, at the library's edge.
///
/// Two errors are equal if their codes are.
public struct LedgerError: Error, Sendable {
  public enum Code: String, Hashable, Sendable {
    /// The folder is no ledger.
    case noLedger
    /// The folder already is one.
    case alreadyExists
    /// `init` was interrupted and has to be repeated.
    case incomplete
    /// Another process writes; the message has its process id and URL.
    case locked
    /// The ledger was made by a newer program.
    case newerFormat
    /// Stored bytes are not what was written.
    case corrupt
    /// The ledger is older than what its key has signed, or disagrees with it.
    case forked
    /// The vault is missing, another ledger's, exposed or damaged.
    case vault
    /// The subject is being erased, so that nothing can be appended for it.
    case erasing
    /// The system clock stepped, against the monotonic clock or the last record.
    case clock
    /// The arguments cannot be accepted.
    case invalid
    /// A record with the same id but other bytes is there already.
    case conflict
    /// An earlier write failed; the ledger has to be opened again.
    case poisoned
    /// The ledger was closed.
    case closed
    /// The record or body does not exist, or the checkpoint does not cover it.
    case notFound
    /// The body was erased.
    case erased
    /// There is no checkpoint to prove against.
    case noCheckpoint
    /// There is no signed index record to prove with.
    case noIndexRecord
    /// The system refused an operation.
    case storage
  }

  public let code: Code
  public let message: String
  public let underlying: (any Error)?

  public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  /// Whether stored bytes are damaged, as opposed to a refused operation.
  public var isCorruption: Bool { code == .corrupt }
}

extension LedgerError: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension LedgerError: CustomStringConvertible {
  public var description: String { message }
}

extension LedgerError {
  static func noSuchBody(in record: UInt64, count: Int) -> LedgerError {
    LedgerError(
      .notFound,
      count == 0
        ? "record \(record) has no body"
        : "record \(record) has \(counted(count, "body")), counted from 0")
  }

  public init(_ error: StorageError) {
    let hint =
      error.isNoSpace
      ? "; free some space and run the command again, what was acknowledged is safe"
      : error.isReadOnly ? "; the ledger is on read-only media" : ""
    self.init(.storage, error.description + hint, underlying: error)
  }

  public init(_ error: VaultError) {
    if let fileError = error.cause {
      self.init(fileError)
      return
    }
    self.init(
      error.code == .erasing ? .erasing : .vault, error.description, underlying: error)
  }

  public init(_ error: StorageEngineError) {
    if let fileError = error.fileError {
      self.init(fileError)
      return
    }
    let code: Code =
      switch error.code {
      case .fileSystem: .storage
      case .poisoned: .poisoned
      case .damaged, .foreignLedger: .corrupt
      case .newerFormat: .newerFormat
      case .noSuchRecord: .notFound
      case .absent: .corrupt
      }
    self.init(code, error.description, underlying: error)
  }

  public init(_ error: FormatError, in file: String) {
    switch error {
    case .unsupportedVersion(let found):
      self.init(
        .newerFormat,
        "\(file): format version \(found) is newer than this program, which reads "
          + "\(FormatLimits.formatVersion)", underlying: error)
    default: self.init(.corrupt, "\(file): \(error)", underlying: error)
    }
  }
}

extension FileSystem {
  /// The bytes of a small file of the ledger; nil if there is none.
  ///
  /// - Throws: `corrupt` for more than `limitBytes`, which no writer makes; `storage`.
  func ledgerContents(_ path: String, limitBytes: Int) throws(LedgerError) -> [UInt8]? {
    do throws(StorageError) {
      return try contentsIfPresent(path, limitBytes: limitBytes)
    } catch {
      guard error.cause == .system(.fileTooLarge) else { throw LedgerError(error) }
      throw LedgerError(.corrupt, "\(path) is longer than \(limitBytes) bytes", underlying: error)
    }
  }
}

/// Runs `body` and gives its storage and vault errors the ledger's form.
func translatingErrors<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
  do {
    return try body()
  } catch let error as LedgerError {
    throw error
  } catch let error as StorageError {
    throw LedgerError(error)
  } catch let error as VaultError {
    throw LedgerError(error)
  } catch let error as StorageEngineError {
    throw LedgerError(error)
  } catch {
    throw LedgerError(.corrupt, "\(error)", underlying: error)
  }
}
