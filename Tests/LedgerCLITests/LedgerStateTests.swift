import Foundation
import Testing

/// What the commands say of a folder that they cannot use as asked.
///
/// A clock that jumps is tried with a made-up clock in the engine's tests: the system's own cannot
/// be stepped by a test.
@Suite struct LedgerStateTests {
  @Test(arguments: [
    ["show", "nowhere", "0"], ["inspect", "nowhere"], ["checkpoint", "nowhere"],
    ["prove", "nowhere", "0"], ["export", "nowhere", "--tiles", "T"],
    ["import", "nowhere", "--format", "record", "x"],
    ["append", "nowhere"] + Sample.appendArguments,
  ])
  func aMissingFolderIsNoLedger(_ arguments: [String]) throws {
    let outcome = try Scratch().run(arguments)
    #expect(
      outcome
        == Outcome(errors: "ledgerstone: $DIR/nowhere: there is no ledger here\n", status: 10))
  }

  @Test func anotherFolderIsNoLedgerAndStaysAsItIs() throws {
    let scratch = try Scratch()
    try scratch.shell("mkdir photos; echo x >photos/a")
    for command in [["show", "photos", "0"], ["append", "photos"] + Sample.appendArguments] {
      let outcome = try scratch.run(command)
      #expect(
        outcome
          == Outcome(errors: "ledgerstone: $DIR/photos: there is no ledger here\n", status: 10))
    }
    #expect(try scratch.shell("ls photos; ls -d photos.vault").output == "a\n")
  }

  @Test func verifyOfAMissingFolder() throws {
    let outcome = try Scratch().run("verify", "nowhere")
    #expect(outcome.status == 10)
    #expect(outcome.output.contains("No such file or directory"))
  }

  @Test func aLedgerIsMadeOnce() throws {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.run("init", "L", "--origin", Sample.origin)
    #expect(
      outcome == Outcome(errors: "ledgerstone: $DIR/L is a ledger already\n", status: 1))
  }

  /// Several calls at the same moment: one makes the ledger, and it is whole.
  @Test func concurrentCreation() throws {
    for _ in 0..<6 {
      let scratch = try Scratch()
      let outcome = try scratch.shell(
        """
        for j in 1 2 3 4 5; do
          ("$LEDGERSTONE" init L --origin \(Sample.origin) >out$j 2>err$j; echo $? >status$j) &
        done
        wait
        cat status*
        """)
      let statuses = outcome.output.split(separator: "\n")
      #expect(statuses.filter { $0 == "0" }.count == 1, "\(statuses)")
      #expect(statuses.allSatisfy { ["0", "1", "11"].contains($0) }, "\(statuses)")
      try scratch.shell("cat out* >vkey")
      #expect(try scratch.append().status == 0)
      #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
    }
  }

  @Test func aLockedLedgerNamesItsWriterAndCanBeRead() throws {
    let scratch = try Scratch.withLedger()
    let pipe = Pipe()
    let writer = try scratch.process(
      ["import", "L", "--format", "record", "--receipts", "-"], run: "writer")
    writer.standardInput = pipe
    try writer.run()
    // The receipt says that the writer is at work.
    try pipe.fileHandleForWriting.write(contentsOf: Data(Sample.access(id: "1").utf8))
    try scratch.waitForLine(in: ".writer.out")
    let refused = try scratch.append()
    #expect(
      refused
        == Outcome(
          errors: "ledgerstone: $DIR/L is being written by another process (pid PID)\n",
          status: 11))
    #expect(try scratch.run("show", "L", "1").status == 0)
    #expect(try scratch.run("verify", "L").status == 0)
    try pipe.fileHandleForWriting.close()
    #expect(
      try scratch.result(of: writer, run: "writer")
        == Outcome(
          output: Sample.receipt(1, id: "1"),
          errors: "recorded 1, duplicates 0, conflicts 0, rejected 0\n"))
    #expect(try scratch.append().status == 0)
  }

  /// The lock is taken before its holder writes who it is; what the last holder left there is not
  /// shown.
  @Test func aWriterThatHasNotSaidItsNameIsAnotherProcess() throws {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.shell(
      """
      grep -q '^closed group=' L/LOCK || exit 99
      flock L/LOCK "$LEDGERSTONE" append L \(Sample.appendArguments.joined(separator: " "))
      """)
    #expect(
      outcome
        == Outcome(
          errors: "ledgerstone: $DIR/L is in use by another process\n", status: 11))
  }

  @Test func aLedgerFromANewerProgramIsLeftAlone() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("sed -i 's/\"format\":1/\"format\":2/' L/ledger.json")
    let expected = Outcome(
      errors: "ledgerstone: $DIR/L/ledger.json: format version 2 is newer than this program, "
        + "which reads 1\n", status: 1)
    #expect(try scratch.append() == expected)
    #expect(try scratch.run("show", "L", "0") == expected)
  }

  @Test func aVaultThatIsMissingStopsWritersOnly() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("mv L.vault elsewhere")
    #expect(
      try scratch.append()
        == Outcome(
          errors: "ledgerstone: vault $DIR/L.vault: there is none here (see --vault)\n",
          status: 1))
    #expect(try scratch.run("show", "L", "0").status == 0)
    #expect(try scratch.run("verify", "L").status == 0)
    #expect(try scratch.append("--vault", "elsewhere").status == 0)
  }

  @Test func aVaultOfAnotherLedgerIsRefused() throws {
    let scratch = try Scratch.withLedger()
    try scratch.run("init", "M", "--origin", "b.example/m")
    #expect(
      try scratch.append("--vault", "M.vault")
        == Outcome(
          errors: "ledgerstone: vault $DIR/M.vault: it belongs to another ledger, b.example/m\n",
          status: 1))
  }

  @Test func aVaultInsideTheLedgerIsRefused() throws {
    let scratch = try Scratch()
    let outcome = try scratch.run(
      "init", "M", "--origin", "b.example/m", "--vault", "M/secrets")
    #expect(
      outcome
        == Outcome(
          errors: "ledgerstone: the vault $DIR/M/secrets and the ledger $DIR/M must not contain "
            + "each other: whoever copies the ledger would copy its keys\n", status: 64))
  }

  @Test func aKeyThatOthersCanReadIsRefused() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("chmod 644 L.vault/signing.key")
    #expect(
      try scratch.run("checkpoint", "L")
        == Outcome(
          errors: "ledgerstone: vault $DIR/L.vault: signing.key can be read or written by other "
            + "users; run: chmod 600 '$DIR/L.vault/signing.key'\n", status: 1))
  }

  @Test func aProofBeyondTheCheckpointIsRefused() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    #expect(
      try scratch.run("prove", "L", "1")
        == Outcome(
          errors: "ledgerstone: the newest checkpoint covers 1 record, not record 1; sign a new "
            + "one with: ledgerstone checkpoint $DIR/L\n", status: 1))
    #expect(
      try scratch.run("show", "L", "9")
        == Outcome(
          errors: "ledgerstone: there is no record 9: the ledger has 2 records\n", status: 1))
  }

  /// A record that is there and cannot be read is not one that does not exist.
  @Test func damageIsNeverCalledAMissingRecord() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append("--attribute", "mark=needle")
    try scratch.append()
    try scratch.run("checkpoint", "L")
    try scratch.shell("sed -i 's/needle/noodle/' L/active")
    let commands = [
      ["show", "L", "1"], ["show", "L", "2", "--entry"], ["show", "L", "1", "--body", "0"],
      ["prove", "L", "0"], ["prove", "L", "1"], ["export", "L", "--tiles", "T"],
      ["append", "L"] + Sample.appendArguments, ["checkpoint", "L"],
    ]
    for command in commands {
      let outcome = try scratch.run(command)
      #expect(outcome.status == 2, "\(command): \(outcome)")
      #expect(outcome.errors.contains("L/active, offset "), "\(command): \(outcome)")
      #expect(outcome.output.isEmpty)
    }
    #expect(try scratch.run("show", "L", "0").status == 0)
  }

  /// Damage of the very first group is no interrupted `init`.
  @Test func damageAtTheBeginningIsNoInterruptedInit() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try scratch.shell("sed -i 's/created/creatEd/' L/active")
    let outcome = try scratch.run("show", "L", "0")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("L/active, offset "))
  }

  @Test func aLedgerIsOneUnderEveryLinkToIt() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("mkdir sub; ln -s ../L sub/link; ln -s link sub/again")
    let arguments = ["append", "sub/again"] + Sample.appendArguments
    #expect(try scratch.run(arguments).status == 0)
    #expect(try scratch.run("verify", "sub/link", "--key", "@vkey").status == 0)
    #expect(try scratch.shell("ls sub").output == "again\nlink\n")
  }

  @Test func aCheckpointThatIsGoneHidesNothing() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try scratch.shell("\"$LEDGERSTONE\" checkpoint L >saved; rm L/checkpoint")
    let outcome = try scratch.run("verify", "L", "--key", "@vkey", "--since", "saved")
    #expect(outcome.status == 1)
    #expect(
      outcome.output.hasPrefix(
        "could not check: the ledger has no checkpoint, so there is nothing to check against; its "
          + "2 records agree with the saved checkpoint of size 2 and with the vault's note of "
          + "size 2\n"))
    try scratch.shell("truncate -s -100 L/active")
    for arguments in [["--since", "saved"], ["--key", "@vkey"]] {
      let cut = try scratch.run(["verify", "L"] + arguments)
      #expect(cut.status == 2, "\(cut)")
      #expect(cut.output.contains("covers 2 records, the ledger has only 1"))
    }
  }

  @Test func aFlippedByteIsNamedByItsRecord() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append("--attribute", "mark=needle")
    try scratch.run("checkpoint", "L")
    try scratch.shell("sed -i 's/needle/noodle/' L/active")
    let outcome = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("NOT VALID: "))
    #expect(outcome.output.contains("\n  record 1: active, offset "))
  }
}
