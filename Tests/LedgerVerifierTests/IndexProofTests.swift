import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Testing

/// Completeness, absence and omission proofs as files.
struct IndexProofTests {
  private func check(
    _ bytes: [UInt8], _ builder: EvidenceBuilder, cosigners: [NoteVerifierKey] = []
  ) -> ProofReport {
    var options = ProofOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.cosignerKeys = cosigners
    return ProofVerification.verify(bytes, options: options)
  }

  @Test func completeAndAbsent() throws {
    let builder = try IndexTests.builder()
    for since in [UInt64(0), 5] {
      let proof = try builder.completeness(IndexTests.orders, 12, since: since)
      let report = check(proof, builder)
      #expect(report.status == .valid, "\(report.lines)")
      #expect(report.kind == .completeness)
      #expect(report.records == Array(max(1, since)..<12))
      #expect(report.range == since..<12)
      #expect(report.size == 13)
      #expect(
        report.json().contains(
          "\"entity\":{\"type\":\"dataset\",\"namespace\":\"db://warehouse\",\"name\":\"orders\"},"
            + "\"since\":\(since),\"indexRecord\":12,\"records\":["))
      #expect(report.json().contains("\"absent\":false"))
      #expect(report.lines[0].hasPrefix("valid: \(12 - max(1, since)) records and no other name"))
    }
    let nobody = EntityKey(type: .model, namespace: "n", name: "nobody")
    let absent = check(try builder.completeness(nobody, 12), builder)
    #expect(absent.status == .valid)
    #expect(absent.records == [])
    #expect(absent.json().contains("\"records\":[],\"absent\":true"))
    #expect(absent.lines[0].contains("model:n:nobody is absent"))
  }

  @Test func everyByteCounts() throws {
    let builder = try IndexTests.builder()
    let lying = try IndexTests.builder(lie: {
      $0.entries[IndexTests.orders.bytes]?.removeAll { $0 == 7 }
    })
    for proof in [
      try builder.completeness(IndexTests.orders, 12),
      try lying.omission(IndexTests.orders, 7, 12),
    ] {
      #expect(check(proof, builder).status == .valid)
      for offset in proof.indices {
        var flipped = proof
        flipped[offset] ^= 1 << UInt8(offset % 7)
        #expect(check(flipped, builder).status != .valid, "offset \(offset)")
      }
    }
  }

  @Test func everyLineCounts() throws {
    func proofs(seed: UInt8) throws -> (builder: EvidenceBuilder, files: [[UInt8]]) {
      var builder = try EvidenceBuilder.withEvents(11, seed: seed)
      try builder.appendIndex(lie: {
        $0.entries[IndexTests.orders.bytes]?.removeAll { $0 == 7 }
      })
      let nobody = EntityKey(type: .model, namespace: "n", name: "nobody")
      return (
        builder,
        [
          try builder.completeness(IndexTests.orders, 12),
          try builder.completeness(IndexTests.orders, 12, since: 5),
          try builder.completeness(nobody, 12),
          try builder.omission(IndexTests.orders, 7, 12),
        ]
      )
    }
    let (own, foreign) = (try proofs(seed: 1), try proofs(seed: 2))
    for (file, other) in zip(own.files, foreign.files) {
      #expect(check(file, own.builder).status == .valid)
      #expect(check(other, own.builder).status == .notValid)
      for edit in LineEdits(of: file, other: other).edits {
        #expect(check(edit.bytes, own.builder).status != .valid, "\(edit.words)")
      }
    }
  }

  @Test func omissionConvicts() throws {
    let lying = try IndexTests.builder(lie: {
      $0.entries[IndexTests.orders.bytes]?.removeAll { $0 == 7 }
    })
    let report = check(try lying.omission(IndexTests.orders, 7, 12), lying)
    #expect(report.status == .valid)
    #expect(report.kind == .omission && report.index == 7)
    #expect(report.record?.index == 7)
    #expect(report.lines[0].contains("convicts"))
    #expect(report.lines[0].contains("record 7"))
    // What is listed was not omitted.
    #expect(check(try lying.omission(IndexTests.orders, 6, 12), lying).codes == [.proofInvalid])
    let gone = try IndexTests.builder(lie: { $0.entries[IndexTests.orders.bytes] = nil })
    #expect(check(try gone.omission(IndexTests.orders, 7, 12), gone).status == .valid)
    let other = EntityKey(type: .dataset, namespace: "n", name: "other")
    #expect(check(try gone.omission(other, 7, 12), gone).codes == [.proofInvalid])
  }

  @Test func foreignKeysAndCosigners() throws {
    let builder = try IndexTests.builder()
    let other = try EvidenceBuilder(origin: "other.example/log", seed: 2)
    let proof = try builder.completeness(IndexTests.orders, 12)
    #expect(check(proof, other).codes == [.signatureInvalid])
    let witness = other.key.verifierKey
    #expect(check(proof, builder, cosigners: [witness]).codes == [.cosignatureMissing])
    #expect(ProofVerification.byteCountMax >= FormatLimits.indexProofByteCountMax)
    #expect(check(Array(proof.dropLast()), builder).codes == [.proofMalformed])
  }
}

extension ProofReport {
  fileprivate var codes: [Finding.Code] { findings.map(\.code) }
}
