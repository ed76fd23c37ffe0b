import Foundation
import Testing

/// The exact form of everything that `--json` prints: keys are stable, and none is ever absent.
@Suite struct JSONFormTests {
  private static let vkey = "acme.example/provenance+KEYID+KEY"

  /// A ledger of three records under a checkpoint, the second from a native record with an id.
  private func ledger() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.write("r.ndjson", Sample.access(id: "1"))
    try scratch.run("import", "L", "--format", "record", "r.ndjson")
    try scratch.append("--body", "r.ndjson")
    try scratch.run("checkpoint", "L")
    return scratch
  }

  /// The one value of an object that has just this key.
  private func only(_ key: String, _ outcome: Outcome) throws -> String {
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let object = try #require(value as? [String: String])
    #expect(Array(object.keys) == [key])
    #expect(outcome.output.filter { $0 == "\n" }.count == 1)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    return try #require(object[key])
  }

  @Test func initialisation() throws {
    let outcome = try Scratch().run("init", "L", "--origin", Sample.origin, "--json")
    #expect(
      outcome
        == Outcome(
          output: "{\"origin\":\"acme.example/provenance\",\"verifierKey\":\"\(Self.vkey)\"}\n"))
  }

  @Test func receipts() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("r.ndjson", Sample.access(id: "1"))
    let counts = ["recorded 1, duplicates 0", "recorded 0, duplicates 1"]
    for (count, isDuplicate) in zip(counts, [false, true]) {
      #expect(
        try scratch.run("import", "L", "--format", "record", "--json", "r.ndjson")
          == Outcome(
            output: Sample.receipt(1, id: "1", isDuplicate: isDuplicate),
            errors: "\(count), conflicts 0, rejected 0\n"))
    }
    #expect(try scratch.append("--json") == Outcome(output: Sample.receipt(2)))
  }

  @Test func filesInsideAnObject() throws {
    let scratch = try ledger()
    let checkpoint = try only("checkpoint", try scratch.run("checkpoint", "L", "--json"))
    #expect(try checkpoint == scratch.text("L/checkpoint"))
    for arguments in [["1"], ["--since", "L/checkpoint"]] {
      try scratch.run(["prove", "L"] + arguments + ["-o", "p"])
      let proof = try only("proof", try scratch.run(["prove", "L"] + arguments + ["--json"]))
      #expect(try proof == scratch.text("p"))
    }
    let tiles = try only("tiles", try scratch.run("export", "L", "--tiles", "T", "--json"))
    #expect(tiles == "$DIR/T")
  }

  @Test func recordWithABody() throws {
    let outcome = try ledger().run("show", "L", "2", "--json")
    let byteCount = Sample.access(id: "1").utf8.count
    #expect(
      outcome.output == """
        {"index":2,"recordedTime":"TIME","kind":"access","eventTime":null,"source":"local",\
        "producer":null,"entities":[{"role":"target","type":"dataset","namespace":"w","name":"t",\
        "version":null},{"role":"actor","type":"service","namespace":"w","name":"a",\
        "version":null}],"attributes":{"action":"read","outcome":"ok","purpose":"audit"},\
        "bodies":[{"contentType":"application/octet-stream","byteCount":\(byteCount),\
        "commitment":"HASH"}],\
        "leafHash":"HASH","previousLeafHash":"HASH"}

        """)
  }

  @Test func inspection() throws {
    let outcome = try ledger().run("inspect", "L", "--json")
    let output = outcome.output.replacing(#/"sizeBytes":[0-9]+/#, with: "\"sizeBytes\":N")
    func file(_ path: String, _ role: String) -> String {
      "{\"path\":\"\(path)\",\"role\":\"\(role)\",\"sizeBytes\":N,\"firstRecord\":null,"
        + "\"endRecord\":null,\"blockCount\":null}"
    }
    #expect(
      output == """
        {"origin":"acme.example/provenance","ledgerId":"LEDGERID","verifierKey":"\(Self.vkey)",\
        "recordCount":3,"checkpointSize":3,"sizeBytes":N,"damage":null,"files":[\
        \(file("LOCK", "lock")),\(file("active", "active groups")),\
        \(file("checkpoint", "checkpoint")),\(file("ledger.json", "identity")),\
        \(file("tree/0", "tree level"))]}

        """)
  }

  @Test func inspectionOfAnIndex() throws {
    let scratch = try ledger()
    try scratch.run("index", "L")
    let output = try scratch.run("inspect", "L", "--json").output
    let roles = [
      "index/0-0-3.names": "names of a run", "index/0-0-3.run": "run of the index",
      "index/3.note": "checkpoint of an index record",
    ]
    for (path, role) in roles {
      #expect(output.contains("{\"path\":\"\(path)\",\"role\":\"\(role)\","), "\(output)")
    }
    #expect(!output.contains("foreign"))
    try scratch.write("L/index/notes.txt", "x")
    let foreign = try scratch.run("inspect", "L", "--json").output
    #expect(foreign.contains("{\"path\":\"index/notes.txt\",\"role\":\"foreign\","))
  }

  /// The summary of the sample ledger; byte counts vary with the salts.
  private static func summary(keySource: String, savedSize: String = "null") -> String {
    """
    "summary":{"origin":"acme.example/provenance","ledgerId":"LEDGERID",\
    "keySource":"\(keySource)","verifierKey":"\(vkey)","checkpointSize":3,\
    "checkpointRoot":"HASH","savedCheckpointSize":\(savedSize),"recordCount":3,"bodyCount":1,\
    "erasedBodyCount":0,"indexRecordCount":0,"indexedSize":null,"segmentCount":0,\
    "groupCount":3,"byteCount":N}
    """
  }

  private func counted(_ outcome: Outcome) -> String {
    outcome.output.replacing(#/"byteCount":[0-9]+}/#, with: "\"byteCount\":N}")
  }

  @Test func verificationOfALedger() throws {
    let scratch = try ledger()
    let plain = try scratch.run("verify", "L", "--json")
    #expect(
      counted(plain) == """
        {"status":"valid","obstacle":null,"findings":[],"findingCount":0,"remarks":[\
        {"code":"keyFromLedger","file":null,"message":"no key was given: the one used came from \
        the ledger itself and proves no origin"}],\(Self.summary(keySource: "ledger"))}

        """)
    let given = try scratch.run(
      "verify", "L", "--json", "--key", "@vkey", "--since", "L/checkpoint")
    #expect(
      counted(given) == """
        {"status":"valid","obstacle":null,"findings":[],"findingCount":0,"remarks":[],\
        \(Self.summary(keySource: "given", savedSize: "3"))}

        """)
  }

  @Test func verificationThatFails() throws {
    let scratch = try ledger()
    try scratch.shell("sed -i 's/example/exemple/' L/ledger.json")
    let outcome = try scratch.run("verify", "L", "--json", "--key", "@vkey")
    #expect(outcome.status == 2)
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let object = try #require(value as? [String: Any])
    #expect(object["status"] as? String == "notValid")
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.count == object["findingCount"] as? Int)
    let keys: Set = ["code", "file", "offset", "block", "firstRecord", "lastRecord", "message"]
    for finding in findings { #expect(Set(finding.keys) == keys) }
    let missing = try scratch.run("verify", "nowhere", "--json")
    #expect(missing.status == 10)
    #expect(
      missing.output.hasPrefix(
        "{\"status\":\"couldNotCheck\",\"obstacle\":{\"code\":\"noLedger\","))
  }

  /// The members that only proofs about the index fill.
  private static let noIndex =
    "\"entity\":null,\"since\":null,\"indexRecord\":null,\"records\":null,\"absent\":null,"
    + "\"closure\":null,\"certificate\":null"

  @Test func verificationOfAProof() throws {
    let scratch = try ledger()
    try scratch.shell(
      "\"$LEDGERSTONE\" prove L 0 -o p; \"$LEDGERSTONE\" show L 0 --entry >e")
    let outcome = try scratch.run(
      "verify", "p", "--json", "--entry", "e", "--key", "@vkey")
    #expect(
      outcome.output.hasPrefix(
        """
        {"status":"valid","obstacle":null,"kind":"inclusion","findings":[],\
        "origin":"acme.example/provenance","size":3,"root":"HASH","cosignatures":[],\
        "oldSize":null,"oldRoot":null,\
        "index":0,"leafHash":"HASH","record":{"index":0,"recordedTime":"TIME",\
        "kind":"ledger/created",
        """))
    #expect(outcome.output.hasSuffix(",\"openedBody\":null,\(Self.noIndex)}\n"))
    let checkpoint = try scratch.run("verify", "L/checkpoint", "--json", "--key", "@vkey")
    #expect(
      checkpoint.output == """
        {"status":"valid","obstacle":null,"kind":"checkpoint","findings":[],\
        "origin":"acme.example/provenance","size":3,"root":"HASH","cosignatures":[],\
        "oldSize":null,"oldRoot":null,\
        "index":null,"leafHash":null,"record":null,"openedBody":null,\
        \(Self.noIndex)}

        """)
  }

  @Test func verificationOfAConsistencyProof() throws {
    let scratch = try ledger()
    try scratch.run("prove", "L", "--since", "L/checkpoint", "-o", "c")
    #expect(
      try scratch.run("verify", "c", "--json", "--key", "@vkey")
        == Outcome(
          output: """
            {"status":"valid","obstacle":null,"kind":"consistency","findings":[],\
            "origin":"acme.example/provenance","size":3,"root":"HASH","cosignatures":[],\
            "oldSize":3,"oldRoot":"HASH",\
            "index":null,"leafHash":null,"record":null,"openedBody":null,\
            \(Self.noIndex)}

            """))
  }

  @Test func verificationOfAProofThatFails() throws {
    let scratch = try ledger()
    try scratch.shell(
      "\"$LEDGERSTONE\" prove L 0 -o p; \"$LEDGERSTONE\" show L 1 --entry >e")
    let outcome = try scratch.run("verify", "p", "--json", "--entry", "e", "--key", "@vkey")
    #expect(outcome.status == 2 && outcome.errors.isEmpty)
    #expect(
      outcome.output.hasPrefix(
        """
        {"status":"notValid","obstacle":null,"kind":"inclusion","findings":[\
        {"code":"proofInvalid","file":null,"offset":null,"block":null,"firstRecord":0,\
        "lastRecord":0,"message":"the proof leads to the root HASH, signed is HASH"}],\
        "origin":"acme.example/provenance","size":3,"root":"HASH","cosignatures":[],
        """), "\(outcome)")
  }

  /// What cannot be checked has the same form, and the message stands on stderr too.
  @Test func verificationThatCannotBegin() throws {
    let scratch = try ledger()
    try scratch.run("prove", "L", "0", "-o", "p")
    let tail =
      "\"kind\":null,\"findings\":[],\"origin\":null,\"size\":null,\"root\":null,"
      + "\"cosignatures\":[],\"oldSize\":null,\"oldRoot\":null,\"index\":null,\"leafHash\":null,"
      + "\"record\":null,\"openedBody\":null,\(Self.noIndex)}\n"
    func obstacle(_ code: String, _ message: String) -> String {
      "{\"status\":\"couldNotCheck\",\"obstacle\":{\"code\":\"\(code)\","
        + "\"message\":\"\(message)\"},"
    }
    let keyless = "a proof file is verified with --key, the ledger's verifier key"
    #expect(
      try scratch.run("verify", "p", "--json")
        == Outcome(
          output: obstacle("argumentMissing", keyless) + tail,
          errors: "ledgerstone: \(keyless)\n", status: 64))
    let unread = "nowhere: No such file or directory"
    #expect(
      try scratch.run("verify", "p", "--json", "--key", "@vkey", "--entry", "nowhere")
        == Outcome(
          output: obstacle("unreadable", unread) + tail, errors: "ledgerstone: \(unread)\n",
          status: 1))
  }

  @Test func demoTellsTheSameStory() throws {
    let scratch = try Scratch()
    let text = try scratch.run("demo").output
    let objects = try scratch.run("demo", "--json").output.split(separator: "\n")
    #expect(objects.count == 10)
    for line in objects {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let object = try #require(value as? [String: Any])
      #expect(Set(object.keys) == ["title", "lines"])
      let title = try #require(object["title"] as? String)
      #expect(text.contains(title))
    }
  }
}
