import Foundation
import Testing

/// `lineage`, `closure` and the access report on a small estate: raw → clean → model.
@Suite struct LineageCommandTests {
  /// START and COMPLETE of one run, in one minute.
  static func run(
    _ number: Int, minute: Int, job: String, input: String, output: String, facets: String = ""
  ) -> String {
    ["START", "COMPLETE"].enumerated().map { second, type in
      "{\"eventType\":\"\(type)\",\"eventTime\":\"2026-01-02T03:\(10 + minute):0\(second)Z\","
        + "\"run\":{\"runId\":\"0193a1de-7c51-7c3b-9c55-1fd1f2c5000\(number)\"},"
        + "\"job\":{\"namespace\":\"n\",\"name\":\"\(job)\"},"
        + "\"inputs\":[{\"namespace\":\"n\",\"name\":\"\(input)\"}],"
        + "\"outputs\":[{\"namespace\":\"n\",\"name\":\"\(output)\""
        + (facets.isEmpty ? "" : ",\"facets\":{\(facets)}") + "}]}\n"
    }.joined()
  }

  private static let truncation =
    "\"lifecycleStateChange\":{\"lifecycleStateChange\":\"TRUNCATE\"}"
  static let emptied =
    "{\"eventTime\":\"2026-01-02T03:20:00Z\",\"dataset\":{\"namespace\":\"n\",\"name\":\"raw\","
    + "\"facets\":{\(truncation)}}}\n"

