import Foundation

/// One row of the report. Ratios are ours over theirs, so that more than 1 is better where
/// `isMoreBetter`, and less than 1 where not; the table says which rows are lost.
struct Row: Encodable {
  var name: String
  var value: Double
  var unit: String
  var bound: Double?
  var ratioToBound: Double?
  var peer: Double?
  var ratioToPeer: Double?

  init(_ name: String, _ value: Double, _ unit: String, bound: Double? = nil, peer: Double? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.bound = bound
    self.peer = peer
    ratioToBound = bound.map { value / $0 }
    ratioToPeer = peer.map { value / $0 }
  }

  /// Rates are better when larger, everything else when smaller.
  private var isMoreBetter: Bool { unit.hasSuffix("/s") }

  var line: String {
    func field(_ number: Double?, _ width: Int) -> String {
      let text = number.map { String(format: $0 < 10 ? "%.3f" : "%.0f", $0) } ?? "–"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let isLost = ratioToPeer.map { isMoreBetter ? $0 < 1 : $0 > 1 } ?? false
    return name.padding(toLength: 44, withPad: " ", startingAt: 0) + field(value, 12) + " "
      + unit.padding(toLength: 10, withPad: " ", startingAt: 0) + field(bound, 11)
      + field(ratioToBound, 8) + field(peer, 11) + field(ratioToPeer, 8) + (isLost ? "  lost" : "")
  }

  static let heading =
    "row".padding(toLength: 44, withPad: " ", startingAt: 0)
    + "       value unit            bound   ratio       peer   ratio"
}

/// Seconds that `body` takes.
func seconds<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
  let start = ContinuousClock.now
  let value = try body()
  return (value, (ContinuousClock.now - start) / .seconds(1))
}

/// Ends the run with a sentence: a figure of something that went wrong is worse than none.
struct BenchFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
