import Foundation
import Testing

/// Files that were cut, taken from another ledger, or brought back from an older copy: what
/// `verify` can know from the key, from a checkpoint saved elsewhere and from the vault's note it
/// says, and no writer signs what contradicts a note it has given out.
@Suite struct TamperTests {
  /// A ledger `L` with sealed segments and what was saved of it: `saved`, its newest checkpoint;
  /// `old` and `old.vault`, copies of an earlier state; `other`, another ledger of the same shape.
  private static func ledger() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.shell(
      """
      set -e
      session=$(dirname "$LEDGERSTONE")/FaultSession
      "$LEDGERSTONE" init other --origin \(Sample.origin) >otherkey
      "$session" other 8192 9 0 >receipts
      "$session" L 8192 3 0 >receipts
      cp -a L old; cp -a L.vault old.vault
      "$session" L 8192 6 100 >receipts
      "$LEDGERSTONE" checkpoint L >saved
      """)
    try #require(outcome.status == 0, "\(outcome)")
    return scratch
  }

  /// Statuses of `verify` with the key alone, with the saved checkpoint too, and with the vault's
  /// note.
  struct Exposed: Equatable, CustomStringConvertible {
    var byKey: Int32
    var bySaved: Int32
    var byVault: Int32

    static let nowhere = Exposed(byKey: 0, bySaved: 0, byVault: 0)
    static let everywhere = Exposed(byKey: 2, bySaved: 2, byVault: 2)

    var description: String { "key \(byKey), saved checkpoint \(bySaved), vault \(byVault)" }
  }

  private func exposed(_ scratch: Scratch) throws -> Exposed {
    let withoutVault = "LEDGERSTONE_VAULT=nowhere \"$LEDGERSTONE\" verify L --key @vkey"
    return Exposed(
      byKey: try scratch.shell(withoutVault).status,
      bySaved: try scratch.shell(withoutVault + " --since saved").status,
      byVault: try scratch.run("verify", "L", "--key", "@vkey").status)
  }

  /// Whatever was done to it, a writer either refuses or goes on from what was signed.
  private func expectNoFork(_ scratch: Scratch, _ name: String) throws {
    let append = try scratch.append()
    #expect([0, 1, 2].contains(append.status), "\(name): \(append)")
    #expect(append.status == 0 || append.errors.hasPrefix("ledgerstone: "), "\(name): \(append)")
    let signed = try scratch.run("checkpoint", "L")
    #expect(signed.status == append.status, "\(name): \(signed)")
    guard signed.status == 0 else { return }
    let proof = try scratch.shell("\"$LEDGERSTONE\" prove L --since saved >consistency")
    #expect(proof.status == 0, "\(name): \(proof)")
    let checked = try scratch.run("verify", "consistency", "--key", "@vkey")
    #expect(checked.status == 0, "\(name): \(checked)")
  }

  /// The auditor, who does not believe LOCK, and the writer, who reads it, say the same.
  @Test(arguments: ["x", String(repeating: "LSTGROUP", count: 200)])
  func bytesBehindAClosedLogAreATearToEveryone(_ tail: String) throws {
    let scratch = try Self.ledger()
    let before = try scratch.bytes("L/active")
    try scratch.shell("printf %s \(tail) >>L/active; cp -a L without; rm without/LOCK")
    for ledger in ["L", "without"] {
      let verdict = try scratch.run("verify", ledger, "--key", "@vkey", "--since", "saved")
      #expect(verdict.status == 0, "\(verdict)")
      #expect(verdict.output.contains("from offset \(before.count) on are no whole group"))
    }
    let size = try scratch.shell("printf %s $(sed -n 2p saved)").output
    let written = try scratch.append()
    #expect(written.status == 0 && written.errors.contains("N bytes"), "\(written)")
    let kind = try scratch.shell("\"$LEDGERSTONE\" show L \(size) | grep '\"kind\"'").output
    #expect(kind.contains("ledger/recovered"), "\(kind)")
    #expect(try scratch.shell("cat L/torn/*").output == tail)
    for ledger in ["L", "without"] {
      let verdict = try scratch.run("verify", ledger, "--key", "@vkey", "--since", "saved")
      #expect(verdict.status == 0, "\(verdict)")
    }
    try expectNoFork(scratch, tail)
  }

  private func files(_ scratch: Scratch) throws -> [String] {
    try scratch.shell("cd L; find . -type f ! -name LOCK | sort | cut -c3-").output
      .split(separator: "\n").map(String.init)
  }

  private static func expected(_ file: String, _ damage: String) -> Exposed {
    switch (file, damage) {
    // An older note of the same key says nothing wrong; a newer one that was given out shows it.
    case ("checkpoint", "old"): Exposed(byKey: 0, bySaved: 2, byVault: 0)
    // What is derived may be short, and is derived again.
    case ("tree/0", "other"): .everywhere
    case ("tree/0", _): .nowhere
    default: .everywhere
    }
  }

  @Test(arguments: ["empty", "half", "minus one", "other", "old"])
  func everyFile(_ damage: String) throws {
    let scratch = try Self.ledger()
    let files = try files(scratch)
    #expect(files.count >= 8, "\(files)")
    try scratch.shell("cp -a L whole; cp -a L.vault whole.vault")
    var count = 0
    for file in files {
      let bytes = try scratch.bytes("L/" + file)
      let changed: [UInt8]? =
        switch damage {
        case "empty": []
        case "half": Array(bytes.prefix(bytes.count / 2))
        case "minus one": bytes.dropLast()
        default: try? scratch.bytes("\(damage)/\(file)")
        }
      guard let changed, changed != bytes else { continue }
      try Data(changed).write(to: scratch.url("L/" + file))
      let name = "\(file), \(damage)"
      let found = try exposed(scratch)
      #expect(found == Self.expected(file, damage), "\(name): \(found)")
      try expectNoFork(scratch, name)
      try scratch.shell("rm -rf L L.vault; cp -a whole L; cp -a whole.vault L.vault")
      count += 1
    }
    #expect(count >= (damage == "old" ? 3 : 8))
    #expect(try exposed(scratch) == .nowhere)
  }

  /// A restored folder is readable, exposed by a saved checkpoint and by its vault, and signs
  /// nothing; `init --continues` goes on from it.
  @Test func theFolderRolledBack() throws {
    let scratch = try Self.ledger()
    try scratch.shell("rm -rf L; cp -a old L")
    #expect(try exposed(scratch) == Exposed(byKey: 0, bySaved: 2, byVault: 2))
    let note = try scratch.bytes("L.vault/note")
    for _ in 0..<2 {
      let refused = try scratch.append()
      #expect(refused.status == 2)
      #expect(refused.errors.contains("is older than what its key has signed"), "\(refused)")
      #expect(try scratch.run("checkpoint", "L").status == 2)
    }
    #expect(try scratch.bytes("L.vault/note") == note)
    #expect(try scratch.run("show", "L", "1").status == 0)
    let next = try scratch.run(
      "init", "M", "--origin", "acme.example/next", "--continues", "saved", "--key", "@vkey")
    #expect(next.status == 0)
    #expect(try scratch.run("verify", "M").status == 0)
  }

  /// Nobody who has only the two can know; who kept a checkpoint does.
  @Test func folderAndVaultRolledBack() throws {
    let scratch = try Self.ledger()
    try scratch.shell("rm -rf L L.vault; cp -a old L; cp -a old.vault L.vault")
    #expect(try exposed(scratch) == Exposed(byKey: 0, bySaved: 2, byVault: 0))
    #expect(try scratch.append().status == 0)
    #expect(try scratch.run("checkpoint", "L").status == 0)
    #expect(try exposed(scratch).bySaved == 2)
    #expect(try scratch.run("prove", "L", "--since", "saved").status == 2)
  }

  @Test func theVaultRolledBack() throws {
    let scratch = try Self.ledger()
    try scratch.shell("rm -rf L.vault; cp -a old.vault L.vault")
    #expect(try exposed(scratch) == .nowhere)
    try expectNoFork(scratch, "the vault")
    try scratch.shell("rm -rf L.vault; cp -a old.vault L.vault; rm L.vault/note")
    let refused = try scratch.append()
    #expect(refused.status == 1)
    #expect(refused.errors.contains("the newest signed note is missing"), "\(refused)")
  }
}
