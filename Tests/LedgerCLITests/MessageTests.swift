import Testing

/// What is said of arguments and files that do not serve, to the word.
@Suite struct MessageTests {
  private func expect(
    _ arguments: [String], _ message: String, status: Int32, in scratch: Scratch
  ) throws {
    #expect(
      try scratch.run(arguments)
        == Outcome(errors: "ledgerstone: \(message)\n", status: status), "\(arguments)")
  }

  @Test func numbersBelowNought() throws {
    let scratch = try Scratch.withLedger()
    let commands = [
      ["show", "L", "-1"], ["prove", "L", "-1"], ["show", "L", "0", "--body", "-1"],
    ]
    for arguments in commands {
      try expect(
        arguments, "'-1': no command takes a negative number", status: 64, in: scratch)
    }
  }

  @Test func commandsThatThereAreNot() throws {
    let scratch = try Scratch()
    for arguments in [["bogus"], ["bogus", "L"], ["help", "bogus"]] {
      try expect(
        arguments, "there is no command 'bogus'; 'ledgerstone --help' lists them", status: 64,
        in: scratch)
    }
    #expect(try scratch.run("help", "show").status == 0)
    #expect(try scratch.run("help").status == 0)
    #expect(try scratch.run("--help").output == scratch.run("help").output)
  }

  @Test func bodiesThatThereAreNot() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append("--body", "vkey")
    for option in ["--body", "--opening"] {
      try expect(["show", "L", "0", option, "0"], "record 0 has no body", status: 1, in: scratch)
      try expect(
        ["show", "L", "1", option, "1"], "record 1 has 1 body, counted from 0", status: 1,
        in: scratch)
    }
  }

  @Test func placesThatCannotBeWrittenTo() throws {
    let scratch = try Scratch.withLedger()
    try expect(
      ["prove", "L", "0", "-o", "nowhere/p"], "nowhere/p: No such file or directory", status: 1,
      in: scratch)
    try expect(
      ["prove", "L", "0", "-o", "L.vault"],
      "L.vault lies in the ledger or its vault; nothing was written", status: 64, in: scratch)
    #expect(
      try scratch.shell("\"$LEDGERSTONE\" show L 0 >&-")
        == Outcome(
          errors: "ledgerstone: cannot write to stdout: Bad file descriptor\n", status: 1))
  }

  /// Who sees status 1 and appends again would otherwise have the record twice.
  @Test func aReceiptThatCannotBePrinted() throws {
    let scratch = try Scratch.withLedger()
    let arguments = Sample.appendArguments.joined(separator: " ")
    #expect(
      try scratch.shell("\"$LEDGERSTONE\" append L \(arguments) >/dev/full")
        == Outcome(
          errors: "ledgerstone: cannot write to stdout: No space left on device; the record was "
            + "appended as record 1\n", status: 1))
    #expect(try scratch.run("show", "L", "1").status == 0)
  }

  @Test func whatNoRecordCanHold() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("r", Sample.access(id: "1"))
    let long = String(repeating: "s", count: 4_097)
    let importing = ["import", "L", "--format", "record", "r"]
    for command in [["append", "L"] + Sample.appendArguments, importing] {
      let outcome = try scratch.run(command + ["--source", long])
      #expect(outcome.status == 64)
      #expect(outcome.errors.hasPrefix("Error: --source has N bytes; the limit is 4096.\n"))
    }
    let value = String(repeating: "v", count: 1_025)
    try expect(
      ["append", "L"] + Sample.appendArguments + ["--attribute", "k=" + value],
      "the record cannot be stored: attribute k: 1025, over the limit of 1024", status: 64,
      in: scratch)
    try expect(
      ["init", "M", "--origin", String(repeating: "o", count: 256)],
      "'" + String(repeating: "o", count: 80)
        + "…' cannot be an origin: it takes 1 to 255 letters, digits and . _ ~ / : -", status: 64,
      in: scratch)
    #expect(try scratch.run("show", "L", "1").status == 1)
  }

  @Test func aSavedCheckpointOfAnotherLedger() throws {
    let scratch = try Scratch.withLedger()
    try scratch.run("init", "M", "--origin", "other.example/m")
    try expect(
      ["prove", "L", "--since", "M/checkpoint"],
      "the saved checkpoint is a checkpoint of other.example/m, not of acme.example/provenance",
      status: 64, in: scratch)
    // The same name, another key.
    try scratch.run("init", "N", "--origin", Sample.origin)
    try expect(
      ["prove", "L", "--since", "N/checkpoint"],
      "the saved checkpoint is not a valid checkpoint: no signature is by the key to verify with",
      status: 64, in: scratch)
  }

  /// A key that went through another system's editor is still that key.
  @Test(arguments: ["\r\n", "", " \n", "\t\r\n\r\n"])
  func aKeyFileWithOtherLineEnds(_ end: String) throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("k", try scratch.text("vkey").split(separator: "\n")[0] + end)
    #expect(try scratch.run("verify", "L", "--key", "@k").status == 0)
    try scratch.write("k", " " + (try scratch.text("vkey")))
    #expect(try scratch.run("verify", "L", "--key", "@k").status == 64)
  }

  @Test(arguments: ["signing.key", "duplicate.key", "name.key"])
  func aKeyFileOfTheVaultThatHoldsNone(_ name: String) throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell(": >L.vault/\(name)")
    try expect(
      ["append", "L"] + Sample.appendArguments,
      "vault $DIR/L.vault: \(name) does not hold a key", status: 1, in: scratch)
  }

  /// `bodies/` is left out of what is given to somebody who is not to have them.
  @Test func aCopyWithoutBodies() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append("--body", "vkey")
    try scratch.append("--subject", "p-17-of-the-clinic", "--sealed", "vkey")
    // An erasure seals what is there.
    try scratch.run("erase", "L", "--request", "r-1", "--subject", "p-17-of-the-clinic")
    #expect(
      try scratch.run("show", "L", "1", "--body", "0").output == "\(Sample.origin)+KEYID+KEY\n")
    let file = "$DIR/L/bodies/00000000000000000000.body"
    try scratch.shell("rm L/bodies/*")
    for option in ["--body", "--opening"] {
      try expect(
        ["show", "L", "1", option, "0"],
        "body 0 of record 1 is not in this copy: there is no \(file)", status: 1, in: scratch)
    }
    #expect(try scratch.run("show", "L", "1").status == 0)
    let report = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(report.status == 2)
    #expect(report.output.contains("neither there nor marked as erased"))
    #expect(!report.output.contains("REINTRODUCED"), "\(report)")
  }
}
