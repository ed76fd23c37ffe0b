import Foundation

/// One row of the report. Ratios are ours over theirs: for a rate more is better, for everything
/// else less.
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

  /// The peer is better.
  var isLost: Bool {
    guard let ratioToPeer else { return false }
    return unit.hasSuffix("/s") ? ratioToPeer < 1 : ratioToPeer > 1
  }

  private enum CodingKeys: String, CodingKey {
    case name, value, unit, bound, ratioToBound, peer, ratioToPeer
  }

  /// Every key is there; what was not measured is null.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(value, forKey: .value)
    try container.encode(unit, forKey: .unit)
    try container.encode(bound, forKey: .bound)
    try container.encode(ratioToBound, forKey: .ratioToBound)
    try container.encode(peer, forKey: .peer)
    try container.encode(ratioToPeer, forKey: .ratioToPeer)
  }
}

/// Prints rows as they are measured, so that a run that is cut short has said what it found.
struct Report {
  let asJSON: Bool
  private(set) var rows: [Row] = []

  init(asJSON: Bool) {
    self.asJSON = asJSON
    if !asJSON { show(Self.heading) }
  }

  mutating func add(_ row: Row) throws {
    rows.append(row)
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.withoutEscapingSlashes]
      show(String(decoding: try encoder.encode(row), as: UTF8.self))
    } else {
      show(Self.line(row))
    }
  }

  private func show(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private static let nameWidth = 46

  private static let heading =
    "row".padding(toLength: nameWidth, withPad: " ", startingAt: 0)
    + "       value unit             bound   ratio        peer   ratio"

  private static func line(_ row: Row) -> String {
    row.name.padding(toLength: nameWidth, withPad: " ", startingAt: 0)
      + field(row.value, 12) + " " + row.unit.padding(toLength: 10, withPad: " ", startingAt: 0)
      + field(row.bound, 12) + field(row.ratioToBound, 8) + field(row.peer, 12)
      + field(row.ratioToPeer, 8) + (row.isLost ? "  lost" : "")
  }

  private static func field(_ number: Double?, _ width: Int) -> String {
    let text = number.map { String(format: $0 < 100 ? "%.2f" : "%.0f", $0) } ?? "–"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
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
