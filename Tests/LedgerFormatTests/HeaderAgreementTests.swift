import LedgerCryptography
import Testing

@testable import LedgerFormat

/// Two readers from two heads: they accept the same bytes and find the same in them.
@Suite struct HeaderAgreementTests {
  /// Whether the library accepted `bytes`; compares everything with the naive reader on the way.
  @discardableResult
  private func agree(_ bytes: [UInt8], _ what: @autoclosure () -> String) -> Bool {
    var ours: RecordHeader?
    var found: FormatError?
    do throws(FormatError) { ours = try RecordHeader.decode(bytes.rawSpan) } catch { found = error }
    let naive = NaiveHeader.decode(bytes)
    if ours != naive {
      Issue.record("\(what()): \(String(describing: found)) \(Hexadecimal.encode(bytes))")
    }
    // String equality is not equality of bytes, so the bytes are compared as well.
    if let ours, ours.encoded() != bytes {
      Issue.record("\(what()) is written otherwise than read: \(Hexadecimal.encode(bytes))")
    }
    return ours != nil
  }

  @Test func onRandomHeaders() {
    var random = RepeatableRandom(for: "random headers")
    for round in 0..<500 {
      let header = random.header()
      let error = refusal { () throws(FormatError) in try header.content.validate() }
      #expect(error == nil)
      let bytes = header.encoded()
      #expect(agree(bytes, "round \(round)"))
      #expect(NaiveHeader.decode(bytes) == header)
    }
  }

  @Test(arguments: ["header-full", "header-least", "header-created"])
  func onEveryBitFlip(_ name: String) throws {
    let golden = try Golden.bytes(name)
    var accepted = 0
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      if agree(bytes, "\(name) bit \(bit)") { accepted += 1 }
    }
    // Flips inside hashes and names give other valid headers; not all do.
    #expect(accepted > 0 && accepted < golden.count * 8)
  }

  @Test func onRandomDamage() {
    var random = RepeatableRandom(for: "damaged headers")
    var accepted = 0
    for round in 0..<4_000 {
      var bytes = random.header().encoded()
      for _ in 0...Int(random.integer(3)) {
        let position = Int(random.integer(UInt64(bytes.count)))
        switch Int(random.integer(4)) {
        case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: position)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
        default:
          let end = min(bytes.count, position + Int(random.integer(9)))
          bytes.insert(contentsOf: bytes[position..<end], at: Int(random.integer(40)))
        }
      }
      if agree(bytes, "round \(round)") { accepted += 1 }
    }
    #expect(accepted < 4_000)
  }
}
