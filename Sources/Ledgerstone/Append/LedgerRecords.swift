internal import LedgerFormat

/// The records that the ledger writes about itself.
enum LedgerRecords {
  static let createdKind = "ledger/created"
  static let recoveredKind = "ledger/recovered"
  static let clockKind = "ledger/clock"
  /// The source of records that no producer sent.
  static let source = "ledgerstone"

  /// Record 0.
  static func created(_ identity: LedgerIdentity, continuing old: TreeHead?) -> RecordContent {
    var content = RecordContent(kind: createdKind, source: source)
    content.identity = identity
    content.head = old
    return content
  }

  /// A tail that was never acknowledged was cut off and set aside.
  static func recovered(tornByteCount: Int, offset: UInt64) -> RecordContent {
    var content = RecordContent(kind: recoveredKind, source: source)
    content.attributes["bytes"] = .integer(Int64(tornByteCount))
    content.attributes["offset"] = .integer(Int64(clamping: offset))
    return content
  }

  static let indexKind = "index"

  /// What the index is of all records before this one.
  static func index(_ runs: [IndexRunCommitment]) -> RecordContent {
    var content = RecordContent(kind: indexKind, source: source)
    content.runs = runs
    return content
  }

  /// Another key signs from the next checkpoint on.
  static func keyRotated(_ rotation: KeyRotation) -> RecordContent {
    rotation.content(source: source)
  }

  /// The clock stepped to `clock` and the operator accepted it.
  static func clockStepped(byMicroseconds step: Int64, to clock: Timestamp) -> RecordContent {
    var content = RecordContent(kind: clockKind, source: source)
    content.attributes["stepMicroseconds"] = .integer(step)
    content.attributes[clockName] = .integer(clock.microseconds)
    return content
  }

  /// What the clock showed when the operator accepted its step; nil for any other record.
  static func acceptedClock(_ content: RecordContent) -> Timestamp? {
    guard content.kind == clockKind, content.source == source,
      case .integer(let clock) = content.attributes[clockName]
    else { return nil }
    let time = Timestamp(microseconds: clock)
    return (Timestamp.earliest...Timestamp.latest).contains(time) ? time : nil
  }

  private static let clockName = "clockMicroseconds"
}
