import Testing

/// Every input that cannot be recorded is named with file, line and reason; the others go in.
@Suite struct ImportRejectionTests {
  @Test func damagedEventsAreNamedAndTheOthersGoIn() throws {
    let scratch = try Scratch.withLedger()
    let longName = String(repeating: "n", count: 4_097)
    let lines = [
      Sample.event(job: "first"),
      "not json\n",
      "{\"run\":{\"runId\":\"x\"\n",
      "{\"run\":{\"runId\":\"x\"},\"job\":{\"namespace\":\"n\",\"name\":\"j\"},\"m\":NaN}\n",
      "{\"eventTime\":\"2026-01-02T03:04:05Z\"}\n",
      "{\"run\":{},\"job\":{\"namespace\":\"n\",\"name\":\"j\"}}\n",
      "{\"run\":{\"runId\":\"x\"},\"job\":{\"namespace\":\"n\"}}\n",
      "[1]\n",
      Sample.event(job: longName),
      Sample.event(job: "last"),
    ]
    try scratch.write("bad.ndjson", lines.joined())
    let outcome = try scratch.run(
      "import", "L", "--format", "openlineage", "--receipts", "bad.ndjson")
    #expect(
      outcome
        == Outcome(
          output: Sample.receipt(1) + Sample.receipt(2),
          errors: """
            bad.ndjson:2: not JSON: 'o' where the literal null is expected, column 2
            bad.ndjson:3: not JSON: truncated JSON: the text ends inside a value, column 20
            bad.ndjson:4: not JSON: the literal NaN, which is not JSON, column 61
            bad.ndjson:5: the event has no run, dataset or job, so it has no identity
            bad.ndjson:6: no identity: run.runId is missing, empty or not a string
            bad.ndjson:7: no identity: job.name is missing, empty or not a string
            bad.ndjson:8: an event is a JSON object; this is an array
            bad.ndjson:9: job.name has N bytes; the limit of a name is 4096
            recorded 2, duplicates 0, conflicts 0, rejected 8

            """, status: 3))
  }

  /// What two readers could take for two different things is not taken at all.
  @Test func ambiguousTextsAreRejected() throws {
    let scratch = try Scratch.withLedger()
    let lines = [
      Sample.event(job: "a\\ud800"), Sample.event(job: "a\\udfff\\ud800"),
      Sample.event(job: "b", extra: ",\"producer\":\"q\""),
      Sample.event(job: "c", extra: ",\"run\\u0049\":1,\"runI\":2"),
      Sample.event(job: "good \\ud83d\\ude00"),
    ]
    try scratch.write("bad.ndjson", lines.joined())
    let outcome = try scratch.run("import", "L", "--format", "openlineage", "bad.ndjson")
    #expect(outcome.status == 3)
    #expect(
      outcome.errors.split(separator: "\n").map { $0.split(separator: ", column")[0] } == [
        "bad.ndjson:1: an escape that is half of a surrogate pair, which no text can hold",
        "bad.ndjson:2: an escape that is half of a surrogate pair, which no text can hold",
        "bad.ndjson:3: the member 'producer' twice in one object",
        "bad.ndjson:4: the member 'runI' twice in one object",
        "recorded 1, duplicates 0, conflicts 0, rejected 4",
      ])
    #expect(try scratch.run("show", "L", "1").output.contains("good 😀"))
  }

  /// Nothing that enters the header is left out or altered for half a surrogate pair.
  @Test func nativeTextsWithHalfASurrogatePairAreRejected() throws {
    let scratch = try Scratch.withLedger()
    let good = Sample.access(id: "1")
    let lines = [
      good.replacing("{\"kind\":", with: "{\"producer\":\"a\\udc00\",\"kind\":"),
      good.replacing("\"1\"", with: "\"\\ud800\""), good,
      good.replacing("{\"kind\":", with: "{\"k\\ud800\":1,\"kind\":"),
    ]
    try scratch.write("r.ndjson", lines.joined())
    let outcome = try scratch.run("import", "L", "--format", "record", "r.ndjson")
    let reason = "holds an escape that is half of a surrogate pair, which no text can hold"
    #expect(
      outcome
        == Outcome(
          errors: """
            r.ndjson:1: producer: \(reason)
            r.ndjson:2: id: \(reason)
            r.ndjson:4: k\u{FFFD}: is no field of a native record
            recorded 1, duplicates 0, conflicts 0, rejected 3

            """, status: 3))
  }

  @Test func referencesToLaterRecordsAreRejected() throws {
    let scratch = try Scratch.withLedger()
    func record(_ id: String, refersTo index: UInt64) -> String {
      Sample.access(id: id).replacing(
        "\"kind\":", with: "\"references\":[{\"relation\":\"cites\",\"index\":\(index)}],\"kind\":")
    }
    try scratch.write(
      "r.ndjson",
      record("a", refersTo: 0) + record("b", refersTo: 2) + record("c", refersTo: 1)
        + record("d", refersTo: 9_007_199_254_740_991) + Sample.access(id: "e"))
    let outcome = try scratch.run("import", "L", "--format", "record", "r.ndjson")
    #expect(
      outcome
        == Outcome(
          errors: """
            r.ndjson:2: the record refers to record 2, which is not before it
            r.ndjson:4: the record refers to record 9007199254740991, which is not before it
            recorded 3, duplicates 0, conflicts 0, rejected 2

            """, status: 3))
    #expect(try scratch.run("show", "L", "3").status == 0)
    #expect(try scratch.run("show", "L", "4").status == 1)
  }

  /// Values over the limit, and files without an end, cost a bounded amount of memory.
  @Test func longFilesAreCutAsTheyAreRead() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("a", Sample.event(job: "a"))
    try scratch.write("b", Sample.event(job: "b"))
    try scratch.shell(
      """
      (printf '['; cat a; printf ',\n"'; head -c 120000000 /dev/zero | tr '\\0' x; printf '",\n'
       cat b; printf ']') >long.json
      (head -c 60000000 /dev/zero | tr '\\0' x; echo; cat b) >long.ndjson
      """)
    let outcome = try scratch.shell(
      """
      \(Scratch.dataLimit)
      "$LEDGERSTONE" import L --format openlineage long.json
      """)
    #expect(
      outcome
        == Outcome(
          errors: "long.json:3: the value has N bytes; the limit is 25165824\n"
            + "recorded 2, duplicates 0, conflicts 0, rejected 1\n", status: 3))
    let lines = try scratch.run("import", "L", "--format", "openlineage", "long.ndjson")
    #expect(
      lines
        == Outcome(
          errors: "long.ndjson:1: the line has N bytes; the limit is 25165824\n"
            + "recorded 0, duplicates 1, conflicts 0, rejected 1\n", status: 3))
  }

  @Test func aFileThatCannotBeJSONIsNotReadToItsEnd() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("ln -s /dev/zero zero.json")
    let outcome = try scratch.run("import", "L", "--format", "openlineage", "zero.json")
    #expect(
      outcome
        == Outcome(
          errors: "zero.json:1: not JSON: byte 0x00 where a value is expected, column 1\n"
            + "recorded 0, duplicates 0, conflicts 0, rejected 1\n", status: 3))
  }

  /// Zero bytes without end, as lines, in an array and in a string.
  @Test(arguments: [
    (nil, "-", "-:1: 67108864 zero bytes on a line that is too long; the rest of the file is not "),
    ("", "f.ndjson", "f.ndjson:1: 67108864 zero bytes on a line that is too long; the rest of "),
    ("[", "f.json", "f.json:1: not JSON: an unescaped control character byte 0x00"),
    ("[\"", "f.json", "f.json:1: not JSON: an unescaped control character byte 0x00"),
  ])
  func zeroBytesWithoutEndAreGivenUp(_ start: String?, _ file: String, _ message: String) throws {
    let scratch = try Scratch.withLedger()
    if let start { try scratch.write("start", start) }
    // Opened for both, so that nobody waits for a program that never opens it; SIGTERM may be
    // ignored by what the tests start.
    let feed = start == nil ? "" : "mkfifo \(file); cat start /dev/zero 1<>\(file) & feed=$!"
    let outcome = try scratch.shell(
      """
      \(feed)
      (\(Scratch.dataLimit)
       exec "$LEDGERSTONE" import L --format record \(file) </dev/zero)
      status=$?
      [ -z "$feed" ] || kill -KILL $feed
      exit $status
      """)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains(message), "\(outcome)")
    #expect(outcome.errors.contains("recorded 0, duplicates 0, conflicts 0, rejected 1\n"))
  }

  /// A stream's first line is looked at once, not with every piece that arrives.
  @Test(.timeLimit(.minutes(10)))
  func aLongFirstLineOfAStreamIsPassedOver() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("a", Sample.access(id: "a"))
    let outcome = try scratch.shell(
      """
      (head -c 60000000 /dev/zero | tr '\\0' x; echo; cat a) |
        "$LEDGERSTONE" import L --format record -
      """)
    #expect(
      outcome
        == Outcome(
          errors: "-:1: the line has N bytes; the limit is 25165824\n"
            + "recorded 1, duplicates 0, conflicts 0, rejected 1\n", status: 3))
  }

  @Test func aDamagedFirstLineOfAStreamKeepsNothingElseOut() throws {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.run(
      "import", "L", "--format", "openlineage", "-",
      input: "{\"run\":\n" + Sample.event(job: "a") + Sample.event(job: "b"))
    #expect(
      outcome
        == Outcome(
          errors: """
            -:1: not JSON: truncated JSON: the text ends inside a value, column 8
            recorded 2, duplicates 0, conflicts 0, rejected 1

            """, status: 3))
  }

  @Test func elementsOfAnArrayAreNamedByTheirLine() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "events.json",
      "[\n\(Sample.event(job: "a")),\n{\"a\":1},\n{\"b\":\n  x},\n"
        + "\(Sample.event(job: "b"))]")
    let outcome = try scratch.run("import", "L", "--format", "openlineage", "events.json")
    #expect(
      outcome
        == Outcome(
          errors: """
            events.json:4: the event has no run, dataset or job, so it has no identity
            events.json:6: not JSON: 'x' where a value is expected, column 3
            recorded 2, duplicates 0, conflicts 0, rejected 2

            """, status: 3))
  }

  @Test func anEventOverTheBodyLimitIsRefusedAlone() throws {
    let scratch = try Scratch.withLedger()
    let filler = String(repeating: "x", count: 16 << 20)
    try scratch.write(
      "big.ndjson",
      Sample.event(job: "big", extra: ",\"x\":\"\(filler)\"") + Sample.event(job: "small"))
    let outcome = try scratch.run("import", "L", "--format", "openlineage", "big.ndjson")
    #expect(
      outcome
        == Outcome(
          errors: """
            big.ndjson:1: the event has N bytes; the limit of a body is 16777216
            recorded 1, duplicates 0, conflicts 0, rejected 1

            """, status: 3))
  }

  @Test func duplicatesGetTheFirstReceiptAndConflictsAreNamed() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "records.ndjson",
      Sample.access(id: "1") + Sample.access(id: "1") + Sample.access(id: "1", purpose: "other"))
    let outcome = try scratch.run(
      "import", "L", "--format", "record", "--receipts", "records.ndjson")
    #expect(
      outcome
        == Outcome(
          output: Sample.receipt(1, id: "1") + Sample.receipt(1, id: "1", isDuplicate: true),
          errors: """
            records.ndjson:3: conflict: record 1 has the id '1' but another content
            recorded 1, duplicates 1, conflicts 1, rejected 0

            """, status: 3))
  }

  @Test func nativeRecordsAreRefusedForWhatTheyLackOrAdd() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "records.ndjson",
      "{\"kind\":\"acess\"}\n{\"kind\":\"index\"}\n{\"kind\":\"access\",\"surprise\":1}\n")
    let outcome = try scratch.run("import", "L", "--format", "record", "records.ndjson")
    #expect(
      outcome
        == Outcome(
          errors: """
            records.ndjson:1: kind: 'acess' is no kind of record
            records.ndjson:2: kind: only the ledger itself writes 'index' records
            records.ndjson:3: surprise: is no field of a native record
            recorded 0, duplicates 0, conflicts 0, rejected 3

            """, status: 3))
  }

  @Test func unreadableFilesAreNamedAndTheOthersGoIn() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("good.json", Sample.event(job: "a"))
    let outcome = try scratch.run(
      "import", "L", "--format", "openlineage", "missing.json", ".", "good.json")
    #expect(
      outcome
        == Outcome(
          errors: """
            ledgerstone: missing.json: No such file or directory
            ledgerstone: .: Is a directory
            recorded 1, duplicates 0, conflicts 0, rejected 0

            """, status: 1))
  }
}
