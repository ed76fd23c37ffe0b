internal import LedgerFormat
public import Provenance

extension LedgerReader {
  /// Gives the records of one entity, oldest first, all parts of a continued record together.
  ///
  /// - Parameters:
  ///   - kind: only records of this kind, or of the kinds below it; nil for all.
  ///   - limit: the most records to give, parts not counted.
  /// - Returns: the last record given, if more follow it.
  /// - Throws: `invalid` if there is no such kind, as `record(at:)`, or what `body` throws.
  public func forEachRecord(
    of entity: CommandLineEntity, in range: Range<UInt64>, kind: String? = nil, limit: Int = .max,
    _ body: ([StoredRecord]) throws -> Void
  ) throws -> UInt64? {
    if let kind, !RecordKind.isKindOrGroup(kind) {
      throw LedgerError(
        .invalid,
        "kind '\(kind)': there is none such; these are: "
          + "\(RecordKind.groups.joined(separator: ", ")), and those below them, such as "
          + RecordKind.erasureRequest.rawValue)
    }
    var lastPart: UInt64?
    var last: UInt64 = 0
    var count = 0
    for index in try records(of: entity, in: range) {
      if let lastPart, index <= lastPart { continue }
      let found = try record(at: index).header.content.kind
      guard kind.map({ found == $0 || found.hasPrefix($0 + "/") }) ?? true else { continue }
      if count == limit { return last }
      let parts = try parts(at: index)
      lastPart = parts.last?.header.index
      last = lastPart ?? index
      count += 1
      try body(parts)
    }
    return nil
  }
}
