import Testing

/// A clock that was ahead when records were written, and was set right since.
@Suite struct ClockCommandTests {
  /// A ledger whose newest records a clock that was three hours ahead wrote.
  private func ledger(hoursAhead: Int = 3) throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.shell(
      "\"$(dirname \"$LEDGERSTONE\")/FaultSession\" L 1000000 1 0 \(hoursAhead)")
    try #require(outcome.status == 0, "\(outcome)")
    return scratch
  }

  private func isRefused(_ outcome: Outcome) -> Bool {
    outcome.status == 1
      && outcome.errors.contains(
        #/ledgerstone: the system clock is 1[0-9]{4} s behind where it should be; nothing was /#
      )
      && outcome.errors.contains("or pass --accept-clock to go on and have the step recorded\n")
  }

  @Test func appendsAreRefusedUntilTheStepIsAccepted() throws {
    let scratch = try ledger()
    try scratch.write("r", Sample.access(id: "1"))
    let before = try scratch.bytes("L/active")
    let importing = ["import", "L", "--format", "record", "r"]
    #expect(isRefused(try scratch.append()))
    let refused = try scratch.run(importing)
    #expect(isRefused(refused), "\(refused)")
    #expect(refused.errors.hasPrefix("recorded 0, duplicates 0, conflicts 0, rejected 0\n"))
    #expect(try scratch.bytes("L/active") == before)
    // What is there can be signed, read and verified all the same.
    for command in [["checkpoint", "L"], ["show", "L", "4"], ["verify", "L", "--key", "@vkey"]] {
      #expect(try scratch.run(command).status == 0, "\(command)")
    }
    #expect(try scratch.append("--accept-clock").output == Sample.receipt(6))
    #expect(try scratch.run("show", "L", "5").output.contains("\"kind\": \"ledger/clock\""))
    // The clock is behind the records still, which was accepted and is recorded.
    #expect(try scratch.append().output == Sample.receipt(7))
    #expect(try scratch.run(importing).status == 0)
    #expect(try scratch.run("show", "L", "8").output.contains("\"kind\": \"access\""))
    try scratch.run("checkpoint", "L")
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  /// A writer whose clock is behind appends nothing; one whose clock is right goes on as before.
  @Test func aRefusedWriterLeavesNoTrace() throws {
    let scratch = try Scratch.withLedger()
    let behind = try scratch.shell(
      "\"$(dirname \"$LEDGERSTONE\")/FaultSession\" L 1000000 1 0 -5")
    #expect(behind.status == 1 && behind.output.isEmpty)
    #expect(behind.errors.contains("s behind where it should be"), "\(behind)")
    #expect(try scratch.append().output == Sample.receipt(1))
  }
}
