internal import LedgerFormat

/// A claimed time as the header has it.
enum EventTime {
  /// Reads `text` into `content`: without a zone it is UTC and flagged, unreadable it is absent
  /// and flagged, finer than a microsecond it is cut and flagged.
  static func read(_ text: String, into content: inout RecordContent) {
    guard let parsed = Timestamp.parse(text) else {
      content.flags.insert(.eventTimeUnreadable)
      return
    }
    content.eventTime = parsed.timestamp
    if !parsed.hasZone { content.flags.insert(.eventTimeWithoutZone) }
    if parsed.isTruncated { content.flags.insert(.eventTimeTruncated) }
  }
}
