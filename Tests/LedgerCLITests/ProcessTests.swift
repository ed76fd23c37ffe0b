import Foundation
import Testing

/// Signals, closed pipes and streams: what a script sees of an import that is cut short.
@Suite struct ProcessTests {
  @Test func aStreamIsAcknowledgedPromptlyAndAnInterruptClosesTheLedger() throws {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      let scratch = try Scratch.withLedger()
      let pipe = Pipe()
      // Whatever the tests themselves were told to ignore.
      let writer = try scratch.process(
        ["--default-signal=INT,TERM,HUP", Scratch.program]
          + ["import", "L", "--format", "record", "--receipts", "-"],
        executable: "/usr/bin/env", run: "writer")
      writer.standardInput = pipe
      try writer.run()
      // The second line is sent only after the first one's receipt came.
      for number in 1...2 {
        try pipe.fileHandleForWriting.write(
          contentsOf: Data(Sample.access(id: "\(number)").utf8))
        try scratch.waitForLine(number, in: ".writer.out")
      }
      kill(writer.processIdentifier, signal)
      #expect(
        try scratch.result(of: writer, run: "writer")
          == Outcome(
            output: Sample.receipt(1, id: "1") + Sample.receipt(2, id: "2"),
            errors: "recorded 2, duplicates 0, conflicts 0, rejected 0; interrupted, what is "
              + "recorded is safe\n", status: 130))
      let next = try scratch.append()
      #expect(next == Outcome(output: Sample.receipt(3)))
    }
  }

  /// Started by nohup(1), an import outlives its terminal.
  @Test func aHangupThatIsToBeIgnoredIsIgnored() throws {
    let scratch = try Scratch.withLedger()
    let pipe = Pipe()
    let writer = try scratch.process(
      ["--ignore-signal=HUP", Scratch.program]
        + ["import", "L", "--format", "record", "--receipts", "-"],
      executable: "/usr/bin/env", run: "writer")
    writer.standardInput = pipe
    try writer.run()
    for number in 1...2 {
      try pipe.fileHandleForWriting.write(
        contentsOf: Data(Sample.access(id: "\(number)").utf8))
      try scratch.waitForLine(number, in: ".writer.out")
      kill(writer.processIdentifier, SIGHUP)
    }
    try pipe.fileHandleForWriting.close()
    #expect(
      try scratch.result(of: writer, run: "writer")
        == Outcome(
          output: Sample.receipt(1, id: "1") + Sample.receipt(2, id: "2"),
          errors: "recorded 2, duplicates 0, conflicts 0, rejected 0\n"))
  }

  @Test func whatAKilledImportAcknowledgedIsThere() throws {
    let scratch = try Scratch.withLedger()
    let pipe = Pipe()
    let writer = try scratch.process(
      ["import", "L", "--format", "record", "--receipts", "-"], run: "writer")
    writer.standardInput = pipe
    try writer.run()
    try pipe.fileHandleForWriting.write(contentsOf: Data(Sample.access(id: "1").utf8))
    try scratch.waitForLine(in: ".writer.out")
    kill(writer.processIdentifier, SIGKILL)
    #expect(try scratch.result(of: writer, run: "writer").status == -SIGKILL)
    try scratch.write("again.ndjson", Sample.access(id: "1"))
    let again = try scratch.run(
      "import", "L", "--format", "record", "--receipts", "again.ndjson")
    #expect(again.output == Sample.receipt(1, id: "1", isDuplicate: true))
    try scratch.run("checkpoint", "L")
    #expect(try scratch.run("verify", "L").status == 0)
  }

  @Test func aClosedStdoutEndsTheCommandAndLeavesTheLedgerValid() throws {
    let scratch = try Scratch.withLedger()
    let lines = (0..<10_000).map { Sample.access(id: "\($0)") }
    try scratch.write("records.ndjson", lines.joined())
    let outcome = try scratch.shell(
      """
      "$LEDGERSTONE" import L --format record --receipts records.ndjson | true
      exit ${PIPESTATUS[0]}
      """)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("ledgerstone: cannot write to stdout: Broken pipe\n"))
    try scratch.run("checkpoint", "L")
    #expect(try scratch.run("verify", "L").status == 0)
    #expect(try scratch.append().status == 0)
  }

  @Test func aFullStdoutIsAFailure() throws {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.shell("\"$LEDGERSTONE\" show L 0 >/dev/full")
    #expect(
      outcome
        == Outcome(
          errors: "ledgerstone: cannot write to stdout: No space left on device\n", status: 1))
  }
}
