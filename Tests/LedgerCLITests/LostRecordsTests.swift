import Foundation
import Testing

/// Records that the checkpoint covers and the log has no more: what the commands say that do not
/// verify.
@Suite struct LostRecordsTests {
  /// Six records under a checkpoint, of which the log has the first `kept`: `whole` is `L` before.
  private static func ledger(kept: Int) throws -> Scratch {
    let scratch = try Scratch.withLedger()
    var sizes = [108, try scratch.bytes("L/active").count]
    for _ in 1..<6 {
      try scratch.append()
      sizes.append(try scratch.bytes("L/active").count)
    }
    try scratch.shell(
      """
      "$LEDGERSTONE" checkpoint L; cp -a L whole; truncate -s \(sizes[kept]) L/active
      """)
    return scratch
  }

  private static let lost =
    "$DIR/L/active, records 4 to 5: damaged: the log ends before, and a signed checkpoint covers "
    + "more"

  @Test func aRecordThatIsLostIsNoneThatNeverWas() throws {
    let scratch = try Self.ledger(kept: 4)
    #expect(try scratch.run("show", "whole", "5").status == 0)
    #expect(try scratch.run("show", "whole", "6").status == 1)
    for index in ["4", "5", "6"] {
      #expect(
        try scratch.run("show", "L", index)
          == Outcome(errors: "ledgerstone: \(Self.lost)\n", status: 2), "\(index)")
    }
    #expect(try scratch.run("show", "L", "3").status == 0)
    #expect(try scratch.run("prove", "L", "3").status == 2)
    #expect(try scratch.run("backup", "L", "copy").status == 2)
    #expect(
      try scratch.run("export", "L", "--tiles", "T")
        == Outcome(errors: "ledgerstone: \(Self.lost)\n", status: 2))
    #expect(try scratch.shell("ls -d T copy 2>/dev/null").output == "")
  }

  /// An answer that people act upon.
  @Test func closureIsOfWhatIsAskedForAndThere() throws {
    let scratch = try Self.ledger(kept: 4)
    let question = ["dataset:w:t", "--since", "1"]
    #expect(try scratch.run(["closure", "whole"] + question).status == 0)
    #expect(
      try scratch.run(["closure", "L"] + question)
        == Outcome(
          errors: "ledgerstone: \(Self.lost). --as-of takes a size up to 4, of what can be read\n",
          status: 2))
    let asOf = question + ["--as-of", "4"]
    let answer = try scratch.run(["closure", "L"] + asOf)
    #expect(try answer == scratch.run(["closure", "whole"] + asOf))
  }

  /// The record is lost that names the key which the checkpoint is by.
  @Test func aRotationThatIsLostIsNoExcuse() throws {
    let scratch = try Self.ledger(kept: 6)
    let before = try scratch.bytes("L/active").count
    try scratch.shell("\"$LEDGERSTONE\" rotate-key L")
    try scratch.append()
    try scratch.shell("\"$LEDGERSTONE\" checkpoint L; truncate -s \(before) L/active")
    let outcome = try scratch.run("show", "L", "6")
    #expect(
      outcome.errors
        == "ledgerstone: $DIR/L/active, record 6: damaged: the log ends before, and a signed "
        + "checkpoint covers more\n")
    #expect(outcome.status == 2)
    #expect(try scratch.run("entities", "L").errors.hasPrefix("warning: $DIR/L/active, record 6:"))
  }

  @Test(arguments: [
    ["history", "dataset:w:t"], ["lineage", "--upstream", "dataset:w:t"], ["entities"],
  ])
  func answersAboutAllRecordsSayWhatTheyLack(_ command: [String]) throws {
    let scratch = try Self.ledger(kept: 4)
    let whole = try scratch.run([command[0], "whole"] + command.dropFirst())
    #expect(!whole.errors.contains("warning"))
    let outcome = try scratch.run([command[0], "L"] + command.dropFirst())
    #expect(
      outcome.errors.hasPrefix("warning: \(Self.lost); what follows is of the first 4 records\n"),
      "\(outcome)")
  }

  @Test func inspectNamesThem() throws {
    let scratch = try Self.ledger(kept: 4)
    let outcome = try scratch.run("inspect", "L")
    #expect(outcome.errors == "warning: \(Self.lost)\n")
    #expect(outcome.output.contains("records     4\n"))
  }

  /// Not even record 0: that is no interrupted `init`, which cannot be repeated either.
  @Test func aLogWithoutRecordsUnderACheckpointIsDamaged() throws {
    let scratch = try Self.ledger(kept: 0)
    try scratch.shell("truncate -s +5000 L/active")
    for command in [
      ["show", "L", "0"], ["inspect", "L"], ["prove", "L", "0"], ["entities", "L"],
    ] {
      let outcome = try scratch.run(command)
      #expect(
        outcome
          == Outcome(
            errors: "ledgerstone: $DIR/L/active, record 0: damaged: the log ends before, and "
              + "a checkpoint covers more\n", status: 2), "\(command)")
    }
  }

  /// Anybody can write a file of that name; what the ledger did not sign says nothing of its size.
  @Test func aCheckpointOfAnotherIsNoEvidence() throws {
    let scratch = try Self.ledger(kept: 4)
    try scratch.shell("\"$LEDGERSTONE\" init other --origin \(Sample.origin)")
    for _ in 1..<6 { try scratch.run(["append", "other"] + Sample.appendArguments) }
    try scratch.shell("\"$LEDGERSTONE\" checkpoint other; cp other/checkpoint L/checkpoint")
    #expect(try !scratch.run("history", "L", "dataset:w:t").errors.contains("warning"))
    let outcome = try scratch.run("show", "L", "5")
    #expect(
      outcome
        == Outcome(
          errors: "ledgerstone: there is no record 5: the ledger has 4 records\n", status: 1))
  }
}
