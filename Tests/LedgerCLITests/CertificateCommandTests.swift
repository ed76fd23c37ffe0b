import Foundation
import Testing

/// `certificate`, and `verify` and `prove --since` of one, as a script sees them.
@Suite struct CertificateCommandTests {
  private static let request = "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11"

  /// A dataset whose rows were erased and a person whose note was, with the documented facts.
  private static func scratch() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let name = "request=request::\(request)"
    try scratch.write("note", "for one alone")
    try scratch.write("facts.json", try example())
    let setup = try scratch.shell(
      """
      set -e
      exec >/dev/null
      L() { "$LEDGERSTONE" append L "$@"; }
      L --kind dataset --entity target=dataset:clinic:raw.bookings
      L --kind access --entity target=dataset:clinic:raw.bookings --entity actor=service:c:s \
        --attribute action=read --attribute purpose=p --attribute outcome=ok \
        --sealed note --subject person-1
      L --kind erasure/request --entity \(name) --attribute regulation=eu-gdpr:A17 \
        --attribute received=2026-03-04
      L --kind erasure/execution --event-time 2026-03-05T02:00:00Z --entity \(name) \
        --entity target=dataset:clinic:raw.bookings --entity actor=service:c:d \
        --attribute method=drop-and-purge
      "$LEDGERSTONE" erase L --request \(request) --subject person-1
      """)
    #expect(setup.status == 0, "\(setup)")
    return scratch
  }

  private static func example() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Provenance/Documentation.docc/Certificate.md"), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```json\n").dropFirst().first)
    return block.components(separatedBy: "```").first ?? ""
  }

  private static func issue(_ scratch: Scratch, _ more: String...) throws -> Outcome {
    try scratch.run(
      ["certificate", "L", "--request", request, "--facts", "facts.json", "-o", "c"] + more)
  }

  @Test func issuedAndVerified() throws {
    let scratch = try Self.scratch()
    let issued = try Self.issue(scratch, "--html", "page.html")
    #expect(issued.status == 0 && issued.errors == "", "\(issued)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(issued.output.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == ["certificate", "request", "result", "size", "record", "byteCount"])
    #expect(object["result"] as? String == "ERASED_WITHIN_SCOPE")
    let verified = try scratch.run("verify", "c", "--key", "@vkey")
    #expect(verified.status == 0)
    #expect(verified.output.contains("\n  VERIFIED  dataset:clinic:raw.bookings  CLEAN, removed\n"))
    #expect(verified.output.contains("\n  index attested by the operator only\n"))
    #expect(verified.output.contains("\n  in the ledger: ERASED, record 6, 1 body erased\n"))
    let json = try scratch.run("verify", "c", "--key", "@vkey", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(report["status"] as? String == "valid")
    #expect((report["certificate"] as? [String: Any])?["request"] as? String == Self.request)
    let page = try scratch.text("page.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<svg "))
    #expect(page.contains("CLEAN: rewritten or emptied after the erasure, from sources that"))
    #expect(!page.contains("NOT_REBUILT:"), "only what occurs is explained")
    for word in ["<script", "href=", "src=", "@import", "url("] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  @Test func againstALaterCheckpoint() throws {
    let scratch = try Self.scratch()
    _ = try Self.issue(scratch)
    let outcome = try scratch.shell(
      """
      set -e
      "$LEDGERSTONE" prove L --since c -o later
      "$LEDGERSTONE" verify later --key @vkey >/dev/null
      "$LEDGERSTONE" verify c --key @vkey --since later | tail -1
      """)
    #expect(outcome == Outcome(output: "  continued by the checkpoint of size 9\n"))
    let alone = try scratch.run("verify", "c", "--key", "@vkey", "--since", "L/checkpoint")
    #expect(alone.status == 64 && alone.output.contains("needs a consistency proof"), "\(alone)")
    #expect(try scratch.run("verify", "c", "--key", "@vkey", "--since", "note").status == 64)
    #expect(
      try scratch.run("verify", "later", "--key", "@vkey", "--since", "L/checkpoint").status == 64)
  }

  /// A checkpoint from before the certificate shows nothing about it, and is no damage to it.
  @Test func againstAnOlderCheckpoint() throws {
    let scratch = try Self.scratch()
    try scratch.shell("\"$LEDGERSTONE\" checkpoint L >old")
    _ = try Self.issue(scratch)
    let older = try scratch.run("verify", "c", "--key", "@vkey", "--since", "old")
    #expect(
      older
        == Outcome(
          output: "could not check: --since is a checkpoint of 7 records, older than the "
            + "certificate's of 8\n", status: 64))
    // The same as a proof from there to here: it begins before the certificate's checkpoint.
    try scratch.shell("\"$LEDGERSTONE\" prove L --since old -o proof")
    let proof = try scratch.run("verify", "c", "--key", "@vkey", "--since", "proof")
    #expect(proof.status == 2)
    #expect(proof.output.contains("the consistency proof begins at another checkpoint"))
    #expect(try scratch.run("verify", "c", "--key", "@vkey").status == 0)
  }

  @Test func attested() throws {
    let scratch = try Self.scratch()
    let outcome = try scratch.shell(
      """
      set -e
      "$LEDGERSTONE" keygen auditor.example/index -o auditor >akey
      "$LEDGERSTONE" keygen other.example/index -o other >okey
      "$LEDGERSTONE" index L >/dev/null
      "$LEDGERSTONE" verify L --key @vkey --cosign auditor >cosigned 2>/dev/null
      "$LEDGERSTONE" certificate L --request \(Self.request) --facts facts.json -o c \
        --attestation cosigned --cosigner @akey >/dev/null
      "$LEDGERSTONE" verify c --key @vkey --cosigner @akey
      """)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("index derived anew by auditor.example/index up to size 8"))
    #expect(outcome.output.contains("cosigned by auditor.example/index"))
    #expect(
      try scratch.run("verify", "c", "--key", "@vkey", "--cosigner", "@okey").status == 2)
    let wrong = try scratch.run([
      "certificate", "L", "--request", Self.request, "--facts", "facts.json", "-o", "d",
      "--attestation", "cosigned", "--cosigner", "@okey",
    ])
    #expect(wrong.status == 64 && wrong.errors.contains("no cosignature by other.example/index"))
    #expect(try Self.issue(scratch, "--attestation", "cosigned").status == 64)
  }

  @Test func keysOfOthersAndAfterARotation() throws {
    let scratch = try Self.scratch()
    _ = try Self.issue(scratch)
    let outcome = try scratch.shell(
      """
      "$LEDGERSTONE" init M --origin \(Sample.origin) >other
      "$LEDGERSTONE" verify c --key @other >/dev/null; echo $?
      "$LEDGERSTONE" rotate-key L >/dev/null
      "$LEDGERSTONE" verify c --key @vkey >/dev/null; echo $?
      "$LEDGERSTONE" certificate L --request \(Self.request) --facts facts.json -o d >/dev/null
      echo $?
      "$LEDGERSTONE" verify d --key @vkey >/dev/null; echo $?
      "$LEDGERSTONE" inspect L --json | sed 's/.*"verifierKey":"\\([^"]*\\)".*/\\1/' >new
      "$LEDGERSTONE" verify d --key @new >/dev/null; echo $?
      """)
    #expect(outcome.output == "2\n0\n0\n2\n0\n", "\(outcome)")
  }

  @Test func everythingMissingIsNamedAtOnce() throws {
    let scratch = try Self.scratch()
    let before = try scratch.bytes("L/checkpoint")
    try scratch.write("facts.json", "{\"scope\":[],\"outOfScope\":[]}")
    let outcome = try Self.issue(scratch)
    #expect(outcome.status == 64 && outcome.output == "")
    for line in [
      "no certificate can be given:", "A2 issuer: missing", "B1 request: missing",
      "E4 performedBy: missing", "J1 signer: missing",
    ] {
      #expect(outcome.errors.contains(line), "\(line) in \(outcome.errors)")
    }
    try scratch.write(
      "facts.json",
      try Self.example().replacing(
        "[{\"what\": \"paper files\", \"reason\": \"not processed by the pipelines\"}]", with: "[]")
    )
    let empty = try Self.issue(scratch)
    #expect(empty.status == 64 && empty.errors.contains("D2 outOfScope: must not be empty"))
    #expect(try scratch.bytes("L/checkpoint") == before, "nothing was signed")
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/c"))
  }

  @Test func wherePathsLead() throws {
    let scratch = try Self.scratch()
    for path in ["L/c", "L.vault/c", "-"] {
      let outcome = try scratch.run([
        "certificate", "L", "--request", Self.request, "--facts", "facts.json", "-o", path,
      ])
      #expect(outcome.status == 64, "\(path)")
    }
    let nowhere = try scratch.run([
      "certificate", "L", "--request", Self.request, "--facts", "facts.json", "-o", "no/c",
    ])
    #expect(nowhere.status == 1 && nowhere.output == "")
    let unknown = try scratch.run([
      "certificate", "L", "--request", "r-2", "--facts", "facts.json", "-o", "c",
    ])
    #expect(
      unknown
        == Outcome(
          errors: "ledgerstone: no record is about the request 'r-2'; its id is compared as "
            + "bytes\n",
          status: 1))
    #expect(
      try scratch.shell("\"$LEDGERSTONE\" history L request::\(Self.request) | grep -c exported")
        .output == "0\n")
  }

  @Test func addressesAreWarnedOf() throws {
    let scratch = try Self.scratch()
    try scratch.write(
      "facts.json",
      try Self.example().replacing(
        "row count by patient number", with: "rows of jane.doe@example.org"))
    let outcome = try Self.issue(scratch)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("verification.method looks like an address of a person"))
  }
}
