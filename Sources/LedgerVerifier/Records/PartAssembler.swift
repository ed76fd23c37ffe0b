internal import LedgerFormat

/// Checks that the parts of a continued record are complete, adjacent and of one record.
struct PartAssembler {
  private var pending: [NotableRecord] = []

  /// Takes the parts among `notable`, which are of the records up to `lastRecord`.
  mutating func accept(_ notable: [NotableRecord], upTo lastRecord: UInt64) -> [Finding] {
    var findings: [Finding] = []
    for record in notable {
      guard let part = record.content.part else { continue }
      if let last = pending.last, record.index != last.index + 1 || part.number == 0 {
        findings += finish()
      }
      guard !pending.isEmpty || part.number == 0 else {
        findings.append(
          Self.broken(record.index, "is part \(part.number) of \(part.count) without part 0"))
        continue
      }
      pending.append(record)
      if pending.count == Int(part.count) { findings += join() }
    }
    if let last = pending.last, last.index < lastRecord { findings += finish() }
    return findings
  }

  /// The log ends here, or goes on with another record.
  mutating func finish() -> [Finding] {
    guard let first = pending.first, let count = first.content.part?.count else { return [] }
    defer { pending.removeAll() }
    return [Self.broken(first.index, "has \(pending.count) of its \(count) parts")]
  }

  private mutating func join() -> [Finding] {
    defer { pending.removeAll() }
    guard let first = pending.first else { return [] }
    if let other = pending.first(where: { $0.recordedTime != first.recordedTime }) {
      return [Self.broken(other.index, "is a part recorded at another time than part 0")]
    }
    do throws(FormatError) {
      _ = try RecordContent.joined(pending.map(\.content))
      return []
    } catch {
      return [Self.broken(first.index, "its parts do not make up one record: \(error)")]
    }
  }

  private static func broken(_ record: UInt64, _ what: String) -> Finding {
    Finding(.partsBroken, what, records: record...record)
  }
}