  static func estate(_ more: String...) throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "events.ndjson",
      Self.run(1, minute: 0, job: "ingest", input: "raw", output: "clean")
        + Self.run(2, minute: 1, job: "train", input: "clean", output: "model") + more.joined())
    let outcome = try scratch.run("import", "L", "--format", "openlineage", "events.ndjson")
    #expect(outcome.status == 0, "\(outcome)")
    return scratch
  }

  private func states(_ scratch: Scratch, _ more: String...) throws -> [String] {
    let outcome = try scratch.run(
      ["closure", "L", "dataset:n:raw", "--at", "2026-01-02T04:00:00Z"] + more)
    #expect(outcome.status == 0, "\(outcome)")
    return outcome.output.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let depth = words.first, Int(depth) != nil else { return nil }
      return words[1...2].joined(separator: " ")
    }
  }

  @Test func theClosureFollowsWhatWasDone() throws {
    let since = ["--since", "1"]
    #expect(
      try states(try Self.estate(), since[0], since[1]) == [
        "NOT_REBUILT dataset:n:raw", "NOT_REBUILT dataset:n:clean", "NOT_REBUILT dataset:n:model",
      ])
    let erased = try Self.estate(Self.emptied)
    #expect(
      try states(erased, "--since", "1") == [
        "CLEAN dataset:n:raw", "NOT_REBUILT dataset:n:clean", "NOT_REBUILT dataset:n:model",
      ])
    // As of before the erasure nothing was done.
    #expect(try states(erased, "--since", "1", "--as-of", "5").first == "NOT_REBUILT dataset:n:raw")
    let rebuilt = try Self.estate(
      Self.emptied,
      Self.run(
        3, minute: 20, job: "train", input: "clean", output: "model", facets: Self.truncation),
      Self.run(
        4, minute: 21, job: "ingest", input: "raw", output: "clean", facets: Self.truncation))
    #expect(
      try states(rebuilt, "--since", "1") == [
        "CLEAN dataset:n:raw", "CLEAN dataset:n:clean", "REBUILT_FROM_STALE dataset:n:model",
      ])
    let json = try rebuilt.run("closure", "L", "dataset:n:raw", "--since", "1", "--json")
    #expect(json.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["closed"] as? Bool == false)
    #expect((object?["descendants"] as? [Any])?.count == 2)
  }

  @Test func lineageGoesBothWays() throws {
    let scratch = try Self.estate()
    let down = try scratch.run("lineage", "L", "dataset:n:raw", "--downstream", "--collapsed")
    #expect(
      down
        == Outcome(
          output: """
            dataset:n:raw
            └─ dataset:n:clean [inferred]
               └─ dataset:n:model [inferred]

            """))
    let up = try scratch.run("lineage", "L", "dataset:n:model", "--upstream", "--collapsed")
    #expect(
      up
        == Outcome(
          output: """
            dataset:n:model
            └─ dataset:n:clean [inferred]
               └─ dataset:n:raw [inferred]

            """))
    let near = try scratch.run(
      "lineage", "L", "dataset:n:raw", "--downstream", "--collapsed", "--depth", "1")
    #expect(near.output == "dataset:n:raw\n└─ dataset:n:clean [inferred] [cut]\n")
    let early = try scratch.run(
      "lineage", "L", "dataset:n:raw", "--downstream", "--collapsed", "--as-of", "3")
    #expect(early.output == "dataset:n:raw\n└─ dataset:n:clean [inferred]\n")
    let dot = try scratch.run("lineage", "L", "dataset:n:raw", "--downstream", "--format", "dot")
    #expect(dot.output.hasPrefix("digraph"))
    let json = try scratch.run("lineage", "L", "dataset:n:raw", "--downstream", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["direction"] as? String == "downstream")
  }

  @Test func columnsComeFromBodies() throws {
    let scratch = try Scratch.withLedger()
    let columns =
      "\"columnLineage\":{\"fields\":{\"age\":{\"inputFields\":[{\"namespace\":\"n\","
      + "\"name\":\"raw\",\"field\":\"bo\\u001brn\",\"transformations\":[{\"type\":\"DIRECT\","
      + "\"subtype\":\"AGGREGATION\",\"masking\":true}]}]}}}"
    try scratch.write(
      "events.ndjson",
      Self.run(1, minute: 0, job: "ingest", input: "raw", output: "clean", facets: columns))
    try scratch.run("import", "L", "--format", "openlineage", "events.ndjson")
    let arguments = ["lineage", "L", "dataset:n:clean", "--upstream", "--collapsed", "--columns"]
    #expect(
      try scratch.run(arguments)
        == Outcome(
          output: """
            dataset:n:clean
            └─ dataset:n:raw [column, masked]
            columns, by record 2:
              bo\u{FFFD}rn of dataset:n:raw → age of dataset:n:clean [masked, DIRECT/AGGREGATION]

            """))
    let json = try scratch.run(arguments + ["--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let statement = (object?["columns"] as? [[String: Any]])?.first
    #expect(statement?["record"] as? Int == 2)
    let edge = (statement?["edges"] as? [[String: Any]])?.first
    #expect(edge?["targetColumn"] as? String == "age" && edge?["masked"] as? Bool == true)
    #expect((object?["columnsMissing"] as? [Any])?.isEmpty == true)
    let without = try scratch.run(["lineage", "L", "dataset:n:clean", "--upstream", "--json"])
    #expect(without.output.contains("\"columns\":null,\"columnsMissing\":null"))
  }

  @Test func theAccessReportGroups() throws {
    let scratch = try Self.estate()
    for (purpose, service) in [("audit", "a"), ("audit", "a"), ("billing", "b")] {
      try scratch.run(
        "append", "L", "--kind", "access", "--entity", "target=dataset:n:raw", "--entity",
        "actor=service:n:\(service)", "--attribute", "action=read", "--attribute",
        "purpose=\(purpose)", "--attribute", "outcome=ok")
    }
    let outcome = try scratch.run("history", "L", "dataset:n:raw", "--kind", "access", "--report")
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.contains { $0.hasPrefix("service:n:a; for audit; 2 times; read 2; outcome ok 2") })
    #expect(lines.contains { $0.hasPrefix("service:n:b; for billing; 1 time; read 1") })
    #expect(
      lines.last?.hasPrefix(
        "scope: what records 0 to 8 (not included) say of dataset:n:raw; an access that nobody "
          + "recorded is not in it") == true)
    let json = try scratch.run(
      "history", "L", "dataset:n:raw", "--kind", "access", "--report", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["groups"] as? [Any])?.count == 2)
  }

  @Test func anUnknownEntityIsNoError() throws {
    let scratch = try Self.estate()
    for command in [
      ["closure", "L", "dataset:n:none", "--since", "1"],
      ["lineage", "L", "dataset:n:none", "--upstream"],
    ] {
      #expect(try scratch.run(command) == Outcome(errors: "no record names it\n"), "\(command)")
    }
  }

  @Test(arguments: [
    ["lineage", "L", "dataset:n:raw"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--downstream"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--depth", "0"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--as-of", "99"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--as-of", "yesterday"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--format", "xml"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--format", "dot", "--json"],
    ["lineage", "L", "dataset:n:raw", "--upstream", "--format", "dot", "--columns"],
    ["lineage", "L", "dataset", "--upstream"],
    ["closure", "L", "dataset:n:raw"],
    ["closure", "L", "dataset:n:raw@1", "--since", "1"],
    ["closure", "L", "dataset:n:raw", "--since", "99"],
    ["closure", "L", "dataset:n:raw", "--since", "-1"],
    ["closure", "L", "dataset:n:raw", "--since", "1", "--erasure", "99"],
    ["closure", "L", "dataset:n:raw", "--since", "1", "--silence", "-1"],
    ["closure", "L", "dataset:n:raw", "--since", "1", "--at", "noon"],
    ["history", "L", "dataset:n:raw", "--report"],
    ["history", "L", "job:n:ingest", "--kind", "access", "--report"],
    ["history", "L", "dataset:n:raw", "--kind", "access", "--report", "--limit", "1"],
  ])
  func whatCannotBeAskedIsUsage(_ arguments: [String]) throws {
    let outcome = try Self.estate().run(arguments)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.output.isEmpty)
  }

  @Test func aMissingLedgerIsNone() throws {
    let scratch = try Scratch()
    #expect(try scratch.run("closure", "N", "dataset:n:raw", "--since", "1").status == 10)
    #expect(try scratch.run("lineage", "N", "dataset:n:raw", "--upstream").status == 10)
  }

  /// A job, a run or a service has no content of its own.
  @Test(arguments: ["job:n:j", "run::r", "service:n:s", "request::q"])
  func whatHoldsNoDataHasNoLineage(_ entity: String) throws {
    let scratch = try Scratch.withLedger()
    for arguments in [
      ["closure", "L", entity, "--since", "0"], ["lineage", "L", entity, "--upstream"],
    ] {
      let outcome = try scratch.run(arguments)
      #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.errors.contains("are of a dataset or a model"), "\(outcome)")
    }
    #expect(try scratch.run("closure", "L", "model:n:m", "--since", "0").status == 0)
  }
}
