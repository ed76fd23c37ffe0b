import LedgerFormat
import Ledgerstone

/// The bulk input of the goals: a 267-byte JSON body with random identifiers, two datasets out of
/// 1,000, and one run for every 100 records. The same seed gives the same records.
struct Workload {
  static let bodyByteCount = 267
  static let groupRecordCount = 8_192
  private var state: UInt64

  init(seed: UInt64 = 1) { state = seed }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  private mutating func hexadecimal() -> String {
    let digits = String(next(), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// One record: its content without body, its body, and the dataset it reads.
  mutating func record(_ number: Int) -> (content: RecordContent, body: [UInt8], dataset: String) {
    let run = "00000000-0000-4000-8000-" + String(100_000_000_000 + number / 100)
    let (source, target) = (Int(next() % 1_000), Int(next() % 1_000))
    var content = RecordContent(kind: "access/read", source: "local")
    content.entities = [
      Entity(role: .input, type: .dataset, namespace: "warehouse", name: "table_\(source)"),
      Entity(role: .output, type: .dataset, namespace: "warehouse", name: "table_\(target)"),
      Entity(role: .run, type: .run, namespace: "", name: run),
    ]
    var text = #"{"run":"\#(run)","request":"\#(hexadecimal())\#(hexadecimal())","input":"#
    text += #""table_\#(source)","output":"table_\#(target)","session":"\#(hexadecimal())","#
    text += #""rows":\#(next() % 100_000),"note":""#
    var body = Array(text.utf8)
    while body.count < Self.bodyByteCount - 2 { body.append(UInt8(ascii: "a")) }
    body.append(contentsOf: Array("\"}".utf8))
    return (content, body, "table_\(source)")
  }
}
