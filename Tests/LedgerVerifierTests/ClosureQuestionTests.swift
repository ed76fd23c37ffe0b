import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Provenance
import Testing

/// What a closure proof says of its question, and of numbers that producers skipped.
struct ClosureQuestionTests {
  private func check(_ file: [UInt8], _ builder: EvidenceBuilder) -> ProofReport {
    ClosureProofTests().check(file, builder)
  }

  @Test func gapsAreThoseOfTheRecords() throws {
    let (builder, indexRecord) = try ClosureProofTests.estate()
    let query = ClosureProofTests.query(indexRecord)
    let places = try (0..<UInt64(indexRecord)).filter {
      try builder.header($0).content.producerSequence != nil
    }
    let gap = ClosureProofFile.Gap(before: places[0], after: places[1])
    let proof = try builder.closureProof(
      query, indexRecord, forgery: ClosureForgery(gaps: [gap]))
    let report = check(proof.file, builder)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.closure == proof.closure && report.knownGapCount == 1)
    let copy = proof.closure.descendants.first { $0.entity == ClosureProofTests.key("copy") }
    #expect(copy != nil)
    for wrong in [
      "gap \(places[1]) \(places[0])\n", "gap \(places[0]) \(places[0])\n", "gap 4 5\n",
      "gap \(places[0]) \(indexRecord)\n", "gap 1000 2000\n",
      "gap \(places[0]) \(places[1])\ngap \(places[0]) \(places[1])\n",
    ] {
      let text = String(decoding: proof.file, as: UTF8.self)
        .replacing("gap \(places[0]) \(places[1])\n", with: wrong)
      #expect(check(Array(text.utf8), builder).status == .notValid, "\(wrong)")
    }
  }

  /// Where no record can lie between, the gap is seen, whatever is declared.
  @Test(arguments: [true, false])
  func aGapBetweenNeighboursNeedsNoDeclaration(_ isNear: Bool) throws {
    var builder = try EvidenceBuilder.withEvents(3, seed: 7)
    for (number, sequence) in [UInt64(2), 5].enumerated() {
      var content = try ClosureProofTests.event(
        "COMPLETE", number + 1, second: number, job: "a", inputs: ["raw"], outputs: ["copy"])
      content.producerSequence = sequence
      builder.append(content)
      if !isNear, number == 0 { builder.appendEvents(1) }
    }
    let indexRecord = try builder.appendIndex()
    var query = ClosureProofTests.query(indexRecord)
    query.origin = .record(0)
    let report = check(try builder.closureProof(query, indexRecord).file, builder)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.knownGapCount == (isNear ? 1 : 0))
    #expect(report.closure?.silentProducers.isEmpty == !isNear)
  }

  /// Two questions about one entity do not read alike.
  @Test func theQuestionIsShown() throws {
    let (builder, indexRecord) = try ClosureProofTests.estate()
    func text(_ change: (inout ClosureQuery) -> Void) throws -> String {
      var query = ClosureProofTests.query(indexRecord)
      change(&query)
      let report = check(try builder.closureProof(query, indexRecord).file, builder)
      #expect(report.status == .valid)
      return report.lines.joined(separator: "\n")
    }
    #expect(
      try text { $0.origin = .record(2) }.contains("dataset:n:raw as it was from record 2 on"))
    #expect(
      try text { $0.origin = .record(7) }.contains("dataset:n:raw as it was from record 7 on"))
    #expect(
      try text { $0.origin = .versions(["v\u{202E}1", "2"]) }
        .contains("closure of dataset:n:raw@v%E2%80%AE1 and dataset:n:raw@2, asked"))
    #expect(try text { $0.silenceMicroseconds = 1 }.contains("silence after 1 µs"))
    #expect(try text { $0.silenceMicroseconds = 2_000_000 }.contains("silence after 2 s"))
    #expect(try text { $0.erasure = 4 }.contains(", record 4 counting as the erasure"))
    #expect(try !text { $0.erasure = nil }.contains("counting"))
  }
}
