import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// A sound ledger is valid in every layout that a writer can leave behind.
struct LayoutTests {
  static let layouts: [(String, EvidenceBuilder.Layout)] = [
    ("active only", .init(active: 0..<20)),
    ("one segment and an empty active", .init(segments: [0..<20], active: 20..<20)),
    ("two segments and active", .init(segments: [0..<7, 7..<15], active: 15..<20)),
    ("sealing", .init(segments: [0..<7], sealing: 7..<15, active: 15..<20)),
    (
      "sealing that repeats a segment",
      .init(segments: [0..<7, 7..<15], sealing: 7..<15, active: 15..<20)
    ),
    (
      "one record per group and block",
      .init(segments: [0..<9], active: 9..<20, recordsPerGroup: 1, recordsPerBlock: 1)
    ),
    (
      "large groups and blocks",
      .init(segments: [0..<9], active: 9..<20, recordsPerGroup: 50, recordsPerBlock: 50)
    ),
  ]

  /// A name may claim any number of records, and no memory is taken for them.
  @Test func namesThatClaimManyRecords() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(.init(segments: [0..<4], active: 4..<8))
    for record in ["01152921504606846976", "04611686018427387904", "09223372036854775807"] {
      for path in ["log/\(record).log", "bodies/\(record).body"] {
        var evidence = sound
        evidence.files[path] = []
        #expect(verify(evidence, builder).status == .notValid, "\(path)")
      }
    }
  }

  @Test(arguments: layouts.indices)
  func validInEveryLayout(_ number: Int) throws {
    var builder = try EvidenceBuilder()
    builder.appendEvents(19)
    let evidence = try builder.build(Self.layouts[number].1)
    for workerCount in [1, 3] {
      var options = VerificationOptions()
      options.trustedKeys = [builder.key.verifierKey]
      options.workerCount = workerCount
      let report = LedgerVerification.verify(evidence, options: options)
      #expect(report.status == .valid, "\(Self.layouts[number].0): \(report.lines)")
      #expect(report.remarks.map(\.code) == [.vaultNotCompared], "\(report.remarks)")
      #expect(report.summary.recordCount == 20)
      #expect(report.summary.bodyCount == 18)
      #expect(report.summary.checkpointSize == 20)
    }
  }
}
