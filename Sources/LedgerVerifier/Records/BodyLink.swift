internal import LedgerFormat

/// Checks that the bodies of consecutive blocks are exactly those that the headers name.
struct BodyLink {
  /// Bodies named and not met yet, from `cursor` on.
  private(set) var expected: [ExpectedBody] = []
  private var cursor = 0
  /// After a block that could not be read nothing is known of where the next one begins.
  private var isLost = false
  /// Records with bodies that were named and not met, since it was last asked.
  private(set) var unread: [ClosedRange<UInt64>] = []

  var isEmpty: Bool { cursor == expected.count }

  /// Drops what was met, so that memory stays bounded, and adds what the next headers name.
  mutating func expect(_ bodies: [ExpectedBody]) {
    if cursor > 0 {
      expected.removeFirst(cursor)
      cursor = 0
    }
    expected.append(contentsOf: bodies)
  }

  /// Takes note of the next block, which was checked against the current `expected`.
  mutating func accept(_ result: BodyBlockResult, at place: Place) -> [Finding] {
    guard let range = result.expected else {
      isLost = true
      return result.problems
    }
    var findings: [Finding] = []
    if range.lowerBound > cursor { noteUnread(cursor..<range.lowerBound) }
    if range.lowerBound < cursor {
      let slot = expected[range.lowerBound].slot
      findings.append(
        Finding(
          .bodyUnexpected, "body \(slot.body) of record \(slot.record) is there twice", at: place,
          records: slot.record...slot.record))
    } else if range.lowerBound > cursor, !isLost {
      findings.append(BodyBlockCheck.missing(expected[cursor].slot, at: place))
    }
    cursor = max(cursor, range.upperBound)
    isLost = false
    return findings + result.problems
  }

  private mutating func noteUnread(_ positions: Range<Int>) {
    unread.append(
      expected[positions.lowerBound].slot.record...expected[positions.upperBound - 1].slot.record)
  }

  /// Gives `unread` away.
  mutating func takeUnread() -> [ClosedRange<UInt64>] {
    defer { unread.removeAll() }
    return unread
  }

  /// Says which body is missing at the end.
  mutating func finish(at place: Place) -> [Finding] {
    defer {
      expected.removeAll(keepingCapacity: true)
      cursor = 0
      isLost = false
    }
    if cursor < expected.count { noteUnread(cursor..<expected.count) }
    guard cursor < expected.count, !isLost else { return [] }
    return [BodyBlockCheck.missing(expected[cursor].slot, at: place)]
  }
}
