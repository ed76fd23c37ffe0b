import LedgerCryptography
import LedgerFormat
import Testing

/// The kind that is read without the rest of a header.
@Suite struct HeaderKindTests {
  private static func header(_ kind: String, index: UInt64, time: Int64) -> [UInt8] {
    RecordHeader(
      previousLeafHash: SHA256Hasher.hash([UInt8(truncatingIfNeeded: index)]), index: index,
      recordedTime: Timestamp(microseconds: time),
      content: RecordContent(kind: kind, source: "s")
    ).encoded()
  }

  private static func hasKind(_ kind: String, _ bytes: [UInt8]) -> Bool {
    RecordHeader.hasKind(kind, bytes.rawSpan)
  }

  @Test func isThatOfTheHeader() {
    let kinds = ["run", "erasure/plan", "erasure/play", "erasure/plan-b", "erasure/pla", "x"]
    // Heads of every length.
    for index in [0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, 1 << 62] as [UInt64] {
      for time in [0, 23, 24, 1 << 16, 1_790_000_000_000_000] as [Int64] {
        for kind in kinds {
          let bytes = Self.header(kind, index: index, time: time)
          for asked in kinds {
            #expect(Self.hasKind(asked, bytes) == (asked == kind))
          }
        }
      }
    }
  }

  @Test func ofBytesThatAreNoHeaderNothingIsSaid() {
    let kind = "erasure/plan"
    let bytes = Self.header(kind, index: 300, time: 1_790_000_000_000_000)
    let end = 36 + 4 + 10 + 2 + kind.utf8.count
    for count in 0..<bytes.count {
      let isWhole = Self.hasKind(kind, Array(bytes.prefix(count)))
      #expect(isWhole == (count >= end), "\(count)")
    }
    #expect(!Self.hasKind("", []))
    for position in 0..<end {
      var changed = bytes
      changed[position] ^= 0x40
      // Hash, numbers and times may be any.
      let isInside =
        (4..<36).contains(position) || (38..<40).contains(position)
        || (42..<50).contains(position)
      #expect(Self.hasKind(kind, changed) == isInside, "\(position)")
    }
  }
}
