public import LedgerFormat

/// A record as a producer hands it in: a header without what the writer fills in, and bodies.
public struct RecordDraft: Hashable, Sendable {
  /// `bodies` is empty here: the writer describes them when it has drawn their salts.
  public var content: RecordContent
  public var bodies: [BodyDraft]
  /// What marks a second delivery of the same record.
  public var duplicateIdentity: DuplicateIdentity

  public init(
    content: RecordContent, bodies: [BodyDraft],
    duplicateIdentity: DuplicateIdentity = .none
  ) {
    self.content = content
    self.bodies = bodies
    self.duplicateIdentity = duplicateIdentity
  }
}

/// The exact bytes of one body and their media type.
public struct BodyDraft: Hashable, Sendable {
  public var contentType: String
  /// At most `FormatLimits.bodyByteCountMax`.
  public var bytes: [UInt8]
  /// To whom the body belongs; such a body is stored encrypted.
  public var subject: String?

  public init(contentType: String, bytes: [UInt8], subject: String? = nil) {
    self.contentType = contentType
    self.bytes = bytes
    self.subject = subject
  }

  /// The media type of a JSON value.
  public static let jsonContentType = "application/json"
}

/// How a second delivery of a record is known.
public enum DuplicateIdentity: Hashable, Sendable {
  /// Not at all: two identical records are two records.
  case none
  /// By the bytes of an OpenLineage event.
  case event([UInt8])
  /// By the id that a native client gave; the same id with other bytes is a conflict.
  case identifier(String, record: [UInt8])
}
