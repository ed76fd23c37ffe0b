import Foundation
import Testing

/// `backup` and `restore` as a script sees them.
@Suite struct BackupCommandTests {
  private func json(_ outcome: Outcome) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(value as? [String: Any])
  }

  /// Yesterday's backup after an erasure: the person does not come back, no fork can be signed,
  /// history goes on under another origin.
  @Test func theWholeStory() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("secret", "what nobody may read again")
    for _ in 0..<3 {
      try scratch.append(
        "--sealed", "secret", "--subject", "person-1", "--content-type", "text/plain")
    }
    let script = """
      set -e
      "$LEDGERSTONE" checkpoint L >saved
      "$LEDGERSTONE" backup L B
      test ! -e B/LOCK -a ! -e B/torn
      "$LEDGERSTONE" verify B --key @vkey --since saved >/dev/null
      "$LEDGERSTONE" show L 2 --opening 0 >opening
      "$LEDGERSTONE" erase L --request r-1 --subject person-1 >/dev/null
      mv L lost
      "$LEDGERSTONE" restore B L 2>warning
      grep -q 'can be read but not appended to' warning
      "$LEDGERSTONE" verify L --key @vkey >rolled && exit 9
      grep -q "the vault's note covers 7 records, the ledger has only 4" rolled
      grep -q '1 finding$' rolled
      cp -r L auditor
      "$LEDGERSTONE" verify auditor --key @vkey --since saved
      ! grep -rqa 'what nobody may read again' L L.vault
      ! grep -rqa 'person-1' L L.vault
      """
    let outcome = try scratch.shell(script)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("3 bodies erased again"), "\(outcome)")
    let opening = try scratch.run("show", "L", "2", "--opening", "0")
    #expect(opening.status == 1 && opening.errors.contains("was erased"), "\(opening)")
    let append = try scratch.append()
    #expect(append.status == 2 && append.errors.contains("--continues"), "\(append)")
    let after = try scratch.shell(
      """
      set -e
      "$LEDGERSTONE" init M --origin acme.example/next --continues L/checkpoint --key @vkey >vkey2
      "$LEDGERSTONE" verify M --key @vkey2
      """)
    #expect(after.status == 0, "\(after)")
  }

  @Test func asJSON() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    let backup = try json(try scratch.run("backup", "L", "B", "--json"))
    #expect(Set(backup.keys) == ["backup", "recordCount", "checkpointSize"])
    #expect(backup["recordCount"] as? Int == 2 && backup["checkpointSize"] as? Int == 1)
    let restored = try json(try scratch.run("restore", "B", "R", "--vault", "L.vault", "--json"))
    #expect(
      Set(restored.keys) == [
        "directory", "recordCount", "signedCount", "erasedBodies", "broughtPlans", "readOnly",
      ])
    #expect(restored["readOnly"] as? Bool == false)
    #expect(try scratch.run("verify", "R", "--key", "@vkey", "--vault", "L.vault").status == 0)
  }

  /// A folder that happens to stand beside the target is nobody's leftover.
  @Test func whatStandsBesideTheTargetStays() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("for D in B.tmp R.tmp R.restoring; do mkdir $D && touch $D/mine; done")
    #expect(try scratch.run("backup", "L", "B").status == 0)
    #expect(try scratch.run("restore", "B", "R", "--vault", "L.vault").status == 0)
    let there = try scratch.shell("ls B.tmp R.tmp R.restoring | grep -c mine")
    #expect(there.output == "3\n")
  }

  @Test func twoBackupsToOnePlace() throws {
    let scratch = try Scratch.withLedger()
    let script = """
      mkdir .ledgerstone-unfinished-B && echo left >.ledgerstone-unfinished-B/active
      exec 9>.ledgerstone-unfinished-B/LOCK && flock 9
      "$LEDGERSTONE" backup L B 9>&- ; echo $?
      exec 9>&-
      "$LEDGERSTONE" backup L B >/dev/null && "$LEDGERSTONE" verify B --key @vkey >/dev/null
      echo $?
      ls -A | grep -c unfinished
      """
    let outcome = try scratch.shell(script)
    #expect(outcome.output == "11\n0\n0\n", "\(outcome)")
  }

  @Test func badCalls() throws {
    let scratch = try Scratch.withLedger()
    #expect(try scratch.run("backup", "L").status == 64)
    #expect(try scratch.run("backup", "L", "").status == 64)
    #expect(try scratch.run("backup", "nowhere", "B").status == 10)
    for place in ["L/B", "L.vault/B", "L"] {
      #expect(try scratch.run("backup", "L", place).status == 64)
    }
    #expect(try scratch.run("backup", "L", "no/B").status == 64)
    #expect(try scratch.run("backup", "L", "B").status == 0)
    #expect(try scratch.run("backup", "L", "B").status == 1)
    #expect(try scratch.run("restore", "B", "L").status == 1)
    let noVault = try scratch.run("restore", "B", "R")
    #expect(noVault.status == 1 && noVault.errors.contains("--vault"), "\(noVault)")
    #expect(try scratch.run("restore", "nowhere", "R", "--vault", "L.vault").status == 10)
    #expect(try scratch.run("restore", "", "R", "--vault", "L.vault").status == 64)
    try scratch.shell("\"$LEDGERSTONE\" init M --origin \(Sample.origin) >other")
    let foreign = try scratch.run("restore", "B", "R", "--vault", "M.vault")
    #expect(foreign.status == 1 && foreign.errors.contains("another ledger"), "\(foreign)")
    try scratch.shell("mkdir E && touch E/file")
    #expect(try scratch.run("restore", "B", "E", "--vault", "L.vault").status == 1)
    try scratch.shell("rm B/active")
    #expect(try scratch.run("restore", "B", "R", "--vault", "L.vault").status != 0)
    #expect(try scratch.shell("test -e R -o -e .ledgerstone-unfinished-R").status == 1)
  }
}
