import Foundation
import Testing

/// What an attacker on the command line found, so that it stays mended.
@Suite struct HostileInputTests {
  @Test func inputsCannotWriteToTheTerminal() throws {
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "e.ndjson",
      "{\"kind\":\"job\",\"\\u001b[2Jx\":1}\n"
        + "{\"kind\":\"run\\nforged.ndjson:9: a line\"}\n")
    let outcome = try scratch.run("import", "L", "--format", "record", "e.ndjson")
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("\\u{1B}[2Jx"))
    #expect(outcome.errors.split(separator: "\n").count == 3)
    #expect(!outcome.errors.unicodeScalars.contains("\u{1B}"))
    let named = try scratch.run("show", "L", "\u{1B}[31m")
    #expect(named.status == 64)
  }

  @Test func anEmptyIdentifierIsRefused() throws {
    let scratch = try Scratch.withLedger()
    #expect(
      try scratch.append("--id", "")
        == Outcome(errors: "ledgerstone: --id must not be empty\n", status: 64))
    #expect(try scratch.append("--id", "a").status == 0)
  }

  @Test func argumentsAreText() throws {
    let scratch = try Scratch.withLedger()
    let before = try scratch.bytes("L/active")
    let arguments = Sample.appendArguments.joined(separator: " ")
    for option in ["--id", "--source", "--attribute x="] {
      let outcome = try scratch.shell(
        "\"$LEDGERSTONE\" append L \(arguments) \(option)$'q\\xfe'".replacing("--id", with: "--id=")
          .replacing("--source", with: "--source="))
      #expect(outcome.status == 64, "\(option) \(outcome)")
    }
    #expect(try scratch.bytes("L/active") == before)
  }

  @Test func anAttributeIsGivenOnce() throws {
    let scratch = try Scratch.withLedger()
    #expect(
      try scratch.append("--attribute", "a=1", "--attribute", "a=2")
        == Outcome(errors: "ledgerstone: --attribute a is given twice\n", status: 64))
  }

  /// A device or pipe is written to, a file keeps its permissions, a link is followed.
  @Test func resultsGoWhereTheyAreSent() throws {
    let scratch = try Scratch.withLedger()
    let full = try scratch.run("prove", "L", "0", "-o", "/dev/full")
    #expect(full.status == 1)
    #expect(full.errors.contains("No space left on device"))
    #expect(try scratch.shell("test -c /dev/full").status == 0)
    try scratch.shell("\"$LEDGERSTONE\" prove L 0 >expected")
    let pipe = try scratch.shell(
      "mkfifo ff; cat ff >got & \"$LEDGERSTONE\" prove L 0 -o ff; wait; cmp got expected")
    #expect(pipe == Outcome())
    let kept = try scratch.shell(
      """
      echo old >p; chmod 600 p; ln -s p link
      "$LEDGERSTONE" prove L 0 -o link && stat -c %a p && test -L link && cmp p expected
      """)
    #expect(kept == Outcome(output: "600\n"))
    for empty in [["prove", "L", "0", "-o", ""], ["export", "L", "--tiles", ""]] {
      #expect(try scratch.run(empty).status == 64)
    }
    let folder = try scratch.run("prove", "L", "0", "-o", ".")
    #expect(folder == Outcome(errors: "ledgerstone: .: Is a directory\n", status: 1))
  }
}
