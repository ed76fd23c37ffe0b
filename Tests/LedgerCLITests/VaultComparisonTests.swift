import Testing

/// What `verify` makes of a vault that cannot be compared: a sound ledger stays sound.
@Suite struct VaultComparisonTests {
  private func ledger() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try scratch.run("checkpoint", "L")
    return scratch
  }

  @Test func anotherLedgersVaultIsSaidAndNotCompared() throws {
    let scratch = try ledger()
    // The same origin, so that only the ledger id tells.
    try scratch.run("init", "M", "--origin", Sample.origin)
    let byDefault = try scratch.shell(
      "LEDGERSTONE_VAULT=M.vault \"$LEDGERSTONE\" verify L --key @vkey")
    #expect(byDefault.status == 0)
    #expect(byDefault.output.contains("M.vault is another ledger's vault"))
    let named = try scratch.run("verify", "L", "--key", "@vkey", "--vault", "M.vault")
    #expect(
      named
        == Outcome(
          errors: "ledgerstone: --vault cannot be compared: $DIR/M.vault is another ledger's "
            + "vault\n", status: 1))
  }

  @Test(arguments: [": >L.vault/note", "echo x >L.vault/note"])
  func aDamagedNoteIsSaid(_ damage: String) throws {
    let scratch = try ledger()
    try scratch.shell(damage)
    let outcome = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("L.vault/note is damaged"))
    #expect(try scratch.run("verify", "L", "--key", "@vkey", "--vault", "L.vault").status == 1)
  }

  /// Who names a vault wants it compared: one that is not there would be passed over in silence.
  @Test func aNamedVaultWithoutANoteIsAFailure() throws {
    let scratch = try ledger()
    let message = "ledgerstone: --vault cannot be compared: there is no vault with a note at "
    for (path, command) in [("nowhere", "true"), ("L.vault", "rm L.vault/note")] {
      try scratch.shell(command)
      #expect(
        try scratch.run("verify", "L", "--key", "@vkey", "--vault", path)
          == Outcome(errors: "\(message)$DIR/\(path)\n", status: 1))
    }
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  @Test(arguments: [": >L.vault/vault.json", "echo '{}' >L.vault/vault.json"])
  func aDamagedVaultIsNotCalledAnotherLedgers(_ damage: String) throws {
    let scratch = try ledger()
    try scratch.shell(damage)
    let message = "$DIR/L.vault/vault.json is damaged: it names no ledger"
    let outcome = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(message))
    #expect(
      try scratch.run("verify", "L", "--key", "@vkey", "--vault", "L.vault")
        == Outcome(
          errors: "ledgerstone: --vault cannot be compared: \(message)\n", status: 1))
  }

  @Test func aNoteThatCannotBeReadIsSaid() throws {
    let scratch = try ledger()
    try scratch.shell("rm L.vault/note; mkdir L.vault/note")
    let outcome = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("$DIR/L.vault/note: Is a directory"))
  }

  @Test func aVaultThatIsNotThereIsSaid() throws {
    let scratch = try ledger()
    try scratch.shell("mv L.vault away")
    let outcome = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("note: the vault's newest note was not there"))
    #expect(try scratch.run("verify", "L", "--vault", "away", "--key", "@vkey").status == 0)
  }
}
