public import SegmentStorage

/// Why the vault cannot be used.
public struct VaultError: Error, Sendable {
  public enum Code: Hashable, Sendable {
    /// There is no vault at the path.
    case missing
    /// Part of a vault is there, part is not.
    case incomplete
    /// The vault's own description cannot be read.
    case malformed
    /// The vault was made for another ledger.
    case foreignLedger
    /// A secret can be read by other users.
    case exposed
    /// The system refused an operation; `cause` says which.
    case storage
    /// The random source failed.
    case randomness
    /// Subject keys are there but cannot be used: their key-encryption key is missing or another.
    case locked
    /// The subject is being erased, or was since.
    case erasing
    /// The database of subjects refused an operation.
    case database
  }

  public let code: Code
  public let path: String
  public let message: String
  public let cause: StorageError?

  init(_ code: Code, _ path: String, _ message: String, cause: StorageError? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  /// The caller could not make a signing key.
  public init(keyFailure message: String, path: String) {
    self.init(.randomness, path, "no signing key could be made: \(message)")
  }

  /// The system refused an operation; also for stores made elsewhere.
  public init(storage cause: StorageError) {
    self.init(.storage, cause.path, cause.description, cause: cause)
  }

  init(_ cause: StorageError) { self.init(storage: cause) }
}

extension VaultError: Equatable {
  /// By code only, so that tests and callers need not repeat messages.
  public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension VaultError: CustomStringConvertible {
  public var description: String { "vault \(path): \(message)" }
}
