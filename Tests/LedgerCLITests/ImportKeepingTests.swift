import Foundation
import Testing

/// What an import keeps although it looks strange, and what it says of names.
@Suite struct ImportKeepingTests {
  @Test func unknownFacetsAreKeptToTheByte() throws {
    let scratch = try Scratch.withLedger()
    let event = Sample.event(
      job: "a", extra: ", \"surprise\" : {\"big\":123456789012345678901234567890,\"x\":1.50}")
    try scratch.write("event.json", event)
    let imported = try scratch.run("import", "L", "--format", "openlineage", "event.json")
    #expect(imported.status == 0)
    try scratch.shell("\"$LEDGERSTONE\" show L 1 --body 0 >body")
    #expect(try scratch.text("body") == event.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  @Test func aRunIdentifierThatIsNoUUIDIsTakenAndFlagged() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("event.json", Sample.event(run: "run-7", job: "b"))
    try scratch.run("import", "L", "--format", "openlineage", "event.json")
    let outcome = try scratch.run("show", "L", "1", "--json")
    #expect(
      outcome
        == Outcome(
          output: "{\"index\":1,\"recordedTime\":\"TIME\",\"kind\":\"run\","
            + "\"eventTime\":\"2026-01-02T03:04:05.000000Z\",\"source\":\"local\","
            + "\"producer\":\"p\",\"eventType\":\"COMPLETE\","
            + "\"flags\":[\"runIdentifierNotUUID\"],\"entities\":[{\"role\":\"run\","
            + "\"type\":\"run\",\"namespace\":\"\",\"name\":\"run-7\",\"version\":null},"
            + "{\"role\":\"job\",\"type\":\"job\",\"namespace\":\"n\",\"name\":\"b\","
            + "\"version\":null}],\"attributes\":{},\"bodies\":[{\"contentType\":"
            + "\"application/json\",\"byteCount\":149,\"commitment\":\"HASH\"}],"
            + "\"leafHash\":\"HASH\",\"previousLeafHash\":\"HASH\"}\n"))
  }

  @Test func importingTwiceAddsNothing() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("events.ndjson", Sample.event(job: "a") + Sample.event(job: "b"))
    try scratch.run("import", "L", "--format", "openlineage", "events.ndjson")
    let again = try scratch.run("import", "L", "--format", "openlineage", "events.ndjson")
    #expect(again == Outcome(errors: "recorded 0, duplicates 2, conflicts 0, rejected 0\n"))
    let other = try scratch.run(
      "import", "L", "--format", "openlineage", "--source", "other", "events.ndjson")
    #expect(other == Outcome(errors: "recorded 2, duplicates 0, conflicts 0, rejected 0\n"))
  }

  @Test func namesLikeMailAreWarnedOfOnce() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "records.ndjson",
      Sample.access(id: "1", dataset: "mail/jo@acme.example")
        + Sample.access(id: "2", dataset: "mail/jo@acme.example"))
    let outcome = try scratch.run("import", "L", "--format", "record", "records.ndjson")
    #expect(
      outcome
        == Outcome(
          errors: """
            warning: the name 'mail/jo@acme.example' looks like an e-mail address and is \
            permanent; --names replaces names
            recorded 2, duplicates 0, conflicts 0, rejected 0

            """))
  }

  @Test func ruledNamesBecomePseudonymsThatStayTheSame() throws {
    let scratch = try Scratch.withLedger()
    let name = "mail/jo@acme.example"
    try scratch.write(
      "records.ndjson",
      Sample.access(id: "1", dataset: name) + Sample.access(id: "2", dataset: name))
    try scratch.write("rules", "# mailboxes\ndataset:*:mail/*\n")
    let outcome = try scratch.run(
      "import", "L", "--format", "record", "--names", "rules", "records.ndjson")
    #expect(outcome == Outcome(errors: "recorded 2, duplicates 0, conflicts 0, rejected 0\n"))
    let leak = try scratch.shell("grep -rla 'jo@acme' L")
    #expect(leak == Outcome(status: 1))
    let names = try scratch.shell(
      """
      for index in 1 2; do
        "$LEDGERSTONE" show L $index --json | grep -o 'pseudonym-[0-9a-f]*'
      done | sort -u | wc -l
      """)
    #expect(names == Outcome(output: "1\n"))
  }

  @Test func rulesThatCannotBeReadEndTheImportBeforeItBegins() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("rules", "\ndataset\n")
    let outcome = try scratch.run(
      "import", "L", "--format", "record", "--names", "rules", "nothing.ndjson")
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("ledgerstone: rules: line 2: "))
  }
}
