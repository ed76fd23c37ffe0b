import LedgerCryptography
import Testing

@testable import Ledgerstone

/// The window agrees with a dictionary that is searched and cut in the plainest way.
@Suite struct DuplicateWindowTests {
  private struct Plain {
    var entries: [TruncatedDigest: (record: UInt64, contentKey: TruncatedDigest)] = [:]
    let recordCount: UInt64

    func record(for key: TruncatedDigest, nextRecord: UInt64) -> UInt64? {
      guard let found = entries[key], found.record + recordCount >= nextRecord else { return nil }
      return found.record
    }
  }

  private static func key(_ number: Int) -> TruncatedDigest {
    TruncatedDigest.hash(
      [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16)].rawSpan)
  }

  @Test(arguments: [0, 1, 7, 500, 5_000], [1, 40, 1_000_000])
  func agreesWithADictionary(_ recordCount: Int, _ keyCount: Int) {
    var window = DuplicateWindow(recordCount: recordCount)
    var plain = Plain(recordCount: UInt64(recordCount))
    var state = UInt64(recordCount * 31 + keyCount)
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var record: UInt64 = 0
    if keyCount > 1 { window.reserve(draw(5_000)) }
    for step in 0..<16_000 {
      record += UInt64(1 + draw(3))
      let key = Self.key(draw(keyCount))
      let content = Self.key(step)
      window.remember(key: key, contentKey: content, record: record)
      plain.entries[key] = (record, content)
      if step % 3_001 == 3_000 {
        let gone = Set(plain.entries.values.map(\.record).filter { $0 % 5 == 0 })
        window.forget(gone)
        plain.entries = plain.entries.filter { !gone.contains($0.value.record) }
      }
      for asked in [key, Self.key(draw(keyCount)), Self.key(keyCount + 1)] {
        let found = window.entry(for: asked, nextRecord: record + 1)
        #expect(found?.record == plain.record(for: asked, nextRecord: record + 1))
        if let found { #expect(found.contentKey == plain.entries[asked]?.contentKey) }
      }
    }
    for (key, _) in plain.entries {
      let expected = plain.record(for: key, nextRecord: record + 1)
      #expect(window.entry(for: key, nextRecord: record + 1)?.record == expected)
    }
  }
}
