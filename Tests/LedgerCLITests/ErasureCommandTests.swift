import Foundation
import Testing

/// `erase`, `hold` and sealed bodies as a script sees them.
@Suite struct ErasureCommandTests {
  /// Records 1 to `count`, each with a plain body and one of `person-(number % 4)`.
  private static func ledger(_ count: Int) throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let lines = (1...count).map { number in
      "{\"kind\":\"access\",\"entities\":[{\"role\":\"target\",\"type\":\"dataset\","
        + "\"namespace\":\"w\",\"name\":\"t\"}],\"attributes\":{\"action\":\"read\","
        + "\"purpose\":\"p\",\"outcome\":\"ok\"},\"bodies\":[{\"value\":{\"n\":\(number)}},"
        + "{\"value\":{\"of\":\(number)},\"subject\":\"person-\(number % 4)\"}]}\n"
    }
    try scratch.write("records.ndjson", lines.joined())
    let outcome = try scratch.run("import", "L", "--format", "record", "records.ndjson")
    #expect(outcome.status == 0, "\(outcome)")
    try scratch.run("checkpoint", "L")
    return scratch
  }

  private func json(_ outcome: Outcome) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(value as? [String: Any])
  }

  @Test func sealedBodies() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("plain", "for everybody")
    try scratch.write("secret", "for one alone")
    #expect(
      try scratch.append(
        "--body", "plain", "--sealed", "secret", "--subject", "person-1", "--content-type",
        "text/plain"
      ).status == 0)
    #expect(try scratch.run("show", "L", "1", "--body", "0").output == "for everybody")
    #expect(try scratch.run("show", "L", "1", "--body", "1").output == "for one alone")
    #expect(!(try scratch.run("show", "L", "1").output.contains("person-1")))
    let script = """
      set -e
      "$LEDGERSTONE" checkpoint L >/dev/null
      "$LEDGERSTONE" prove L 1 -o proof
      "$LEDGERSTONE" show L 1 --entry >entry
      "$LEDGERSTONE" show L 1 --opening 1 >opening
      "$LEDGERSTONE" verify proof --entry entry --opening opening --key @vkey
      ! grep -rqa 'for one alone' L L.vault
      ! grep -rqa 'person-1' L L.vault
      """
    let outcome = try scratch.shell(script)
    #expect(outcome.status == 0, "\(outcome)")
    let opening = try json(Outcome(output: try scratch.text("opening")))
    #expect(
      Set(opening.keys) == ["salt", "bytes", "record", "body", "key", "ledgerId"])
  }

  @Test func withoutTheVaultOrItsKey() throws {
    let scratch = try Self.ledger(4)
    try scratch.shell("mv L.vault/kek.key kek")
    for command in [
      ["show", "L", "1", "--body", "1"], ["show", "L", "1", "--opening", "1"],
      ["erase", "L", "--request", "r", "--subject", "person-1"],
      ["hold", "place", "L", "--subject", "person-1", "--basis", "b", "--decided-by", "d"],
    ] {
      let outcome = try scratch.run(command)
      #expect(outcome.status == 1 && outcome.output == "")
      #expect(outcome.errors.contains("key-encryption key"), "\(outcome)")
    }
    // Everything else works.
    #expect(try scratch.run("show", "L", "1", "--body", "0").output == "{\"n\":1}")
    #expect(try scratch.append().status == 0)
    #expect(
      try scratch.run("erase", "L", "--request", "r", "--record", "2", "--body", "0")
        .status == 0)
    #expect(try scratch.run("checkpoint", "L").status == 0)
    #expect(try scratch.run("verify", "L").status == 0)
    let found = try scratch.shell(
      "LEDGERSTONE_KEK_FILE=kek \"$LEDGERSTONE\" show L 1 --body 1")
    #expect(found == Outcome(output: "{\"of\":1}"))
    let command = try scratch.shell(
      "LEDGERSTONE_KEK_COMMAND='cat kek' \"$LEDGERSTONE\" show L 1 --body 1")
    #expect(command == Outcome(output: "{\"of\":1}"))
    try scratch.shell("mv L.vault away")
    #expect(try scratch.run("show", "L", "1", "--body", "1").status == 1)
    #expect(try scratch.run("show", "L", "1", "--body", "0").status == 0)
    #expect(try scratch.run("verify", "L").status == 0)
  }

  @Test func outcomesAndTheirStatus() throws {
    let scratch = try Self.ledger(8)
    let erased = try scratch.run("erase", "L", "--request", "r-1", "--subject", "person-1")
    #expect(erased.status == 0)
    #expect(
      erased.output
        == "{\"request\":\"r-1\",\"outcome\":\"ERASED\",\"requestRecord\":9,\"planRecord\":10,"
        + "\"outcomeRecord\":11,\"bodies\":2,\"residualRecords\":[],\"residualFiles\":[],"
        + "\"unsearchedIdentifiers\":0,\"holds\":[],\"basis\":null,\"repeated\":false}\n")
    let repeated = try scratch.run("erase", "L", "--request", "r-1", "--subject", "person-1")
    #expect(repeated.status == 0)
    #expect(repeated.output == erased.output.replacing("d\":false", with: "d\":true"))
    #expect(
      try json(try scratch.run("erase", "L", "--request", "r-2", "--subject", "nobody-at-all"))[
        "outcome"] as? String == "NOT_FOUND")
    let gone = try scratch.run("show", "L", "1", "--body", "1")
    #expect(
      gone
        == Outcome(
          errors: "ledgerstone: body 1 of record 1 was erased; the plan is record 10\n", status: 1))
    // An identifier that also stands in a plain body.
    try scratch.write("plain", "a note on person-2")
    try scratch.append("--body", "plain")
    let residual = try scratch.run("erase", "L", "--request", "r-3", "--subject", "person-2")
    #expect(residual.status == 2)
    #expect(try json(residual)["residualRecords"] as? [Int] == [14])
    #expect(residual.errors.contains("still stands in 1 record(s)"))
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  @Test func identifiersTooShortToSearchFor() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("secret", "for one alone")
    #expect(try scratch.append("--sealed", "secret", "--subject", "p7").status == 0)
    let outcome = try scratch.run("erase", "L", "--request", "r-1", "--subject", "p7")
    #expect(outcome.status == 0)
    #expect(try json(outcome)["unsearchedIdentifiers"] as? Int == 1)
    #expect(
      outcome.errors
        == "warning: 1 identifier not searched for: fewer than N bytes stand in files by chance; "
        + "key and bodies are gone all the same\n")
    #expect(try scratch.run("show", "L", "1", "--body", "0").status == 1)
  }

  /// What goes into headers for ever must not name the person, who would be RESIDUAL for ever.
  @Test func textsThatNameThePerson() throws {
    let scratch = try Self.ledger(4)
    let before = try scratch.run("inspect", "L", "--json").output
    let person = ["--subject", "person-1"]
    for option in ["--regulation", "--received"] {
      let empty = try scratch.run(["erase", "L", "--request", "r", option, ""] + person)
      #expect(empty.status == 64 && empty.errors.contains("says nothing"), "\(empty)")
    }
    try scratch.write("letter", "a letter")
    for arguments in [
      ["erase", "L", "--request", "r", "--received", "2026-03-01 from person-1"] + person,
      ["erase", "L", "--request", "r", "--regulation", "person-1"] + person,
      ["hold", "place", "L", "--basis", "suit of person-1", "--decided-by", "d"] + person,
      ["hold", "place", "L", "--basis", "b", "--decided-by", "person-1"] + person,
      ["deletion", "request", "L", "--request", "r", "--regulation", "person-1", "--received"]
        + ["2026-03-01", "--sealed", "letter"] + person,
      ["deletion", "request", "L", "--request", "person-1", "--regulation", "x", "--received"]
        + ["2026-03-01", "--sealed", "letter"] + person,
    ] {
      let outcome = try scratch.run(arguments)
      #expect(outcome.status == 64 && outcome.output == "", "\(arguments) \(outcome)")
      #expect(outcome.errors.contains("contains the subject's identifier"), "\(outcome)")
    }
    #expect(try scratch.run("inspect", "L", "--json").output == before, "nothing was appended")
    #expect(try scratch.run(["erase", "L", "--request", "r"] + person).status == 0)
  }

  @Test func holds() throws {
    let scratch = try Self.ledger(4)
    let hold = try scratch.run(
      "hold", "place", "L", "--entity", "dataset:w:t", "--basis", "case-7", "--decided-by",
      "counsel")
    #expect(hold == Outcome(output: Sample.receipt(5)))
    let refused = try scratch.run("erase", "L", "--request", "r", "--subject", "person-1")
    #expect(refused.status == 1)
    #expect(try json(refused)["outcome"] as? String == "REFUSED")
    #expect(try json(refused)["holds"] as? [Int] == [5])
    #expect(refused.errors.contains("a hold forbids it (record 5: case-7)"))
    let released = try scratch.run(
      "hold", "release", "L", "--hold", "5", "--basis", "over", "--decided-by", "counsel")
    #expect(released == Outcome(output: Sample.receipt(8)))
    #expect(try scratch.run("erase", "L", "--request", "r", "--subject", "person-1").status == 0)
    for arguments in [
      ["--everything", "--subject", "x"], [], ["--record", "1"], ["--entity", "nothing"],
    ] {
      let outcome = try scratch.run(
        ["hold", "place", "L", "--basis", "b", "--decided-by", "d"] + arguments)
      #expect(outcome.status == 64, "\(arguments)")
    }
  }

  @Test func batches() throws {
    let scratch = try Self.ledger(8)
    try scratch.write(
      "batch",
      "{\"subject\":\"person-1\"}\r\n\r\n{\"record\":2,\"body\":0}\n"
        + "{\"subject\":\"nobody\"}\n")
    let outcome = try scratch.run("erase", "L", "--request", "r", "--batch", "batch")
    #expect(outcome.status == 0)
    #expect(try json(outcome)["bodies"] as? Int == 3)
    for line in [
      "{\"subject\":1}", "{}", "[]", "person-1", "{\"record\":1}", "{\"record\":-1,\"body\":0}",
      "{\"subject\":\"a\",\"body\":1}",
    ] {
      try scratch.write("batch", "{\"subject\":\"person-2\"}\n" + line + "\n")
      let refused = try scratch.run("erase", "L", "--request", "r2", "--batch", "batch")
      #expect(refused.status == 64 && refused.errors.contains("batch, line 2"), "\(line)")
    }
    #expect(try scratch.run("show", "L", "2", "--body", "1").status == 0)
  }

  @Test(arguments: [
    ["--subject", "x"], ["--request", "r"], ["--request", "r", "--record", "1"],
    ["--request", "r", "--subject", "x", "--record", "1", "--body", "0"],
    ["--request", "", "--subject", "x"], ["--request", "for x", "--subject", "x"],
    ["--request", "r", "--subject", ""],
  ])
  func usage(arguments: [String]) throws {
    let scratch = try Scratch.withLedger()
    #expect(try scratch.run(["erase", "L"] + arguments).status == 64)
    #expect(try scratch.run("show", "L", "1").status == 1)
  }

  @Test func bodiesThatAreNotThere() throws {
    let scratch = try Self.ledger(4)
    for (record, body) in [("99", "0"), ("1", "2")] {
      let outcome = try scratch.run(
        "erase", "L", "--request", "r", "--record", record, "--body", body)
      #expect(outcome.status == 1)
    }
    #expect(try scratch.run("show", "L", "5").status == 1, "nothing was recorded")
  }

  @Test func killedAnywhere() throws {
    let scratch = try Self.ledger(200)
    try scratch.shell("mkdir original && mv L L.vault original/")
    try scratch.shell("cp -a original/. .")
    let arguments = ["erase", "L", "--request", "r", "--subject", "person-1"]
    let start = Date()
    #expect(try scratch.run(arguments).status == 0)
    let duration = Date().timeIntervalSince(start)
    var killedCount = 0
    let tryCount = 12
    for number in 0..<tryCount {
      try scratch.shell("rm -rf L L.vault && cp -a original/. .")
      let process = try scratch.process(arguments, run: "erase-\(number)")
      try process.run()
      Thread.sleep(forTimeInterval: duration * Double(number) / Double(tryCount))
      kill(process.processIdentifier, SIGKILL)
      if try scratch.result(of: process, run: "erase-\(number)").status == -SIGKILL {
        killedCount += 1
      }
      let between = try scratch.run("verify", "L", "--key", "@vkey")
      #expect(between.status == 0, "\(between)")
      let again = try scratch.run(arguments)
      #expect(again.status == 0 && again.output.contains("\"outcome\":\"ERASED\""), "\(again)")
      #expect(again.output.contains("\"bodies\":50"))
      let after = try scratch.run("verify", "L", "--key", "@vkey")
      #expect(after.status == 0 && after.output.contains("50 erased"), "\(after)")
      #expect(try scratch.run("show", "L", "1", "--body", "1").status == 1)
      #expect(try scratch.run("show", "L", "2", "--body", "1").output == "{\"of\":2}")
      #expect(try scratch.shell("! grep -rqa person-1 L L.vault").status == 0)
    }
    #expect(killedCount > 3, "\(killedCount) of \(tryCount) were hit")
  }
}
