import Foundation
import Testing

/// An auditor makes a key, verifies a ledger and cosigns its checkpoint.
@Suite struct CosigningTests {
  private func audited() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try scratch.run("checkpoint", "L")
    try scratch.shell("\"$LEDGERSTONE\" keygen auditor.example/index -o key >auditor")
    return scratch
  }

  @Test func anAuditorCosigns() throws {
    let scratch = try audited()
    #expect(try scratch.shell("stat -c %a key").output == "600\n")
    let outcome = try scratch.run("verify", "L", "--key", "@vkey", "--cosign", "key")
    #expect(outcome.status == 0)
    #expect(outcome.errors.hasPrefix("valid: 2 records under the checkpoint of acme.example/"))
    #expect(
      outcome.output == """
        acme.example/provenance
        2
        ROOT

        — acme.example/provenance SIGNATURE
        — auditor.example/index SIGNATURE

        """)
    try scratch.shell("\"$LEDGERSTONE\" verify L --key @vkey --cosign key >cosigned 2>report")
    let arguments = ["verify", "cosigned", "--key", "@vkey"]
    let trusted = try scratch.run(arguments + ["--cosigner", "@auditor"])
    #expect(trusted.status == 0)
    #expect(trusted.output.contains("\ncosigned by auditor.example/index at 20"))
    // The cosignature does not replace the log's own, and each is of its own key.
    #expect(try scratch.run("verify", "cosigned", "--key", "@auditor").status == 64)
    #expect(try scratch.run(arguments + ["--cosigner", "@vkey"]).status == 64)
    try scratch.shell("\"$LEDGERSTONE\" keygen auditor.example/index -o other >another")
    let foreign = try scratch.run(arguments + ["--cosigner", "@another"])
    #expect(foreign.status == 2)
    #expect(foreign.output.contains("no cosignature by auditor.example/index"))
    let missing = try scratch.run(
      "verify", "L/checkpoint", "--key", "@vkey", "--cosigner", "@auditor")
    #expect(missing.status == 2)
    // It serves as the saved checkpoint of the next audit.
    try scratch.append()
    try scratch.run("checkpoint", "L")
    let next = try scratch.run(
      "verify", "L", "--key", "@vkey", "--since", "cosigned", "--cosign", "key")
    #expect(next.status == 0)
  }

  @Test func theIndexMayBeLeftOutButNotToCosign() throws {
    let scratch = try audited()
    try scratch.run("index", "L")
    try scratch.shell("for f in L/index/*.run; do printf x >>$f; done")
    let whole = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(whole.status == 2)
    let part = try scratch.run("verify", "L", "--key", "@vkey", "--without-index")
    #expect(part.status == 0)
    #expect(part.output.contains("index: was not checked, as asked for"))
    #expect(!part.output.contains("re-derived"))
    let both = try scratch.run(
      "verify", "L", "--key", "@vkey", "--without-index", "--cosign", "key")
    #expect(both.status == 64)
    #expect(both.output.isEmpty)
    #expect(
      try scratch.run("verify", "L/checkpoint", "--key", "@vkey", "--without-index").status == 64)
  }

  @Test func nothingWrongIsCosigned() throws {
    let scratch = try audited()
    try scratch.shell("cp -r L saved; sed -i 's/purpose/purpose/; s/audit/aUdit/' L/active")
    let damaged = try scratch.run("verify", "L", "--key", "@vkey", "--cosign", "key")
    #expect(damaged.status == 2)
    #expect(damaged.output.isEmpty)
    let foreign = try scratch.run("verify", "saved", "--key", "@auditor", "--cosign", "key")
    #expect(foreign.status == 64)
    let keyless = try scratch.run("verify", "saved", "--cosign", "key")
    #expect(
      keyless
        == Outcome(
          errors: "ledgerstone: --cosign needs --key: who cosigns must know whose checkpoint it "
            + "is\n", status: 64))
  }

  @Test func keysAreGuarded() throws {
    let scratch = try audited()
    let arguments = ["verify", "L", "--key", "@vkey", "--cosign", "key"]
    let again = try scratch.run("keygen", "auditor.example/index", "-o", "key")
    #expect(again == Outcome(errors: "ledgerstone: key: File exists\n", status: 1))
    #expect(try scratch.run(arguments).status == 0)
    try scratch.shell("chmod 640 key")
    #expect(
      try scratch.run(arguments)
        == Outcome(
          errors: "ledgerstone: key can be read or written by other users; run: chmod 600 "
            + "'key'\n", status: 1))
    try scratch.shell("chmod 600 key; cp L.vault/signing.key key")
    let wrong = try scratch.run(arguments)
    #expect(wrong.status == 1)
    #expect(wrong.errors.hasPrefix("ledgerstone: key is no cosigner's key: "))
    for name in ["", "a b", "a+b"] {
      #expect(try scratch.run("keygen", name, "-o", "new").status == 64)
    }
    #expect(try scratch.shell("ls new").status != 0)
  }
}
