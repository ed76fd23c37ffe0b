public import LedgerFormat

/// Why a native record is refused, and which field it is: `entities[2].role`.
public struct NativeRecordError: Error, Hashable, Sendable {
  /// Empty for the record as a whole.
  public var path: String
  public var reason: Reason

  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// One case per check.
  public enum Reason: Hashable, Sendable {
    case notJSON(JSONError)
    case wrongType(expected: String, found: String)
    /// A string holds half of a surrogate pair, so that it is no text.
    case loneSurrogate
    case unknownField
    /// A name appears twice in one object.
    case repeatedField
    case missingField
    case unknownValue(found: String, allowed: String)
    /// The kind is not in the vocabulary.
    case unknownKind(String)
    /// Only the ledger itself writes this kind.
    case ledgerKind(String)
    /// An integer is spelled with a fraction or exponent, or does not fit.
    case notAnInteger(found: String, range: String)
    case unreadableTime(String)
    case empty
    case overLimit(byteCount: Int, limit: Int)
    case tooMany(count: Int, limit: Int)
    case badToken(String)
    case badEncoding(String)
    /// A position names no entity of this record.
    case noSuchEntity(position: UInt32, count: Int)
    /// Fields that exclude or need one another.
    case conflict(String)
    /// What the kind cannot do without.
    case incompleteKind(kind: String, needs: String)
    /// The header is not one the format can hold.
    case format(FormatError)
  }
}

extension NativeRecordError: CustomStringConvertible {
  public var description: String { path.isEmpty ? "\(reason)" : "\(path): \(reason)" }
}

extension NativeRecordError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON(let error): "\(error.reason.introduction)\(error)"
    case .wrongType(let expected, let found): "must be \(expected), is \(found)"
    case .loneSurrogate: "holds \(JSONError.Reason.loneSurrogate)"
    case .unknownField: "is no field of a native record"
    case .repeatedField: "appears twice"
    case .missingField: "is missing"
    case .unknownValue(let found, let allowed): "'\(found)' is none of \(allowed)"
    case .unknownKind(let kind): "'\(kind)' is no kind of record"
    case .ledgerKind(let kind): "only the ledger itself writes '\(kind)' records"
    case .notAnInteger(let found, let range): "\(found) is no integer \(range)"
    case .unreadableTime(let text): "'\(text)' is no RFC 3339 date and time"
    case .empty: "is empty"
    case .overLimit(let byteCount, let limit): "has \(byteCount) bytes; the limit is \(limit)"
    case .tooMany(let count, let limit): "has \(count) entries; the limit is \(limit)"
    case .badToken(let rule): "must be \(rule)"
    case .badEncoding(let encoding): "is not \(encoding)"
    case .noSuchEntity(let position, let count):
      "there is no entity at position \(position) of \(count)"
    case .conflict(let rule): rule
    case .incompleteKind(let kind, let needs): "a record of kind '\(kind)' needs \(needs)"
    case .format(let error): "\(error)"
    }
  }
}
