import LedgerFormat
import Ledgerstone

/// The bulk input of the goals: a 267-byte JSON body with random identifiers, two datasets out of
/// 1,000, and one run for every 100 records. The same number gives the same record.
struct Workload: Sendable {
  static let bodyByteCount = 267
  static let kind = "derivation"

  /// One record before anything of the ledger has touched it.
  struct Record: Sendable {
    var content: RecordContent
    var body: [UInt8]
    /// Which of the 1,000 datasets it reads.
    var dataset: Int
  }

  /// An entity that ten records name, far from each other: for the row of histories.
  static let rare = Entity(
    role: .related, type: .dataset, namespace: "warehouse", name: "table_rare")

  /// Every how many records one names `rare`.
  let rareSpacing: Int

  init(recordCount: Int) { rareSpacing = max(1, recordCount / 10) }

  private static let digits = Array("0123456789abcdef".utf8)
  private static let filler = Array("stage, host and zone as the scheduler reports them ".utf8)
  private let datasets = (0..<1_000).map { number in
    Entity(
      role: .input, type: .dataset, namespace: "warehouse", name: "table_\(1_000 + number)")
  }

  /// Record `number`; any number of threads may ask.
  func record(_ number: Int) -> Record {
    var random = SplitMix64(state: UInt64(number))
    var run = SplitMix64(state: UInt64(number / 100) | 1 << 63)
    let runName = String(decoding: Self.identifier(&run), as: UTF8.self)
    let (source, target) = (Int(random.next() % 1_000), Int(random.next() % 1_000))
    var content = RecordContent(kind: Self.kind, source: "local")
    var output = datasets[target]
    output.role = .output
    content.entities = [
      datasets[source], output, Entity(role: .run, type: .run, namespace: "", name: runName),
    ]
    if number % rareSpacing == rareSpacing / 2 { content.entities.append(Self.rare) }
    var body: [UInt8] = []
    body.reserveCapacity(Self.bodyByteCount)
    body += #"{"run":""#.utf8
    body += runName.utf8
    body += #"","request":""#.utf8
    body += Self.identifier(&random)
    body += #"","session":""#.utf8
    body += Self.identifier(&random)
    body += #"","input":"table_"#.utf8
    body += String(1_000 + source).utf8
    body += #"","output":"table_"#.utf8
    body += String(1_000 + target).utf8
    body += #"","rows":"#.utf8
    body += String(10_000 + random.next() % 90_000).utf8
    body += #","note":""#.utf8
    body += Self.filler.prefix(max(0, Self.bodyByteCount - 2 - body.count))
    while body.count < Self.bodyByteCount - 2 { body.append(UInt8(ascii: ".")) }
    body += "\"}".utf8
    precondition(body.count == Self.bodyByteCount, "a body of another size")
    return Record(content: content, body: body, dataset: source)
  }

  /// A random UUID in its text form.
  static func identifier(_ random: inout SplitMix64) -> [UInt8] {
    let (high, low) = (random.next(), random.next())
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for position in 0..<32 {
      if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
      let word = position < 16 ? high : low
      text.append(digits[Int(truncatingIfNeeded: word >> UInt64(4 * (15 - position % 16))) & 15])
    }
    return text
  }
}

/// Steele, Lea and Flood's generator: fast, and the same on every machine.
struct SplitMix64 {
  var state: UInt64

  init(state: UInt64) {
    self.state = state
    // Neighbouring seeds are far apart after one step.
    self.state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
