import Testing

/// Help, and arguments that cannot be accepted.
@Suite struct UsageTests {
  @Test func theHelpListsEveryStatus() throws {
    let outcome = try Scratch().run("--help")
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(
      outcome.output.contains(
        """
        Exit status:
            0  done
            1  failed
            2  read and not valid
            3  some inputs were rejected; the others went in
           10  no ledger here
           11  locked by another writer
           64  usage: the arguments cannot be accepted
          130  interrupted; what was acknowledged is safe
        """))
  }

  /// A result is never written over what it was made from, or over the keys.
  @Test func resultsStayOutOfTheLedgerAndItsVault() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("ln -s L linked; ln -s L.vault/signing.key key")
    let names = ["L/active", "L/checkpoint", "L/ledger.json", "L.vault/signing.key"]
    let before = try names.map { try scratch.bytes($0) }
    for target in names + ["linked/active", "key", "L/new", "./L/../L/active"] {
      let outcome = try scratch.run("prove", "L", "0", "-o", target)
      #expect(
        outcome
          == Outcome(
            errors: "ledgerstone: \(target) lies in the ledger or its vault; nothing was "
              + "written\n", status: 64), "\(target)")
    }
    for target in ["L/bodies", "L/new", "L.vault/new", "linked/new"] {
      #expect(try scratch.run("export", "L", "--tiles", target).status == 64, "\(target)")
    }
    #expect(try names.map { try scratch.bytes($0) } == before)
    #expect(try scratch.run("prove", "L", "0", "-o", "L-proof").status == 0)
    #expect(try scratch.run("export", "L", "--tiles", "L.tiles").status == 0)
  }

  @Test(arguments: [
    [
      "bogus"
    ], ["show"], ["show", "L", "abc"], ["show", "L", "0", "--body", "x"], ["init", "L"],
    ["import", "L", "x"], ["import", "L", "--format", "xml", "x"],
    ["import", "L", "--format", "record"], ["prove", "L"], ["export", "L"],
    ["append", "L"],
    ["append", "L", "--kind", "nonsense"],
    ["append", "L", "--kind", "ledger/created"],
    ["append", "L", "--kind", "access", "--entity", "target=dataset:t"],
    ["append", "L", "--kind", "access", "--entity", "dataset:w:t"],
    ["append", "L", "--kind", "access", "--entity", "target=dataset:w:t"],
    ["append", "L"] + Sample.appendArguments + ["--attribute", "novalue"],
    ["append", "L"] + Sample.appendArguments + ["--event-time", "yesterday"],
    ["append", "L"] + Sample.appendArguments
      + ["--entity", "target=dataset:w:" + String(repeating: "n", count: 4_097)],
    ["init", "M", "--origin", "bad origin"],
    ["verify", "L", "--entry", "vkey"],
  ])
  func wrongUsageIs64AndChangesNothing(_ arguments: [String]) throws {
    let scratch = try Scratch.withLedger()
    let before = try scratch.bytes("L/active")
    let outcome = try scratch.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
    #expect(try scratch.bytes("L/active") == before)
  }

  /// Whatever a caller closed, no file of the ledger takes its place.
  @Test func closedStandardDescriptorsAreNotReused() throws {
    let scratch = try Scratch.withLedger()
    let append = "\"$LEDGERSTONE\" append L " + Sample.appendArguments.joined(separator: " ")
    for closing in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
      let before = try scratch.bytes("L/checkpoint")
      let outcome = try scratch.shell("\(append) \(closing)")
      // Nothing can be said on a closed stdout; the record is safe all the same.
      #expect(outcome.status == (closing.contains(" >&-") || closing == ">&-" ? 1 : 0))
      try scratch.shell("\"$LEDGERSTONE\" bogus \(closing)")
      #expect(try scratch.bytes("L/checkpoint") == before)
      let checkpoint = try scratch.run("checkpoint", "L")
      #expect(checkpoint.status == 0, "\(checkpoint)")
      #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
    }
    #expect(try scratch.run("show", "L", "4", "--json").status == 0)
  }

  @Test func verifySaysWhatItWasNotGiven() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("mkfifo pipe; ln -s L/checkpoint note")
    for path in ["pipe", "/dev/null"] {
      #expect(
        try scratch.run("verify", path, "--key", "@vkey")
          == Outcome(
            errors: "ledgerstone: \(path): neither a ledger's folder nor a proof file\n",
            status: 1))
    }
    #expect(try scratch.run("verify", "note", "--key", "@vkey").status == 0)
    #expect(
      try scratch.run("verify", "L", "--key", "@/dev/null")
        == Outcome(
          errors: "ledgerstone: --key: '' is no verifier key (NAME+8 hexadecimal digits+base64): "
            + "1 part between plus signs instead of 3\n", status: 64))
    try scratch.shell("printf 'c2sp.org/tlog-proof@v1\nindex 0\n\nno note' >p")
    let damaged = try scratch.run("verify", "p", "--key", "@vkey", "--entry", "p")
    #expect(damaged.status == 2)
    #expect(
      damaged.output.contains(
        "the note that begins at line 4 is none: the last line has no newline"), "\(damaged)")
  }

  @Test func whatCannotBeAppendedIsSaid() throws {
    let scratch = try Scratch.withLedger()
    #expect(
      try scratch.run("append", "L", "--kind", "access", "--entity", "target=dataset:t")
        == Outcome(
          errors: "ledgerstone: --entity target=dataset:t: an entity is "
            + "TYPE:NAMESPACE:NAME[@VERSION]; found 2 parts between colons (write a colon inside "
            + "a part as %3A)\n", status: 64))
    #expect(
      try scratch.append("--body", "absent")
        == Outcome(errors: "ledgerstone: absent: No such file or directory\n", status: 1))
  }
}
