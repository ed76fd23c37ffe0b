public import LedgerFormat
public import Provenance

/// What users write for records, times and entities.
extension LedgerReader {
  /// An index or size up to `limit`, or the first record at or after a time.
  ///
  /// - Parameter option: what the text was given as; for messages.
  /// - Throws: `invalid` if it is neither, or beyond `limit`.
  public func place(
    _ text: String, option: String, limit: UInt64
  ) throws(LedgerError) -> UInt64 {
    if let number = UInt64(text) {
      guard number <= limit else {
        throw LedgerError(.invalid, "\(option): \(number) is beyond \(limit)")
      }
      return number
    }
    let time = try Self.time(text, option, "is neither a number nor an RFC 3339 time")
    return min(limit, try firstRecord(atOrAfter: time))
  }

  /// A time as RFC 3339 writes it.
  ///
  /// - Throws: `invalid`.
  public static func time(_ text: String, option: String) throws(LedgerError) -> Timestamp {
    try time(text, option, "is no RFC 3339 time")
  }

  private static func time(
    _ text: String, _ option: String, _ objection: String
  ) throws(LedgerError) -> Timestamp {
    guard let parsed = Timestamp.parse(text) else {
      throw LedgerError(
        .invalid, "\(option): '\(text)' \(objection), such as 2026-01-31T00:00:00Z")
    }
    return parsed.timestamp
  }

  /// Reads `TYPE:NAMESPACE:NAME[@VERSION]`, and also takes the form without percent-encoding where
  /// it means exactly one entity of the ledger.
  ///
  /// - Throws: `invalid` if it means none or several, which are then named.
  public func entity(named text: String) throws(LedgerError) -> CommandLineEntity {
    let failure: CommandLineEntityError
    do throws(CommandLineEntityError) {
      return try CommandLineEntity(parsing: text)
    } catch {
      failure = error
    }
    var present: [CommandLineEntity] = []
    for candidate in CommandLineEntity.unencodedCandidates(text)
    where try !records(of: candidate, limit: 1).isEmpty {
      present.append(candidate)
    }
    switch present.count {
    case 0: throw LedgerError(.invalid, "\(text): \(failure)")
    case 1: return present[0]
    default:
      let list = present.map { "\n  \($0.text)" }.joined()
      throw LedgerError(
        .invalid, "\(text) may mean \(present.count) entities; name one of them:\(list)")
    }
  }

  /// The same for what has lineage and a closure.
  ///
  /// - Throws: `invalid` also if the entity holds no data, such as a job.
  public func data(named text: String) throws(LedgerError) -> CommandLineEntity {
    let entity = try entity(named: text)
    guard entity.type.holdsData else {
      throw LedgerError(
        .invalid,
        "\(text): lineage and closures are of a dataset or a model, not of a "
          + entity.type.codeName)
    }
    return entity
  }

  /// The records that name the entity; of one with a version, those that name that version.
  public func records(
    of entity: CommandLineEntity, in range: Range<UInt64>? = nil, limit: Int = .max
  ) throws(LedgerError) -> [UInt64] {
    let all = try records(
      naming: entity.key, in: range, limit: entity.version == nil ? limit : .max)
    guard let version = entity.version else { return all }
    var matching: [UInt64] = []
    for record in all where matching.count < limit {
      let entities = try self.record(at: record).header.content.entities
      let isNamed = entities.contains {
        EntityKey($0) == entity.key
          && $0.version.map { $0.utf8.elementsEqual(version.utf8) } ?? false
      }
      if isNamed { matching.append(record) }
    }
    return matching
  }
}
