import Foundation
import Testing

/// The session of the README, with exact output at every step.
@Suite struct StoryTests {
  @Test func fromInitToTiles() throws {
    let scratch = try Scratch()
    #expect(
      try scratch.run("init", "L", "--origin", Sample.origin)
        == Outcome(output: "\(Sample.origin)+KEYID+KEY\n"))
    let key = try scratch.verifierKey("L")
    #expect(try scratch.append("--id", "a1") == Outcome(output: Sample.receipt(1, id: "a1")))
    #expect(
      try scratch.append("--id", "a1")
        == Outcome(output: Sample.receipt(1, id: "a1", isDuplicate: true)))
    #expect(
      try scratch.append("--id", "a1", "--attribute", "rows=3")
        == Outcome(
          errors: "ledgerstone: record 1 has the id 'a1' but another content; nothing was "
            + "appended\n", status: 1))
    let checkpoint = "\(Sample.origin)\n2\nROOT\n\n— \(Sample.origin) SIGNATURE\n"
    #expect(try scratch.run("checkpoint", "L") == Outcome(output: checkpoint))
    // Nothing new, nothing signed: the very same note.
    try scratch.shell("\"$LEDGERSTONE\" checkpoint L >saved")
    #expect(try scratch.bytes("saved") == scratch.bytes("L/checkpoint"))
    #expect(
      try scratch.run("prove", "L", "1")
        == Outcome(output: "c2sp.org/tlog-proof@v1\nindex 1\nROOT\n\n" + checkpoint))
    #expect(try scratch.run("prove", "L", "1", "-o", "p") == Outcome())
    try scratch.shell("\"$LEDGERSTONE\" show L 1 --entry >e")
    let proved = try scratch.run("verify", "p", "--entry", "e", "--key", key)
    #expect(
      proved
        == Outcome(output: "valid: the entry is record 1 of 2 records of \(Sample.origin)\n"))
    try scratch.append()
    try scratch.run("checkpoint", "L")
    #expect(
      try scratch.run("verify", "L", "--key", key, "--since", "saved")
        == Outcome(
          output: """
            valid: 3 records under the checkpoint of \(Sample.origin)
            checkpoint: size 3, root HASH
            continues the saved checkpoint of size 2
            read: 3 records, 0 bodies, 0 erased, 0 segments, 3 groups, N bytes

            """))
    #expect(try scratch.run("prove", "L", "--since", "saved", "-o", "c") == Outcome())
    let continued = try scratch.run("verify", "c", "--key", key)
    #expect(
      continued.output.hasPrefix(
        "valid: the checkpoint of 3 records of \(Sample.origin) continues the one of 2\n"))
    #expect(continued.status == 0)
    #expect(try scratch.run("export", "L", "--tiles", "T").status == 0)
    #expect(
      try scratch.shell("find T -type f | LC_ALL=C sort")
        == Outcome(output: "T/checkpoint\nT/tile/0/000.p/3\nT/tile/entries/000.p/3\n"))
    #expect(try scratch.bytes("T/checkpoint") == scratch.bytes("L/checkpoint"))
  }

  @Test func aBodyAndItsOpeningComeBackToTheByte() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("printf 'a\\0b\\n' >body")
    #expect(try scratch.append("--body", "body", "--content-type", "text/x").status == 0)
    try scratch.shell(
      "\"$LEDGERSTONE\" show L 1 --body 0 >out; \"$LEDGERSTONE\" show L 1 --opening 0 >opening")
    #expect(try scratch.bytes("out") == [0x61, 0, 0x62, 0x0A])
    #expect(try scratch.text("opening").contains("\"bytes\":\"YQBiCg==\",\"record\":1,\"body\":0}"))
    // SHA-256(salt ‖ bytes) by another program is the commitment in the header.
    let check = try scratch.shell(
      #"""
      salt=$(sed 's/.*"salt":"\([0-9a-f]*\)".*/\1/' opening)
      hash=$({ printf "$(sed 's/../\\x&/g' <<<"$salt")"; cat body; } | sha256sum | cut -d' ' -f1)
      "$LEDGERSTONE" show L 1 --json | grep -c "\"commitment\":\"$hash\""
      """#)
    #expect(check == Outcome(output: "1\n"))
  }

  @Test func anOpeningIsCheckedBesideTheProof() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("echo hello >body")
    try scratch.append("--body", "body")
    try scratch.shell(
      """
      "$LEDGERSTONE" checkpoint L >/dev/null
      "$LEDGERSTONE" prove L 1 -o p
      "$LEDGERSTONE" show L 1 --entry >e
      "$LEDGERSTONE" show L 1 --opening 0 >opening
      sed 's/aGVsbG8K/aGVsbG9K/' opening >changed
      """)
    let arguments = [
      "verify", "p", "--entry", "e", "--key", try scratch.verifierKey("L"), "--opening",
    ]
    #expect(try scratch.run(arguments + ["opening"]).status == 0)
    #expect(try scratch.run(arguments + ["changed"]).status == 2)
    #expect(try scratch.run(arguments + ["e"]).status == 2)
  }

  @Test func aProofIsRefusedForWhatItDoesNotProve() throws {
    let scratch = try Scratch.withLedger()
    try scratch.run("init", "M", "--origin", "b.example/m")
    try scratch.append()
    try scratch.run("checkpoint", "L")
    try scratch.shell(
      """
      "$LEDGERSTONE" prove L 1 -o p
      "$LEDGERSTONE" show L 1 --entry >e
      "$LEDGERSTONE" show L 0 --entry >other
      sed '3s/^./-/' p >unreadable
      """)
    let key = try scratch.verifierKey("L")
    let foreign = try scratch.verifierKey("M")
    #expect(try scratch.run("verify", "p", "--entry", "e", "--key", key).status == 0)
    #expect(try scratch.run("verify", "p", "--entry", "other", "--key", key).status == 2)
    #expect(try scratch.run("verify", "p", "--entry", "e", "--key", foreign).status == 2)
    #expect(try scratch.run("verify", "unreadable", "--entry", "e", "--key", key).status == 2)
    #expect(
      try scratch.run("verify", "p", "--entry", "e")
        == Outcome(
          errors: "ledgerstone: a proof file is verified with --key, the ledger's verifier key\n",
          status: 64))
    #expect(
      try scratch.run("verify", "p", "--entry", "e", "--key", "rubbish")
        == Outcome(
          errors: "ledgerstone: --key: 'rubbish' is no verifier key (NAME+8 hexadecimal "
            + "digits+base64): 1 part between plus signs instead of 3\n", status: 64))
    #expect(try scratch.run("verify", "p", "--entry", "absent", "--key", key).status == 1)
  }

  @Test func aCutLedgerDoesNotContinueASavedCheckpoint() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("cp -a L old; cp -a L.vault old.vault")
    try scratch.append()
    try scratch.shell("\"$LEDGERSTONE\" checkpoint L >saved")
    let outcome = try scratch.run("verify", "old", "--key", "@vkey", "--since", "saved")
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("NOT VALID: "))
    // The vault remembers: it does not sign a second history.
    let refused = try scratch.run(
      ["append", "old", "--vault", "L.vault"] + Sample.appendArguments)
    #expect(refused.status == 2)
  }

  @Test func theDemoTellsItsStoryQuicklyAndLeavesNothing() throws {
    let scratch = try Scratch()
    // Processor seconds, because the machine may be busy with other things.
    let outcome = try scratch.shell(
      """
      mkdir tmp; TIMEFORMAT='%U %S'
      { time TMPDIR=$PWD/tmp "$LEDGERSTONE" demo; } 2>seconds
      """)
    #expect(outcome.status == 0)
    let seconds = try scratch.text("seconds")
    let spent = seconds.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    // Nothing else is on stderr.
    #expect(spent.count == 2 && spent.reduce(0, +) < 5, "\(seconds)")
    let acts = outcome.output.split(separator: "\n").filter { $0.first?.isNumber == true }
    #expect(acts.map { $0.prefix(2) } == ["1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9."])
    for line in [
      "ERASED, 1 body, and the key is gone", "finds neither her nor the note",
      "   valid: certificate ", "ERASED_WITHIN_SCOPE", "1 body erased again before",
      "   the note: body 0 of record ", "nothing can be appended: no fork",
    ] {
      #expect(outcome.output.contains(line), "\(line)")
    }
    #expect(outcome.output.contains("   NOT VALID: 1 finding\n     record 9: active, "))
    #expect(try scratch.shell("ls tmp") == Outcome())
    #expect(try scratch.run("demo", "kept").status == 0)
    #expect(try scratch.run("verify", "kept/ledger").status == 0)
    #expect(
      try scratch.run("demo", "kept")
        == Outcome(errors: "ledgerstone: $DIR/kept is not empty\n", status: 1))
  }
}

extension Scratch {
  /// The key as it stands, which `Outcome` would hide.
  func verifierKey(_ ledger: String) throws -> String {
    let text = try text("\(ledger)/ledger.json")
    return String(text.split(separator: "\"verifierKey\":\"")[1].prefix { $0 != "\"" })
  }
}
