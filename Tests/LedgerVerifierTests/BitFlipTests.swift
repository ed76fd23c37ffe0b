import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// Flips every bit of every file of small ledgers that are checkpointed to their end.
struct BitFlipTests {
  /// Every bit of a ledger that has every kind of file.
  @Test func everyFlipIsFound() throws {
    var builder = try EvidenceBuilder()
    builder.appendEvents(3)
    let layout = EvidenceBuilder.Layout(
      segments: [0..<2], sealing: 2..<3, active: 3..<4, recordsPerGroup: 1, recordsPerBlock: 1)
    try expectFlipsFound(builder, layout) { _ in 0..<8 }
  }

  /// One bit of every seventh byte in larger ledgers of every layout.
  @Test(arguments: LayoutTests.layouts.indices)
  func sparseFlipsAreFound(_ layout: Int) throws {
    var builder = try EvidenceBuilder()
    builder.appendEvents(19)
    try expectFlipsFound(builder, LayoutTests.layouts[layout].1) {
      $0 % 7 == 0 ? $0 % 8..<$0 % 8 + 1 : 0..<0
    }
  }

  private func expectFlipsFound(
    _ builder: EvidenceBuilder, _ layout: EvidenceBuilder.Layout, bits: (Int) -> Range<Int>
  ) throws {
    let sound = try builder.build(layout)
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.workerCount = 1
    #expect(LedgerVerification.verify(sound, options: options).status == .valid)
    for (path, bytes) in sound.files.sorted(by: { $0.key < $1.key }) where path != "LOCK" {
      for offset in bytes.indices {
        for bit in bits(offset) {
          var evidence = sound
          evidence.files[path]?[offset] ^= 1 << UInt8(bit)
          let report = LedgerVerification.verify(evidence, options: options)
          guard report.status != .notValid || report.findings.isEmpty else { continue }
          Issue.record("bit \(bit) of \(path) at \(offset): \(report.lines)")
          return
        }
      }
    }
  }

  /// Without a key of its own the verifier still finds every flip but says where its key is from.
  @Test func everyFlipOfTheSmallFilesIsFoundWithoutKey() throws {
    var builder = try EvidenceBuilder()
    builder.appendEvents(1)
    let sound = try builder.build(.init(active: 0..<2))
    for path in ["ledger.json", "checkpoint"] {
      for offset in try #require(sound.files[path]).indices {
        for bit in 0..<8 {
          var evidence = sound
          evidence.files[path]?[offset] ^= 1 << UInt8(bit)
          let report = LedgerVerification.verify(evidence)
          #expect(report.status == .notValid, "bit \(bit) of \(path) at \(offset)")
        }
      }
    }
  }

  /// A flip inside the stored bytes of a header block names one record of that block, or all.
  @Test func flipsInHeaderBlocksNameTheirRecords() throws {
    var builder = try EvidenceBuilder()
    builder.appendEvents(19)
    let layout = EvidenceBuilder.Layout(segments: [0..<20], active: 20..<20, recordsPerBlock: 4)
    let sound = try builder.build(layout)
    let path = "log/00000000000000000000.log"
    let file = try #require(sound.files[path])
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.workerCount = 1
    var offset = SegmentFileHeader.byteCount
    var single = 0
    for block in 0..<5 {
      let bytes = Array(file[offset...])
      var reader = ByteReader(bytes.rawSpan)
      let header = try BlockHeader.decode(.headers, from: &reader)
      for place in stride(from: offset, to: offset + header.blockByteCount, by: 7) {
        var evidence = sound
        evidence.files[path]?[place] ^= 0x10
        let report = LedgerVerification.verify(evidence, options: options)
        let records = try #require(report.findings.first?.records, "offset \(place)")
        let inside = UInt64(4 * block)...UInt64(4 * block + 3)
        #expect(
          inside.contains(records.lowerBound) && inside.contains(records.upperBound),
          "offset \(place): \(report.lines)")
        if records.count == 1 { single += 1 }
      }
      offset += header.blockByteCount
    }
    #expect(single > 0)
  }
}
