import Foundation
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import Provenance
import Testing

/// What the search behind an erasure finds, and what it leaves because it would stand there by
/// chance.
@Suite struct ShortIdentifierTests {
  /// How an erasure of `subject` ends with a plain body `text` and a dataset `name` in the ledger.
  private func erase(
    _ subject: String, plain text: String = "-", dataset name: String = "table"
  ) async throws -> (report: ErasureReport, outcome: RecordContent) {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    try await ErasureFixture.append([("sealed", subject)], to: ledger)
    try await ErasureFixture.append([(text, nil)], to: ledger, dataset: name)
    let report = try await ErasureFixture.erase("r", [.subject(subject)], ledger)
    let outcome = try fixture.reader().record(at: report.outcomeRecord).header.content
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
    return (report, outcome)
  }

  @Test(arguments: [
    ("4711", "visit of 4711 at noon"), ("4711", "4711"), ("4711", "{\"n\":4711}"),
    ("4711", "x,4711"), ("4711", "a-4711-b"), ("4711", "14711, and 4711"),
    ("4711", "\\u0034711"), ("anna", "Joanna and anna."), ("p-1", "p-11"), ("Jörg", "für Jörg"),
    ("Jörg", "{\"n\":\"J\\u00F6rg\"}"), ("Jörg", "{\"n\":\"J\\u00f6rg\"}"),
    ("jörg@example.org", "xj\\u00F6rg\\u0040example\\u002Eorg"),
    ("jörg@example.org", "{\"x\":\"{\\\"m\\\":\\\"j\\\\u00F6rg@example.org\\\"}\"}"),
    ("o'brien@example.org", "o\\u0027brien@example.org"),
    ("a/b/c/d/e/f", "a\\/b/c\\/d\\/e/f"), ("DOMAIN\\annamaria", "DOMAIN\\\\annamaria"),
    ("DOMAIN\\annamaria", "DOMAIN\\annamaria"), ("😀😀", "\\uD83D\\uDE00\\ud83d\\ude00"),
    ("12345678", "x123456789"),
  ])
  func found(_ subject: String, _ text: String) async throws {
    let (report, outcome) = try await erase(subject, plain: text)
    guard subject.utf8.count >= 4 else {
      // Nobody looked, and the outcome says so.
      #expect(report.outcome == .erased && report.unsearchedCount == 1)
      #expect(outcome.attributes["unsearchedIdentifiers"] == .integer(1))
      #expect(outcome.attributes["scannedRecords"] == nil)
      return
    }
    #expect(report.outcome == .residual && report.residualRecords == [2], "\(report)")
    #expect(report.unsearchedCount == 0)
    #expect(outcome.attributes["unsearchedIdentifiers"] == nil)
    #expect(
      outcome.attributes["wholeTokenIdentifiers"]
        == (subject.utf8.count < 8 ? .integer(1) : nil))
    #expect(outcome.attributes["scannedRecords"] != nil)
  }

  @Test(arguments: [
    ("4711", "14711"), ("4711", "47112"), ("4711", "a4711"), ("4711", "4711_"), ("4711", "ä4711"),
    ("4711", "471 1"), ("4711", "\\u00344711"), ("anna", "Joanna"), ("anna", "Anna"),
    ("Jörg", "Jörgen"), ("Jörg", "J\\u00F6rge"), ("Jörg", "J\\u00F rg"), ("Jörg", "J\\u00F6"),
    ("😀😀", "\\uD83D\\uDE00\\uD83D"), ("jörg@example.org", "jorg@example.org"),
    ("12345678", "1234567"), ("12345678", "1234\\5678"), ("12345678", "1234\\u"),
  ])
  func notFound(_ subject: String, _ text: String) async throws {
    let (report, _) = try await erase(subject, plain: text)
    #expect(report.outcome == .erased && report.residualRecords == [], "\(report)")
    #expect(report.residualFiles == [] && report.unsearchedCount == 0)
  }

  @Test func inHeaders() async throws {
    // In CBOR the length of a text stands before it: of 23 bytes as the letter w.
    for (name, isThere) in [
      ("4711", true), ("14711", false), ("visits.4711.by_day.2026", true),
      ("4711.visits.by_day.2026", true), ("visits_4711", false),
    ] {
      let (report, _) = try await erase("4711", dataset: name)
      #expect(report.residualRecords == (isThere ? [2] : []), "\(name)")
    }
    #expect(try await erase("p_4711_a", dataset: "xp_4711_ay").report.residualRecords == [2])
  }

  /// Bytes of hashes and of others' ciphertext spell identifiers by chance.
  @Test func byChance() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    var noise = SystemRandomNumberGenerator()
    let text = (0..<40_000).map { _ in String(UInt64.random(in: 0 ... .max, using: &noise)) }
    let receipt = try await ErasureFixture.append([(text.joined(), "bob@example.org")], to: ledger)
    for number in 0..<300 { try await ErasureFixture.append([("\(number)", nil)], to: ledger) }
    _ = try await ledger.checkpoint()
    let stored = try SealedBodyReader(try fixture.reader(), options: fixture.options)
      .open(record: receipt.index, body: 0).stored
    let long = try #require(Self.printable(8, in: stored))
    let short = try #require(Self.printable(4, in: stored))
    let hashes = Array(
      try Data(contentsOf: URL(fileURLWithPath: fixture.location.directory + "/tree/0")))
    let ofHashes = try #require(Self.printable(4, in: hashes))
    // They are there to be found.
    #expect(try !fixture.files(with: Array(long.utf8)).isEmpty)
    #expect(try !fixture.files(with: Array(short.utf8)).isEmpty)
    #expect(try fixture.files(with: Array(ofHashes.utf8)).contains("tree/0"))
    for (number, subject) in [long, short, ofHashes, "q7"].enumerated() {
      let report = try await ErasureFixture.erase("r\(number)", [.subject(subject)], ledger)
      #expect(report.outcome == .notFound && report.residualRecords == [], "\(subject) \(report)")
      #expect(report.residualFiles == [], "\(subject) \(report)")
    }
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  /// The first `count` letters or digits in a row with neither before nor behind them.
  private static func printable(_ count: Int, in bytes: [UInt8]) -> String? {
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_")
        || Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
    }
    func isPrintable(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) && byte != 0x5C }
    for start in 1..<bytes.count - count - 1 {
      let piece = bytes[start..<start + count]
      guard piece.allSatisfy(isPrintable), !isWord(bytes[start - 1]), !isWord(bytes[start + count])
      else { continue }
      return String(decoding: piece, as: UTF8.self)
    }
    return nil
  }

  /// Asked again, a request says again what was not looked for.
  @Test func repeated() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    try await ErasureFixture.append([("x", "p7"), ("y", "carol@example.org")], to: ledger)
    let targets: [ErasureRequest.Target] = [.subject("p7"), .subject("carol@example.org")]
    let first = try await ErasureFixture.erase("r", targets, ledger)
    #expect(first.outcome == .erased && first.bodyCount == 2 && first.unsearchedCount == 1)
    let second = try await ErasureFixture.erase("r", targets, ledger)
    #expect(second.isRepeated && second.unsearchedCount == 1)
    #expect(second.json.contains("\"unsearchedIdentifiers\":1,"))
    let outcome = try fixture.reader().record(at: first.outcomeRecord).header.content
    // One of the two was looked for.
    #expect(outcome.attributes["scannedRecords"] == .integer(Int64(first.outcomeRecord)))
    try await ledger.close()
  }

  /// A UUID has nearly every digit: only a short identifier that stands alone in it is refused.
  @Test func requestsThatNameAShortOne() throws {
    _ = try ErasureRequest(
      identifier: "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11",
      targets: [.subject("7"), .subject("f6a1")])
    for (identifier, subject) in [
      ("case-4711", "4711"), ("7", "7"), ("a 7", "7"), ("4711.1", "4711"),
      ("xalice-arendtx", "alice-arendt"),
    ] {
      let error = #expect(throws: LedgerError.self) {
        try ErasureRequest(identifier: identifier, targets: [.subject(subject)])
      }
      #expect(error?.code == .invalid, "\(identifier)")
    }
  }

  /// The outcome says of how many subjects the key was destroyed; of bodies named singly it was
  /// not.
  @Test func keysDestroyed() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append(
      [("x", "carol"), ("y", "dora"), ("z", "emil")], to: ledger)
    let slot = BodySlot(record: receipt.index, body: 0)
    for (targets, count) in [
      ([.body(slot)], 0), ([.subject("carol"), .subject("dora"), .subject("nobody")], 2),
      ([.subject("carol")], 0), ([.body(BodySlot(record: receipt.index, body: 2))], 0),
    ] as [([ErasureRequest.Target], Int64)] {
      let size = try fixture.reader().size
      let report = try await ErasureFixture.erase("r-\(size)", targets, ledger)
      let outcome = try fixture.reader().record(at: report.outcomeRecord).header.content
      #expect(outcome.attributes["keysDestroyed"] == .integer(count), "\(targets)")
    }
    // The key that the outcome calls kept is.
    try await ErasureFixture.append([("w", "emil")], to: ledger)
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }
}
