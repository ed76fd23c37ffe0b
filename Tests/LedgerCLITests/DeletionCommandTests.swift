import Foundation
import Testing

/// `deletion`: what was done in systems outside the ledger, from the request to the certificate.
@Suite struct DeletionCommandTests {
  private static let request = "8d0f6f0e-7b7c-4a6e-9a53-8f2d1f0f6a11"
  private static let target = ["--target", "dataset:clinic:raw.bookings"]
  private static let by = ["--by", "service:clinic:eraser"]

  /// Record 1 is the dataset.
  private static func scratch() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.run([
      "append", "L", "--kind", "dataset", "--entity", "target=dataset:clinic:raw.bookings",
    ])
    return scratch
  }

  /// The block of that language in the article about certificates.
  private static func example(_ language: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Provenance/Documentation.docc/Certificate.md"), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```\(language)\n").dropFirst().first)
    return block.components(separatedBy: "```").first ?? ""
  }

  private static func step(
    _ scratch: Scratch, _ step: String, _ more: [String], request: String = Self.request
  ) throws -> Outcome {
    try scratch.run(["deletion", step, "L", "--request", request] + more)
  }

  private static func ask(_ scratch: Scratch) throws {
    let outcome = try step(
      scratch, "request", ["--regulation", "eu-gdpr:A17", "--received", "2026-03-04"])
    #expect(outcome.status == 0 && outcome.output.hasPrefix("{\"index\":2,"), "\(outcome)")
  }

  private func record(_ scratch: Scratch, _ index: Int) throws -> [String: Any] {
    let outcome = try scratch.run("show", "L", "\(index)", "--json")
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(value as? [String: Any])
  }

  @Test func theDocumentedExample() throws {
    let scratch = try Self.scratch()
    try scratch.write("facts.json", try Self.example("json"))
    let commands = try Self.example("sh")
    #expect(commands.contains("ledgerstone deletion verification"))
    let outcome = try scratch.shell(
      "set -e\nledgerstone() { \"$LEDGERSTONE\" \"$@\"; }\n" + commands)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
    #expect(outcome.output.contains("\"result\":\"ERASED_WITHIN_SCOPE\""), "\(outcome)")
    let verified = try scratch.run("verify", "certificate", "--key", "@vkey")
    #expect(verified.status == 0)
    #expect(verified.output.contains("\n  VERIFIED  dataset:clinic:raw.bookings  CLEAN"))
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  @Test func everyStepIsTiedToTheOneBefore() throws {
    let scratch = try Self.scratch()
    try Self.ask(scratch)
    for (more, time) in [
      (["--event-time", "2026-03-05T02:00:00Z"], "2026-03-05T02:00:00.000000Z"), ([], nil),
    ] as [([String], String?)] {
      let execution = try Self.step(
        scratch, "execution",
        Self.target + Self.by + ["--method", "row-erasure", "--rows-before", "3"]
          + ["--rows-after", "0", "--started", "2026-03-05", "--attribute", "run=7"] + more)
      #expect(execution.status == 0, "\(execution)")
      guard let time else { continue }
      let record = try record(scratch, 3)
      #expect(record["eventTime"] as? String == time)
      #expect(record["kind"] as? String == "erasure/execution")
      let attributes = try #require(record["attributes"] as? [String: Any])
      #expect(
        Set(attributes.keys) == ["method", "rowsAfter", "rowsBefore", "run", "started"])
      let references = try #require(record["references"] as? [[String: Any]])
      #expect(references.count == 1 && references[0]["relation"] as? String == "answers")
      #expect(references[0]["index"] as? Int == 2)
    }
    // Without a time it is now: the end has to be known.
    #expect(try record(scratch, 4)["eventTime"] is String)
    let verification = try Self.step(
      scratch, "verification", Self.target + Self.by + ["--method", "scan", "--residual", "2"])
    #expect(verification.status == 0)
    let said = try record(scratch, 5)
    let attributes = try #require(said["attributes"] as? [String: Any])
    #expect(attributes["outcome"] as? String == "residual" && attributes["residual"] as? Int == 2)
    let references = try #require(said["references"] as? [[String: Any]])
    #expect(references.map { $0["relation"] as? String } == ["cites"])
    #expect(references.map { $0["index"] as? Int } == [4], "the last execution")
    #expect(try scratch.run("verify", "L").status != 2)
  }

  /// A person who did it is named in a body, and nowhere else.
  @Test func doneByAPerson() throws {
    let scratch = try Self.scratch()
    try Self.ask(scratch)
    try scratch.write("who", "done by jane.doe@example.org")
    let outcome = try Self.step(
      scratch, "execution",
      Self.target + ["--method", "truncate", "--sealed", "who", "--subject", "staff-1234"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try scratch.run("show", "L", "3", "--body", "0").output.contains("jane.doe"))
    let found = try scratch.shell("grep -rlaE 'jane.doe|staff-1234' L L.vault")
    #expect(found == Outcome(status: 1))
  }

  @Test func stepsThatCannotBe() throws {
    let scratch = try Self.scratch()
    let execution = Self.target + Self.by + ["--method", "row-erasure"]
    let verification = Self.target + Self.by + ["--method", "scan", "--residual", "0"]
    let missing = "no erasure/request record has the id '\(Self.request)'; record the request first"
    for (step, more) in [("execution", execution), ("verification", verification)] {
      #expect(
        try Self.step(scratch, step, more)
          == Outcome(errors: "ledgerstone: \(missing)\n", status: 1))
    }
    try Self.ask(scratch)
    #expect(
      try Self.step(
        scratch, "request", ["--regulation", "eu-gdpr:A17", "--received", "2026-03-04"])
        == Outcome(
          errors: "ledgerstone: record 2 is the request '\(Self.request)' already\n", status: 1))
    #expect(
      try Self.step(scratch, "verification", verification)
        == Outcome(
          errors: "ledgerstone: no erasure/execution of the request '\(Self.request)' has the "
            + "target dataset:clinic:raw.bookings; record that first\n", status: 1))
    let before = try scratch.run("inspect", "L", "--json").output
    for (step, more, words) in [
      ("execution", Self.target + Self.by + ["--method", "row_erasure"], "is none of: drop-and"),
      ("execution", Self.target + Self.by + ["--method", ""], "is none of: drop-and"),
      ("execution", Self.target + ["--method", "truncate"], "needs an entity with role 'actor'"),
      ("execution", Self.by + ["--method", "truncate"], "needs an entity with role 'target'"),
      ("execution", execution + ["--target", "dataset:clinic"], "--target dataset:clinic: "),
      ("execution", execution + ["--target", "job:clinic:x", "--by", "x"], "--by x: "),
      ("execution", execution + ["--attribute", "method=x"], "method is given twice"),
      ("execution", execution + ["--started", "soon"], "--started soon: neither a date"),
      ("execution", execution + ["--event-time", "soon"], "--event-time soon: not an RFC 3339"),
      ("execution", execution + ["--rows-after", "-1"], "no command takes a negative number"),
      ("execution", execution + ["--subject", "x"], "--sealed and --subject belong together"),
      ("verification", Self.target + Self.by + ["--method", "scan"], "--residual"),
      ("verification", verification + ["--residual", "none"], "--residual"),
      ("request", ["--regulation", "r", "--received", "2026-13-01"], "--received 2026-13-01: "),
      ("request", ["--regulation", "", "--received", "2026-03-01"], "'regulation' as a text"),
      ("request", ["--received", "2026-03-01"], "--regulation"),
    ] {
      let name = step == "request" ? "another" : Self.request
      let outcome = try Self.step(scratch, step, more, request: name)
      #expect(outcome.status == 64 && outcome.output == "", "\(step) \(more): \(outcome)")
      #expect(outcome.errors.contains(words), "\(step) \(more): \(outcome.errors)")
    }
    for name in ["", " x", "ä", String(repeating: "x", count: 201)] {
      let outcome = try Self.step(
        scratch, "request", ["--regulation", "r", "--received", "2026-03-01"], request: name)
      #expect(outcome.status == 64 && outcome.errors.contains("1 to 200 printable"), "\(name)")
    }
    #expect(try scratch.run("inspect", "L", "--json").output == before, "nothing was appended")
  }

  /// What the ledger holds of a person is erased under the same request.
  @Test func besideAnErasureInTheLedger() throws {
    let scratch = try Self.scratch()
    try scratch.write("note", "for one alone")
    #expect(try scratch.append("--sealed", "note", "--subject", "person-1").status == 0)
    let asked = try Self.step(
      scratch, "request", ["--regulation", "eu-gdpr:A17", "--received", "2026-03-04"])
    #expect(asked.status == 0)
    let erased = try scratch.run(
      "erase", "L", "--request", Self.request, "--subject", "person-1")
    #expect(erased.status == 0 && erased.output.contains("\"requestRecord\":3,"), "\(erased)")
    let execution = try Self.step(
      scratch, "execution", Self.target + Self.by + ["--method", "drop-and-purge"])
    #expect(execution.status == 0, "\(execution)")
    // The other way round `erase` has recorded the request.
    #expect(
      try scratch.run("erase", "L", "--request", "r-2", "--subject", "person-2").status == 0)
    #expect(
      try Self.step(
        scratch, "request", ["--regulation", "x", "--received", "2026-03-04"], request: "r-2"
      ).status == 1)
    #expect(
      try Self.step(
        scratch, "execution", Self.target + Self.by + ["--method", "truncate"], request: "r-2"
      ).status == 0)
  }
}
