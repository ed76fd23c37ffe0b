import LedgerFormat
import LedgerVerifier
import MerkleLog

/// Verifies with the ledger's own key as the trusted one.
func verify(
  _ evidence: any Evidence, _ builder: EvidenceBuilder,
  _ change: (inout VerificationOptions) -> Void = { _ in }
) -> VerificationReport {
  var options = VerificationOptions()
  options.trustedKeys = [builder.key.verifierKey]
  options.workerCount = 1
  change(&options)
  return LedgerVerification.verify(evidence, options: options)
}

extension VerificationReport {
  /// The codes of all findings, the first bad record first.
  var codes: [Finding.Code] { findings.map(\.code) }
  var remarkCodes: Set<Remark.Code> { Set(remarks.map(\.code)) }
  /// The records of the first finding.
  var firstRecords: ClosedRange<UInt64>? { findings.first?.records }
}

extension EvidenceBuilder {
  /// Record 0 and `count` events.
  static func withEvents(_ count: Int, seed: UInt8 = 1) throws -> EvidenceBuilder {
    var builder = try EvidenceBuilder(seed: seed)
    builder.appendEvents(count)
    return builder
  }
}

/// The name of the segment that begins with `record`.
func segmentName(_ folder: String, _ record: Int) -> String {
  let digits = String(record)
  return folder + "/" + String(repeating: "0", count: 20 - digits.count) + digits
    + (folder == "log" ? ".log" : ".body")
}
