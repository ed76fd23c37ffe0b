import Foundation
import Testing

/// `closure --proof`, and `verify` of what it writes.
@Suite struct ClosureProofCommandTests {
  /// raw → clean → model, raw emptied: records 1 to 5; record 6 is an index record.
  private func indexed() throws -> Scratch {
    let scratch = try LineageCommandTests.estate(LineageCommandTests.emptied)
    try scratch.run("index", "L")
    return scratch
  }

  private let asked = ["closure", "L", "dataset:n:raw", "--since", "1"]
  private let moment = ["--at", "2026-01-02T04:00:00Z"]

  private func object(_ text: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  @Test func theStatesAreComputedAnew() throws {
    let scratch = try indexed()
    let closure = try scratch.run(asked + moment + ["--proof", "p"])
    #expect(
      closure
        == Outcome(
          output: """
            0  CLEAN  dataset:n:raw  removed; record 5
            1  NOT_REBUILT  dataset:n:clean  not-written-since; inferred; from \
            dataset:n:raw; record 2
            2  NOT_REBUILT  dataset:n:model  not-written-since; inferred; from \
            dataset:n:clean; record 4
            NOT closed: 1 CLEAN, 2 NOT_REBUILT; erased by record 5; 6 records read from 0 on; \
            2 versions by inference only

            """, errors: "proof: 7 histories as of 6, under index record 6\n"))
    let verified = try scratch.run("verify", "p", "--key", "@vkey")
    #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified)")
    let lines = verified.output.split(separator: "\n").map(String.init)
    let verdict =
      "valid: all records below 6 of acme.example/provenance that bear on it, by the index "
      + "under the checkpoint of 7 records, give this closure of dataset:n:raw as it "
      + "was from record 1 on, asked at "
      + "2026-01-02T04:00:00.000000Z, silence after 86400 s; 0 gaps in producers' numbering "
      + "known, which no proof shows to be all"
    #expect(lines.first == verdict)
    let states = closure.output.split(separator: "\n").map { "  \($0)" }
    #expect(Array(lines.dropFirst()) == states)
    let json = try scratch.run(asked + moment + ["--proof", "p", "--json"])
    let report = try object(scratch.run("verify", "p", "--key", "@vkey", "--json").output)
    #expect(try report["closure"] as? NSDictionary == object(json.output))
    #expect(report["kind"] as? String == "closure" && report["indexRecord"] as? Int == 6)
  }

  @Test func noLineCanBeLeftOut() throws {
    let scratch = try indexed()
    try scratch.run(asked + ["--proof", "p"])
    let lines = try scratch.text("p").split(separator: "\n", omittingEmptySubsequences: false)
    var tried = 0
    for (place, line) in lines.enumerated()
    where ["record ", "run ", "asked "].contains(where: line.hasPrefix) {
      var fewer = lines
      fewer.remove(at: place)
      try scratch.write("q", fewer.joined(separator: "\n"))
      let outcome = try scratch.run("verify", "q", "--key", "@vkey")
      #expect(outcome.status == 2, "line \(place + 1): \(outcome)")
      tried += 1
    }
    #expect(tried == 5 + 7 + 7)
  }

  @Test func anUnknownEntityIsProvenAbsent() throws {
    let scratch = try indexed()
    let arguments = ["closure", "L", "dataset:n:none", "--since", "1", "--proof", "p"]
    #expect(
      try scratch.run(arguments)
        == Outcome(
          errors: "no record names it\nproof: 1 history as of 6, under index record 6\n"))
    #expect(try scratch.run("verify", "p", "--key", "@vkey").status == 0)
  }

  @Test func whatTheIndexDoesNotCover() throws {
    let scratch = try indexed()
    try scratch.append()
    let newer = try scratch.run(asked + ["--proof", "p"])
    #expect(newer.status == 0)
    #expect(
      newer.errors == "proof: 7 histories as of 6, under index record 6\n"
        + "index record 6 does not cover the newest 1 record\n")
    let beyond = try scratch.run(asked + ["--proof", "q", "--as-of", "8"])
    #expect(
      beyond
        == Outcome(
          errors: "ledgerstone: the newest index record is 6, so nothing can be proved as of 8; "
            + "append a new one with: ledgerstone index $DIR/L\n", status: 64))
    let since = ["closure", "L", "dataset:n:raw", "--since", "7", "--proof", "q"]
    #expect(try scratch.run(since).status == 64)
    #expect(try scratch.shell("ls q").status != 0)
    // As of before: fewer records, the same index record.
    let early = try scratch.run(asked + ["--proof", "q", "--as-of", "5"])
    #expect(early.output.hasPrefix("0  NOT_REBUILT"))
    #expect(try scratch.run("verify", "q", "--key", "@vkey").output.contains("0  NOT_REBUILT"))
  }

  @Test func aMissingRunIsBuiltAgain() throws {
    let scratch = try indexed()
    try scratch.run(asked + moment + ["--proof", "p"])
    try scratch.shell("rm L/index/*.run")
    #expect(try scratch.run(asked + moment + ["--proof", "q"]).status == 0)
    #expect(try scratch.bytes("p") == scratch.bytes("q"))
  }

  @Test func withoutAnIndexRecordThereIsNoProof() throws {
    let scratch = try LineageCommandTests.estate()
    let outcome = try scratch.run(asked + ["--proof", "p"])
    #expect(outcome.status == 1 && outcome.errors.contains("there is no index record yet"))
    #expect(try scratch.shell("ls p").status != 0)
  }

  @Test func anotherLedgersKeyDoesNotVerifyIt() throws {
    let scratch = try indexed()
    try scratch.run(asked + ["--proof", "p"])
    try scratch.shell("\"$LEDGERSTONE\" init M --origin other.example/ledger >other")
    let outcome = try scratch.run("verify", "p", "--key", "@other")
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("NOT VALID: 1 finding\n  the checkpoint: "))
    #expect(try scratch.run("verify", "p").status == 64)
    #expect(try scratch.run("verify", "p", "--key", "@vkey", "--entry", "vkey").status == 64)
  }

  @Test func whatCannotBeAskedIsUsage() throws {
    let scratch = try indexed()
    for path in ["L/active", "L.vault/x", ""] {
      #expect(try scratch.run(asked + ["--proof", path]).status == 64, "\(path)")
    }
    let events = LineageCommandTests.run(7, minute: 5, job: "j", input: "y:z", output: "o")
    let others = events.replacing(
      "\"namespace\":\"n\",\"name\":\"y:z\"", with: "\"namespace\":\"n:y\",\"name\":\"z\""
    )
    .replacing("c50007", with: "c50008")
    try scratch.write("more.ndjson", events + others)
    try scratch.run("import", "L", "--format", "openlineage", "more.ndjson")
    for command in [["closure", "--since", "1"], ["lineage", "--upstream"]] {
      let outcome = try scratch.run([command[0], "L", "dataset:n:y:z"] + command.dropFirst())
      #expect(
        outcome
          == Outcome(
            errors: "ledgerstone: dataset:n:y:z may mean 2 entities; name one of them:\n"
              + "  dataset:n:y%3Az\n  dataset:n%3Ay:z\n", status: 64))
    }
  }
}
