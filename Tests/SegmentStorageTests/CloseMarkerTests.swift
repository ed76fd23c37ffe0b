import Foundation
import LedgerCryptography
import Testing

@testable import SegmentStorage

/// The line of a clean close, as the format document shows it; Python's `hashlib` made its check.
@Suite struct CloseMarkerTests {
  private static let line =
    "closed group=3 offset=6885 records=17 digest=00112233445566778899aabbccddeeff "
    + "check=3c35cd47bcce697e73526b78bbf54e08"

  @Test func theDocumentShowsIt() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let document = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/LedgerFormat/Documentation.docc/Format.md"), encoding: .utf8)
    #expect(document.contains("\n```\n\(Self.line)\n```\n"))
  }

  @Test func isWhatTheProgramReadsAndWrites() throws {
    let bytes = Array((Self.line + "\n").utf8)
    let marker = try #require(CloseMarker.decode(bytes))
    #expect(marker.group == 3)
    #expect(marker.offset == 6_885)
    #expect(marker.records == 17)
    #expect(marker.digest.description == "00112233445566778899aabbccddeeff")
    #expect(marker.encoded() == bytes)
  }

  /// No bit of it can change, nothing be missing and nothing be added.
  @Test func nothingElseIsOne() {
    let bytes = Array((Self.line + "\n").utf8)
    for position in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[position] ^= 1 << UInt8(bit)
        #expect(CloseMarker.decode(changed) == nil, "bit \(bit) of byte \(position)")
      }
      #expect(CloseMarker.decode(Array(bytes[..<position])) == nil)
    }
    #expect(CloseMarker.decode(bytes + bytes) == nil)
    #expect(CloseMarker.decode([0x20] + bytes) == nil)
    let spaced = Self.line.replacing("=3 ", with: "=03 ")
    #expect(CloseMarker.decode(Array((spaced + "\n").utf8)) == nil)
  }
}
