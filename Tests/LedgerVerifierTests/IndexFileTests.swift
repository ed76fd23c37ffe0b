import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Testing

/// Run files and name dictionaries that are not as the records give them.
struct IndexFileTests {
  static let run = "index/0-0-12.run"
  static let names = "index/0-0-12.names"

  @Test func everyByteOfRunsAndNames() throws {
    let builder = try IndexTests.builder()
    let sound = try builder.build(IndexTests.layout)
    for path in [Self.run, Self.names] {
      let bytes = try #require(sound.files[path])
      for offset in bytes.indices {
        var evidence = sound
        evidence.files[path]?[offset] ^= 1 << UInt8(offset % 8)
        let report = verify(evidence, builder)
        #expect(report.status == .notValid && report.findings.count == 1, "\(path) \(offset)")
        #expect(report.findings.first?.file == path)
        evidence.files[path] = Array(bytes[..<offset])
        #expect(verify(evidence, builder).status == .notValid, "\(path) cut at \(offset)")
      }
      var longer = sound
      longer.files[path]?.append(0)
      #expect(verify(longer, builder).status == .notValid)
    }
  }

  @Test func missingFiles() throws {
    let builder = try IndexTests.builder()
    for path in [Self.run, Self.names] {
      var evidence = try builder.build(IndexTests.layout)
      evidence.files[path] = nil
      let report = verify(evidence, builder)
      #expect(report.status == .valid)
      #expect(report.remarks.first { $0.code == .indexRunMissing }?.file == path)
      #expect(report.summary.indexedSize == 12)
    }
  }

  /// Whoever leaves out the index is told so, and finds everything else.
  @Test func theIndexLeftOut() throws {
    let builder = try IndexTests.builder()
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.checksIndex = false
    func verifyRest(_ evidence: MemoryEvidence) -> VerificationReport {
      LedgerVerification.verify(evidence, options: options)
    }
    let sound = try builder.build(IndexTests.layout)
    var damaged = sound
    damaged.files[Self.run]?[80] ^= 1
    damaged.files[Self.names] = []
    #expect(verify(damaged, builder).status == .notValid)
    for evidence in [sound, damaged] {
      let report = verifyRest(evidence)
      #expect(report.status == .valid)
      #expect(report.remarks.filter { $0.code == .indexNotChecked }.map(\.file) == ["index"])
      #expect(report.summary.indexRecordCount == nil && report.summary.indexedSize == nil)
      #expect(report.summary.recordCount == verify(sound, builder).summary.recordCount)
    }
    for path in sound.files.keys where !path.hasPrefix("index/") && path != "LOCK" {
      guard let bytes = sound.files[path], !bytes.isEmpty else { continue }
      var evidence = sound
      evidence.files[path]?[bytes.count / 2] ^= 1
      #expect(verifyRest(evidence).status != .valid, "\(path)")
    }
  }

  @Test func swappedAndForeignFiles() throws {
    var builder = try IndexTests.builder()
    try builder.addRun(EvidenceBuilder.extent(0, 0, 9))
    let foreign = try IndexTests.builder { _ in }
    let sound = try builder.build(IndexTests.layout)
    #expect(verify(sound, builder).status == .valid)
    var swapped = sound
    swapped.files[Self.run] = sound.files["index/0-0-9.run"]
    swapped.files["index/0-0-9.run"] = sound.files[Self.run]
    #expect(verify(swapped, builder).codes == [.indexRunDiffers, .indexRunDiffers])
    var other = sound
    other.files[Self.run] =
      try foreign.run(
        foreign.naiveIndex(0..<12), EvidenceBuilder.extent(0, 0, 12),
        ledgerID: LedgerID([UInt8](repeating: 7, count: 16))
      ).file
    #expect(verify(other, builder).codes == [.foreignLedger])
    var names = sound
    names.files[Self.names] = sound.files["index/0-0-9.names"]
    #expect(verify(names, builder).codes == [.indexNamesDiffer])
    var root = sound
    root.files[Self.run] = sound.files[Self.names]
    #expect(verify(root, builder).codes == [.indexRunDamaged])
  }

  /// Files above the checkpoint are derived data that nothing signed covers.
  @Test func aboveTheCheckpoint() throws {
    let builder = try IndexTests.builder()
    var evidence = try builder.build(IndexTests.layout, checkpointSize: 11)
    evidence.files[Self.run]?[80] ^= 1
    let report = verify(evidence, builder)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.remarkCodes.contains(.indexRunAhead))
    evidence = try builder.build(IndexTests.layout)
    evidence.files["index/0-0-40.run"] = evidence.files[Self.run]
    let beyond = verify(evidence, builder)
    #expect(beyond.status == .valid)
    #expect(beyond.remarkCodes.contains(.indexRunAhead))
  }

  /// A full run of level 0, a tail behind it, and a tail of level 1 over both.
  @Test func fullRunAndTail() throws {
    var builder = try EvidenceBuilder()
    for number in 1..<65_600 {
      var content = RecordContent(kind: "run", source: "local")
      if number % 50 == 0 {
        content.entities = [
          Entity(role: .input, type: .dataset, namespace: "n", name: "set-\(number % 350)")
        ]
      }
      builder.append(content)
    }
    let full = try builder.addRun(EvidenceBuilder.extent(0, 0, 65_536))
    let tail = try builder.addRun(EvidenceBuilder.extent(0, 65_536, 64))
    let whole = try builder.addRun(EvidenceBuilder.extent(1, 0, 65_600))
    try builder.appendIndex(runs: [full, tail])
    let layout = EvidenceBuilder.Layout(
      active: 0..<65_601, recordsPerGroup: 8_192, recordsPerBlock: 512)
    var evidence = try builder.build(layout)
    let report = verify(evidence, builder)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.summary.indexedSize == 65_600)
    #expect(report.remarks.map(\.code) == [.vaultNotCompared])
    let sound = evidence
    for path in ["index/0-0.run", "index/1-0-65600.run"] {
      evidence = sound
      evidence.files[path]?[100] ^= 1
      #expect(verify(evidence, builder).findings.map(\.file) == [path])
    }
    evidence = sound
    evidence.files["index/0-0.run"] = nil
    let missing = verify(evidence, builder)
    #expect(missing.status == .valid)
    #expect(missing.remarkCodes.contains(.indexRunMissing))
    #expect(whole.entryCount == 7)
  }
}
