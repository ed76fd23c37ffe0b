internal import LedgerFormat

/// One OpenLineage event: checked JSON of one of the three shapes, with its identity.
///
/// The shape tells the kind of event, never `schemaURL`, because clients leave that out or name
/// versions that never existed.
public struct OpenLineageEvent: Sendable {
  /// What the event is about.
  public enum Shape: Hashable, Sendable {
    /// `run` is there: a run of a job.
    case run
    /// Else `dataset`: a dataset without a run.
    case dataset
    /// Else `job`: the declaration of a job.
    case job
  }

  public let shape: Shape
  /// The event exactly as received, without white space around it.
  public let bytes: [UInt8]
  let root: JSONValue

  /// Reads an event.
  ///
  /// - Parameter bytes: one JSON value; white space around it is left out of `self.bytes`.
  /// - Throws: what makes the event impossible to record.
  public init(parsing bytes: [UInt8]) throws(OpenLineageRejection) {
    guard bytes.count <= FormatLimits.bodyByteCountMax else {
      throw .bodyOverLimit(byteCount: bytes.count, limit: FormatLimits.bodyByteCountMax)
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes)
      try document.refuseRepeatedMembers()
    } catch {
      throw .notJSON(error)
    }
    root = document.root
    guard root.isObject else { throw .notAnObject(found: root.kindName) }
    self.bytes = document.rootBytes
    if Self.isPresent(root["run"]) {
      shape = .run
    } else if Self.isPresent(root["dataset"]) {
      shape = .dataset
    } else if Self.isPresent(root["job"]) {
      shape = .job
    } else {
      throw .noSubject
    }
  }

  /// The record of this event from the authenticated producer `source`, its bytes as the one body.
  ///
  /// The same bytes give the same draft, always.
  ///
  /// - Throws: `noIdentity`, `noRunIdentifier`, `nameOverLimit`; `notJSON` for a string that would
  ///   enter the header and is no text.
  public func draft(source: String) throws(OpenLineageRejection) -> RecordDraft {
    var mapper = OpenLineageMapper(event: self, source: source)
    let content = try mapper.map()
    return RecordDraft(
      content: content,
      bodies: [BodyDraft(contentType: BodyDraft.jsonContentType, bytes: bytes)],
      duplicateIdentity: .event(bytes))
  }

  /// A member that is `null` counts as left out: some serialisers write all their fields.
  private static func isPresent(_ value: JSONValue?) -> Bool {
    value.map { !$0.isNull } ?? false
  }
}
