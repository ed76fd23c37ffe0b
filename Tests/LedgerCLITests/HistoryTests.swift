import Foundation
import Testing

/// `index`, `history`, `entities`, and the proofs they lead to.
@Suite struct HistoryTests {
  /// Records 1 to 5 name t, t, u, t, v; record 6 is an index record.
  private func indexed() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let datasets = ["t", "t", "u", "t", "v"]
    try scratch.write(
      "r.ndjson",
      datasets.enumerated().map { Sample.access(id: "\($0)", dataset: $1) }.joined())
    try scratch.run("import", "L", "--format", "record", "r.ndjson")
    try scratch.run("index", "L")
    return scratch
  }

  private func indexes(_ outcome: Outcome) -> [String] {
    outcome.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
  }

  @Test func anIndexRecordIsPrintedAsItsCheckpoint() throws {
    let scratch = try indexed()
    let note = try scratch.text("L/checkpoint")
    #expect(note.hasPrefix("acme.example/provenance\n7\n"))
    #expect(try scratch.text("L/index/6.note") == note)
    try scratch.shell("\"$LEDGERSTONE\" index L >again; \"$LEDGERSTONE\" index L --json >json")
    #expect(try scratch.text("again") == note)
    let object = try JSONSerialization.jsonObject(with: Data(scratch.bytes("json")))
    #expect(object as? [String: String] == ["checkpoint": note])
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  @Test func aHistoryInFull() throws {
    let scratch = try indexed()
    let outcome = try scratch.run("history", "L", "dataset:w:t")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(indexes(outcome) == ["1", "2", "4"])
    #expect(
      outcome.output.split(separator: "\n").allSatisfy {
        $0.hasSuffix("access  as target  by local")
      }
    )
    let json = try scratch.run("history", "L", "dataset:w:u", "--json")
    #expect(try json == scratch.run("show", "L", "3", "--json"))
    try scratch.append()
    let newer = try scratch.run("history", "L", "dataset:w:t")
    #expect(indexes(newer) == ["1", "2", "4", "7"])
    #expect(newer.errors == "index record 6 does not cover the newest 1 record\n")
  }

  @Test func filtersAndPages() throws {
    let scratch = try indexed()
    let first = try scratch.run("history", "L", "dataset:w:t", "--limit", "2")
    #expect(indexes(first) == ["1", "2"] && first.errors == "more: --after 2\n")
    let rest = try scratch.run("history", "L", "dataset:w:t", "--after", "2")
    #expect(indexes(rest) == ["4"] && rest.errors.isEmpty)
    #expect(
      try scratch.run("history", "L", "dataset:w:t", "--kind", "run")
        == Outcome(errors: "no record matches\n"))
    let kind = try scratch.run("history", "L", "dataset:w:t", "--kind", "access")
    #expect(indexes(kind).count == 3)
    let since = ["history", "L", "dataset:w:t", "--since"]
    #expect(indexes(try scratch.run(since + ["2020-01-01T00:00:00Z"])).count == 3)
    #expect(indexes(try scratch.run(since + ["2999-01-01T00:00:00Z"])).isEmpty)
    let until = ["history", "L", "dataset:w:t", "--until", "2020-01-01T00:00:00Z"]
    #expect(indexes(try scratch.run(until)).isEmpty)
    for wrong in [
      ["--since", "yesterday"], ["--limit", "0"], ["--after", "x"], ["--kind", ""],
      ["--kind", "acess"], ["--kind", "erasure/"], ["--kind", "run/x"],
    ] {
      #expect(try scratch.run(["history", "L", "dataset:w:t"] + wrong).status == 64)
    }
  }

  /// Behind any part of a continued record comes the next record, not the same again.
  @Test func pagesGoOnBehindAContinuedRecord() throws {
    let scratch = try Scratch.withLedger()
    func record(_ targets: [String]) -> String {
      let entities = targets.map {
        #"{"role":"target","type":"dataset","namespace":"lake","name":"\#($0)"}"#
      }
      return #"{"kind":"access","eventTime":"2026-01-01T00:00:00Z","entities":["#
        + #"{"role":"actor","type":"service","namespace":"idp","name":"r"},"#
        + entities.joined(separator: ",")
        + #"],"attributes":{"action":"read","purpose":"p","outcome":"ok"}}"# + "\n"
    }
    let wide = (0..<3_000).map { "table with a long name \($0)" }
    try scratch.write("in", record(["a"]) + record(["a"] + wide) + record(["a"]))
    #expect(try scratch.run("import", "L", "--format", "record", "in").status == 0)
    let all = try scratch.run("history", "L", "dataset:lake:a")
    let last = try #require(UInt64(indexes(all).last ?? ""))
    #expect(indexes(all) == ["1", "2", "\(last)"])
    #expect(last > 3)
    for after in 2..<last {
      let page = try scratch.run("history", "L", "dataset:lake:a", "--after", "\(after)")
      #expect(indexes(page) == ["\(last)"], "\(after)")
    }
    for after in [last, last + 1, UInt64(Int64.max)] {
      let page = try scratch.run("history", "L", "dataset:lake:a", "--after", "\(after)")
      #expect(page.status == 0 && indexes(page) == [], "\(after)")
    }
  }

  @Test func aPageMayBeAsLongAsAnyInteger() throws {
    let scratch = try indexed()
    let all = try scratch.run("entities", "L")
    #expect(all.status == 0 && all.output.contains("dataset:w:t"))
    for limit in ["9223372036854775807", "9223372036854775806", "9223372036854775805"] {
      #expect(try scratch.run("entities", "L", "--limit", limit) == all)
      #expect(try scratch.run("history", "L", "dataset:w:t", "--limit", limit).status == 0)
    }
  }

  @Test func aProofOfTheHistory() throws {
    let scratch = try indexed()
    let outcome = try scratch.run("history", "L", "dataset:w:t", "--proof", "p")
    #expect(outcome.errors == "proof: 3 records from 0 to 5, under index record 6\n")
    #expect(try scratch.text("p").hasPrefix("ledgerstone/completeness@v1\nentity "))
    let unknown = try scratch.run("history", "L", "dataset:w:unknown", "--proof", "q")
    #expect(
      unknown
        == Outcome(
          errors: "proof: 0 records from 0 to 5, under index record 6\nno record matches\n"))
    #expect(try scratch.run("history", "L", "dataset:w:t", "--proof", "L/active").status == 64)
    try scratch.append()
    let newer = try scratch.run("history", "L", "dataset:w:t", "--after", "6", "--proof", "r")
    #expect(newer.status == 64 && newer.errors.contains("ledgerstone index $DIR/L"))
  }

  @Test func withoutAnIndexRecordThereIsNoProof() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    let outcome = try scratch.run("history", "L", "dataset:w:t", "--proof", "p")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "ledgerstone: there is no index record yet that a proof could stand on; append one "
        + "with: ledgerstone index $DIR/L\n")
    #expect(try scratch.shell("ls p").status != 0)
    let plain = try scratch.run("history", "L", "dataset:w:t")
    #expect(indexes(plain) == ["1"])
    #expect(plain.errors == "no index record covers this yet: ledgerstone index\n")
  }

  @Test func entitiesWithoutEncoding() throws {
    let scratch = try Scratch.withLedger()
    func record(_ namespace: String, _ name: String) -> String {
      Sample.access(id: namespace + name, dataset: name)
        .replacing(
          "\"namespace\":\"w\",\"name\":\"\(name)\"",
          with: "\"namespace\":\"\(namespace)\",\"name\":\"\(name)\"")
    }
    try scratch.write(
      "r.ndjson", record("s3://bucket", "a/b") + record("x:y", "z") + record("x", "y:z"))
    try scratch.run("import", "L", "--format", "record", "r.ndjson")
    #expect(indexes(try scratch.run("history", "L", "dataset:s3://bucket:a/b")) == ["1"])
    #expect(indexes(try scratch.run("history", "L", "dataset:x%3Ay:z")) == ["2"])
    let ambiguous = try scratch.run("history", "L", "dataset:x:y:z")
    #expect(
      ambiguous
        == Outcome(
          errors: "ledgerstone: dataset:x:y:z may mean 2 entities; name one of them:\n"
            + "  dataset:x:y%3Az\n  dataset:x%3Ay:z\n", status: 64))
    let neither = try scratch.run("history", "L", "dataset:q:y:z")
    #expect(neither.status == 64 && neither.errors.contains("found 4 parts between colons"))
  }

  /// A version is text of whoever sent the record, and must not look like a line of ours.
  @Test func aVersionCannotForgeALine() throws {
    let scratch = try Scratch.withLedger()
    try scratch.run(
      "append", "L", "--kind", "access", "--entity", "target=dataset:w:t@v%0A9  x%1B[31m",
      "--entity", "actor=service:w:a", "--attribute", "action=read", "--attribute",
      "purpose=test", "--attribute", "outcome=ok")
    let outcome = try scratch.run("history", "L", "dataset:w:t")
    #expect(indexes(outcome) == ["1"])
    #expect(outcome.output.hasSuffix("as target@v\\u{A}9  x\\u{1B}[31m  by local\n"))
  }

  /// Two spellings that normalisation makes alike are two versions.
  @Test func versionsAreToldApartByTheirBytes() throws {
    let scratch = try Scratch.withLedger()
    let roles = ["\u{e9}", "e\u{301}"].map {
      #"{"role":"output","type":"dataset","namespace":"w","name":"t","version":"\#($0)"}"#
    }
    try scratch.write(
      "r.ndjson",
      #"{"kind":"run","eventType":"COMPLETE","entities":[{"role":"run","type":"run","name":"r"},"#
        + #"{"role":"job","type":"job","namespace":"w","name":"j"},\#(roles[0]),\#(roles[1])]}"#
        + "\n")
    #expect(try scratch.run("import", "L", "--format", "record", "r.ndjson").status == 0)
    let line = try scratch.run("history", "L", "dataset:w:t").output
    #expect(line.utf8.count { $0 == UInt8(ascii: "@") } == 2, "\(line)")
  }

  @Test func names() throws {
    let scratch = try indexed()
    let all = try scratch.run("entities", "L")
    #expect(all == Outcome(output: "dataset:w:t\ndataset:w:u\ndataset:w:v\nservice:w:a\n"))
    #expect(try scratch.run("entities", "L", "dataset:w:u") == Outcome(output: "dataset:w:u\n"))
    #expect(try scratch.run("entities", "L", "service").output == "service:w:a\n")
    let page = try scratch.run("entities", "L", "dataset", "--limit", "2")
    #expect(
      page
        == Outcome(
          output: "dataset:w:t\ndataset:w:u\n", errors: "more: --after 'dataset:w:u'\n"))
    #expect(
      try scratch.run("entities", "L", "dataset", "--after", "dataset:w:u").output
        == "dataset:w:v\n")
    #expect(
      try scratch.run("entities", "L", "dataset:w:v", "--json").output
        == "{\"type\":\"dataset\",\"namespace\":\"w\",\"name\":\"v\","
        + "\"entity\":\"dataset:w:v\"}\n")
    #expect(try scratch.run("entities", "L", "dataset:nowhere") == Outcome())
    for wrong in ["planet", "dataset:a:b:c", "dataset:%zz"] {
      #expect(try scratch.run("entities", "L", wrong).status == 64)
    }
  }
}
