import Foundation
import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import Testing

/// Certificates: when there is one, what it says, and that nothing in it can be changed.
@Suite struct CertificateTests {
  @Test func theWholeStory() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let before = try fixture.erasure.reader().size
    let issued = try await fixture.certify()
    #expect(issued.evidence.result == .complete)
    let targets = issued.evidence.targets.map { "\($0.entity.text) \($0.outcome.rawValue)" }
    #expect(
      targets == [
        "dataset:n:raw VERIFIED", "dataset:n:clean VERIFIED", "dataset:n:features VERIFIED",
      ])
    #expect(issued.evidence.outcome?.code == "ERASED" && issued.evidence.bodies.count == 1)
    #expect(issued.evidence.indexRecord == before && issued.record == before + 1)
    #expect(issued.evidence.keyDestruction == .subjectKeys(1))
    let report = try fixture.verify(issued.file)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.certificate?.result == .complete)
    #expect(report.certificate?.evidence == issued.evidence)
    // Its hash stands in the ledger, which verifies.
    let record = try fixture.erasure.reader().record(at: issued.record).header.content
    #expect(record.kind == "ledger/exported")
    #expect(
      record.attributes["sha256"]
        == .bytes(SHA256Hasher.hash(issued.file).bytes.copied()))
    #expect(try fixture.erasure.verify().status == .valid)
    try await fixture.ledger.close()
  }

  @Test func aSecondOneNamesTheFirst() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let first = try await fixture.certify()
    let second = try await fixture.certify()
    #expect(first.statement.previous == nil)
    #expect(second.statement.previous == SHA256Hasher.hash(first.file).bytes.copied())
    #expect(try fixture.verify(first.file).status == .valid)
    #expect(try fixture.verify(second.file).status == .valid)
    try await fixture.ledger.close()
  }

  @Test func laterCheckpoints() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let issued = try await fixture.certify()
    let content = try CertificateFile(parsing: issued.file).content
    let own = content.history.evidence.note.encoded
    #expect(try fixture.verify(issued.file, since: own).laterSize == content.checkpoint.size)
    let reader = try fixture.erasure.reader()
    let later = try #require(reader.checkpoint)
    let consistency = try reader.consistencyProof(since: own)
    #expect(
      try fixture.verify(issued.file, since: consistency).laterSize
        == content.checkpoint.size + 1)
    // Another size by itself shows nothing.
    guard case .couldNotCheck = try fixture.verify(issued.file, since: later).status else {
      Issue.record("a checkpoint of another size was taken")
      return
    }
    let elsewhere = try await CertificateFixture()
    try await elsewhere.tell()
    _ = try await elsewhere.certify()
    let foreign = try #require(try elsewhere.erasure.reader().checkpoint)
    #expect(try fixture.verify(issued.file, since: foreign).status == .notValid)
    // A proof that begins elsewhere, and one with a changed hash.
    let other = try reader.consistencyProof(since: later)
    #expect(try fixture.verify(issued.file, since: other).status == .notValid)
    var lines = String(decoding: consistency, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    lines[1] = lines[2]
    let changed = Array(lines.joined(separator: "\n").utf8)
    #expect(try fixture.verify(issued.file, since: changed).status != .valid)
    #expect(
      try fixture.verify(issued.file, keys: [elsewhere.key()]).findings.map(\.code)
        == [.signatureInvalid])
    try await fixture.ledger.close()
    try await elsewhere.ledger.close()
  }

  @Test func anyChangedByteIsRefused() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let file = try await fixture.certify().file
    for place in stride(from: 0, to: file.count, by: 37) {
      var changed = file
      changed[place] ^= 1
      #expect(try fixture.verify(changed).status != .valid, "byte \(place)")
    }
    let lines = file.split(separator: 0x0A, omittingEmptySubsequences: false)
    for number in 0..<(lines.count - 1) {
      var fewer = lines
      fewer.remove(at: number)
      #expect(
        try fixture.verify(Array(fewer.joined(separator: [0x0A]))).status != .valid,
        "line \(number)")
    }
    try await fixture.ledger.close()
  }

  /// With every text, number, flag and null of the statement changed in turn, and signed anew with
  /// the ledger's key: facts may be anybody's word, evidence may not.
  @Test func noFieldCanSayWhatTheEvidenceDoesNot() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let issued = try await fixture.certify()
    let statement = try CertificateFile(parsing: issued.file).content.statement
    #expect(
      try fixture.verify(fixture.resigned(issued.file)).status == .valid, "the change is none")
    var refusedCount = 0
    for (place, changed) in StatementEdits.all(statement) {
      let report = try fixture.verify(fixture.resigned(issued.file, statement: changed))
      let isWord = StatementEdits.isIssuersWord(place)
      if !isWord {
        #expect(report.status != .valid, "\(place)")
        refusedCount += 1
      }
    }
    #expect(refusedCount > 120, "\(refusedCount)")
    try await fixture.ledger.close()
  }

  @Test func nothingCanBeLeftOut() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let issued = try await fixture.certify()
    let content = try CertificateFile(parsing: issued.file).content
    let reader = try fixture.erasure.reader()
    // Each record cited, left out with a proof that fits the rest.
    for place in content.recordBytes.indices {
      let kept = content.records.indices.filter { $0 != place }
      let hashes = try Self.selection(kept.map { content.records[$0].index }, reader, content)
      let file = try fixture.resigned(issued.file) {
        $0.recordBytes.remove(at: place)
        $0.hashes = hashes
      }
      let report = try fixture.verify(file)
      #expect(report.status == .notValid, "record \(content.records[place].index)")
    }
    // A record more than is needed.
    let spare = try #require(
      (0..<content.checkpoint.size).first { index in
        !content.records.contains { $0.index == index }
      })
    let more = try reader.record(at: spare)
    let indexes = (content.records.map(\.index) + [spare]).sorted()
    let hashes = try Self.selection(indexes, reader, content)
    let file = try fixture.resigned(issued.file) {
      $0.recordBytes.insert(more.bytes, at: indexes.firstIndex(of: spare) ?? 0)
      $0.hashes = hashes
    }
    #expect(try fixture.verify(file).status == .notValid)
    // The closure left out, or doubled.
    let none = try fixture.resigned(issued.file) { $0.closures = [] }
    #expect(try fixture.verify(none).status == .notValid)
    let doubled = try fixture.resigned(issued.file) { $0.closures += $0.closures }
    #expect(try fixture.verify(doubled).status == .notValid)
    // One descendant's history left out of the closure, and one record.
    let closure = content.closures[0]
    for place in closure.histories.indices {
      var histories = closure.histories
      histories.remove(at: place)
      let less = try ClosureProofFile(
        question: closure.question, evidence: closure.evidence, histories: histories,
        recordBytes: closure.recordBytes, gaps: closure.gaps,
        recordHashes: closure.recordHashes)
      let file = try fixture.resigned(issued.file) { $0.closures = [less] }
      #expect(try fixture.verify(file).status == .notValid)
    }
    try await fixture.ledger.close()
  }

  /// The proof of other records under a certificate's checkpoint, by an obvious tree.
  private static func selection(
    _ indexes: [UInt64], _ reader: LedgerReader, _ content: CertificateContent
  ) throws -> [SHA256Digest] {
    let leaves = try (0..<content.checkpoint.size).map { try reader.record(at: $0).leafHash }
    func root(_ low: Int, _ high: Int) -> SHA256Digest {
      if high - low == 1 { return leaves[low] }
      let middle = split(low, high)
      return MerkleHash.node(root(low, middle), root(middle, high))
    }
    func split(_ low: Int, _ high: Int) -> Int {
      var size = 1
      while size * 2 < high - low { size *= 2 }
      return low + size
    }
    func beside(_ low: Int, _ high: Int) -> [SHA256Digest] {
      guard indexes.contains(where: { $0 >= UInt64(low) && $0 < UInt64(high) }) else {
        return [root(low, high)]
      }
      if high - low == 1 { return [] }
      let middle = split(low, high)
      return beside(low, middle) + beside(middle, high)
    }
    return beside(0, leaves.count)
  }
}
