import Foundation
import Testing

/// `rotate-key` as a script sees it.
@Suite struct RotateKeyCommandTests {
  @Test func rotatesAndVerifies() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    let script = """
      set -e
      "$LEDGERSTONE" checkpoint L >saved
      "$LEDGERSTONE" prove L 1 -o proof
      "$LEDGERSTONE" show L 1 --entry >entry
      "$LEDGERSTONE" rotate-key L >vkey2
      cp L/checkpoint handover
      test $(grep -c '^— ' handover) = 2
      "$LEDGERSTONE" append L --kind access --entity target=dataset:w:t --entity actor=service:w:a \
        --attribute action=read --attribute purpose=audit --attribute outcome=ok >/dev/null
      "$LEDGERSTONE" checkpoint L >newest
      test $(grep -c '^— ' newest) = 1
      for key in vkey vkey2; do
        "$LEDGERSTONE" verify L --key @$key --since saved >/dev/null
        "$LEDGERSTONE" verify L --key @$key --since handover >/dev/null
      done
      "$LEDGERSTONE" verify proof --entry entry --key @vkey >/dev/null
      "$LEDGERSTONE" prove L --since saved -o consistency
      "$LEDGERSTONE" verify consistency --key @vkey --key @vkey2 >/dev/null
      test "$("$LEDGERSTONE" inspect L | sed -n 's/^key *//p')" = "$(cat vkey2)"
      test "$("$LEDGERSTONE" show L 2 | grep -c 'key/rotated')" = 1
      """
    let outcome = try scratch.shell(script)
    #expect(outcome.status == 0, "\(outcome)")
    let half = try scratch.run("verify", "consistency", "--key", "@vkey")
    #expect(half.status == 2, "\(half)")
    try scratch.shell("\"$LEDGERSTONE\" init M --origin \(Sample.origin) >other")
    #expect(try scratch.run("verify", "L", "--key", "@other").status == 2)
  }

  @Test func asJSON() throws {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.run("rotate-key", "L", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let object = try #require(value as? [String: Any])
    #expect(
      Set(object.keys) == ["record", "previousVerifierKey", "verifierKey", "checkpoint"])
    #expect(object["record"] as? Int == 1)
  }

  @Test func badCalls() throws {
    let scratch = try Scratch.withLedger()
    #expect(try scratch.run("rotate-key", "nowhere").status == 10)
    #expect(try scratch.run("rotate-key").status == 64)
    #expect(try scratch.run("rotate-key", "L", "more").status == 64)
    try scratch.shell("mv L.vault V")
    #expect(try scratch.run("rotate-key", "L").status == 1)
    #expect(try scratch.run("rotate-key", "L", "--vault", "V").status == 0)
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
    // A vault from before the rotation signs nothing.
    try scratch.shell("mv V L.vault && cp -r L.vault old")
    try scratch.run("rotate-key", "L")
    let outcome = try scratch.append("--vault", "old")
    #expect(outcome.status == 1 && outcome.errors.contains("old copy"), "\(outcome)")
    #expect(try scratch.append().status == 0)
    // What is in place of a key.
    try scratch.shell("echo rubbish >L.vault/signing.key.next; chmod 600 L.vault/signing.key.next")
    let damaged = try scratch.append()
    #expect(damaged.status == 1 && damaged.errors.contains("signing.key.next"), "\(damaged)")
    try scratch.shell("chmod 644 L.vault/signing.key.next")
    #expect(try scratch.append().errors.contains("chmod 600"))
  }
}
