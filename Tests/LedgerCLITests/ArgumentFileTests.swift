import Testing

/// Files given as arguments that do not serve, and output that cannot be written.
@Suite struct ArgumentFileTests {
  private func ledger() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.shell(
      """
      "$LEDGERSTONE" checkpoint L >saved
      "$LEDGERSTONE" append L \(Sample.appendArguments.joined(separator: " "))
      "$LEDGERSTONE" checkpoint L >newest
      "$LEDGERSTONE" prove L --since saved -o consistency
      "$LEDGERSTONE" show L 1 --entry >entry
      echo garbage >garbage
      """)
    return scratch
  }

  @Test(arguments: [
    (["verify", "L", "--key", "@"], "an empty path names no file"),
    (["append", "L", "--body", ""] + Sample.appendArguments, "an empty path names no file"),
    (["append", "L", "--source", ""] + Sample.appendArguments, "--source must not be empty."),
    (
      ["append", "L", "--content-type", "tëxt"] + Sample.appendArguments,
      "--content-type 'tëxt': not a media type of printable ASCII."
    ),
    (["append", "L", "--content-type", ""] + Sample.appendArguments, "--content-type ''"),
  ])
  func emptyAndMalformedArguments(_ arguments: [String], _ message: String) throws {
    let outcome = try ledger().run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(message), "\(outcome)")
  }

  @Test func entriesBelongToInclusionProofs() throws {
    let scratch = try ledger()
    for file in ["consistency", "newest"] {
      for option in ["--entry", "--opening"] {
        let outcome = try scratch.run("verify", file, "--key", "@vkey", option, "entry")
        #expect(outcome.status == 64)
        #expect(
          outcome.output
            == "could not check: an entry and an opening belong to an inclusion proof: this file "
            + "is none\n")
      }
    }
  }

  @Test func aSavedCheckpointThatIsNoneIsUsage() throws {
    let scratch = try ledger()
    #expect(try scratch.run("verify", "L", "--since", "garbage").status == 64)
    #expect(try scratch.run("prove", "L", "--since", "garbage").status == 64)
    #expect(try scratch.run("verify", "L", "--since", "missing").status == 1)
    #expect(try scratch.run("prove", "L", "--since", "missing").status == 1)
  }

  @Test(arguments: [
    (["L", "--key", "@missing"], "unreadable", Int32(1)),
    (["L", "--since", "missing"], "unreadable", 1), (["L", "--key", "x"], "argumentMissing", 64),
    (["newest"], "argumentMissing", 64), (["newest", "--key", "@missing"], "unreadable", 1),
  ])
  func jsonIsPrintedForUnusableArguments(
    _ arguments: [String], _ code: String, _ status: Int32
  ) throws {
    let outcome = try ledger().run(["verify"] + arguments + ["--json"])
    #expect(outcome.status == status)
    #expect(
      outcome.output.hasPrefix(
        "{\"status\":\"couldNotCheck\",\"obstacle\":{\"code\":\"\(code)\",\"message\":\""))
  }

  @Test func bytesAreNotJSON() throws {
    let scratch = try ledger()
    for option in [["--entry"], ["--body", "0"], ["--opening", "0"]] {
      #expect(try scratch.run(["show", "L", "1", "--json"] + option).status == 64)
    }
  }

  @Test func tooLongFilesOfTheLedgerAreDamage() throws {
    let scratch = try ledger()
    try scratch.shell("cp L/ledger.json kept; head -c 5000 /dev/zero >>L/ledger.json")
    #expect(try scratch.run("show", "L", "0").status == 2)
    #expect(try scratch.append().status == 2)
    #expect(try scratch.run("verify", "L").status == 2)
    try scratch.shell("cp kept L/ledger.json; head -c 1100000 /dev/zero >>L/checkpoint")
    #expect(try scratch.run("prove", "L", "0").status == 2)
    #expect(try scratch.append().status == 2)
    #expect(try scratch.run("verify", "L").status == 2)
  }

  @Test func theCheckpointsOwnLineTwiceIsRefusedByAll() throws {
    let scratch = try ledger()
    try scratch.shell("tail -n 1 L/checkpoint >line; cat line >>L/checkpoint")
    for command in [["verify", "L"], ["prove", "L", "0"], ["checkpoint", "L"]] {
      let outcome = try scratch.run(command)
      #expect(outcome.status == 2, "\(command)")
      #expect((outcome.output + outcome.errors).contains("the same signature line twice"))
    }
  }

  @Test func somethingElseInAFilesPlaceIsNotCalledMissing() throws {
    let scratch = try ledger()
    try scratch.shell("rm L/ledger.json; mkdir L/ledger.json")
    let outcome = try scratch.run("verify", "L")
    #expect(outcome.status == 2)
    #expect(outcome.output.contains("ledger.json: is no regular file"))
    try scratch.shell("rm L.vault/signing.key; mkdir L.vault/signing.key")
    #expect(try scratch.run("init", "M", "--origin", "b.example/m").status == 0)
    try scratch.shell("rm M.vault/signing.key; mkdir -m 755 M.vault/signing.key")
    let refused = try scratch.run(["append", "M"] + Sample.appendArguments)
    #expect(
      refused
        == Outcome(
          errors: "ledgerstone: vault $DIR/M.vault: signing.key is no regular file\n", status: 1))
  }

  @Test func outputThatIsLostIsAFailure() throws {
    let scratch = try ledger()
    for command in ["--help", "--version", "verify --help", "inspect L"] {
      let outcome = try scratch.shell("\"$LEDGERSTONE\" \(command) >/dev/full; echo $?")
      #expect(outcome.output == "1\n", "\(command)")
      #expect(try scratch.shell("\"$LEDGERSTONE\" \(command) >&-").status == 1, "\(command)")
    }
    let read = try scratch.shell("\"$LEDGERSTONE\" import L --format record - <&-")
    #expect(read.status == 1)
  }

  @Test func aKeyThatWasNotPrintedIsPrintedAgain() throws {
    let scratch = try Scratch()
    let lost = try scratch.shell("\"$LEDGERSTONE\" init M --origin \(Sample.origin) >/dev/full")
    #expect(
      lost
        == Outcome(
          errors: "ledgerstone: cannot write to stdout: No space left on device; the ledger was "
            + "made, ledgerstone inspect prints its verifier key\n", status: 1))
    try scratch.shell(
      "\"$LEDGERSTONE\" inspect M | sed -n 's/^key *//p' >vkey; \"$LEDGERSTONE\" checkpoint M")
    #expect(try scratch.run("verify", "M", "--key", "@vkey").status == 0)
  }

  @Test func continuingNeedsTheOldKey() throws {
    let scratch = try ledger()
    let arguments = ["init", "N", "--origin", "b.example/n", "--continues", "saved"]
    #expect(try scratch.run(arguments).status == 64)
    #expect(try scratch.run("init", "N", "--origin", "b.example/n", "--key", "@vkey").status == 64)
    try scratch.shell("\"$LEDGERSTONE\" init O --origin \(Sample.origin) >other")
    #expect(try scratch.run(arguments + ["--key", "@other"]).status == 2)
    #expect(try scratch.shell("ls -d N N.vault").output == "")
    #expect(try scratch.run(arguments + ["--key", "@vkey"]).status == 0)
    #expect(try scratch.run("verify", "N").status == 0)
  }

  @Test(arguments: ["INT", "TERM"])
  func aSignalEndsAnyCommandWithItsStatus(_ signal: String) throws {
    let scratch = try ledger()
    let outcome = try scratch.shell(
      """
      mkfifo pipe
      "$LEDGERSTONE" append L \(Sample.appendArguments.joined(separator: " ")) --body pipe &
      sleep 0.5
      kill -\(signal) $!
      wait $!
      echo $?
      """)
    #expect(outcome.output.hasSuffix("130\n"))
    #expect(try scratch.append().status == 0)
  }
}
