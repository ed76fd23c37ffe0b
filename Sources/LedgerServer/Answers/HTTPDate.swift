internal import LedgerFormat
internal import Synchronization

/// The time of an answer, as RFC 9110 §5.6.7 writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
final class HTTPDate: Sendable {
  private struct Written {
    var second: Int64
    var text: String
  }

  private let last = Mutex(Written(second: .min, text: ""))

  /// Made once a second, and only then.
  func text(at time: Timestamp) -> String {
    let second = time.microseconds.floored(by: 1_000_000)
    return last.withLock { last in
      if last.second != second { last = Written(second: second, text: Self.text(second, time)) }
      return last.text
    }
  }

  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// - Parameter time: of the years 0000 to 9999, whose text is `2026-01-31T23:59:59.000000Z`.
  private static func text(_ second: Int64, _ time: Timestamp) -> String {
    let day = second.floored(by: 86_400)
    // 1970-01-01 was a Thursday.
    let name = days[Int(day - 7 * day.floored(by: 7))]
    let text = Array(time.description.utf8)
    func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
    let month = months[(Int(part(5..<7)) ?? 1) - 1]
    return "\(name), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
  }
}

extension Int64 {
  /// The quotient by a positive divisor, rounded down.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
