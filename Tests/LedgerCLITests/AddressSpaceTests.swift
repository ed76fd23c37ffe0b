import Testing

@testable import LedgerCLI

/// A command that cannot make its threads says so and does not wait for them.
@Suite struct AddressSpaceTests {
  @Test(arguments: [
    ("Max address space         unlimited            unlimited            bytes     \n", nil),
    (
      "Max data size  1 2 bytes\nMax address space         102400000   unlimited   bytes\n",
      102_400_000
    ),
    ("Max address space", nil), ("Max data size  1 2 bytes\n", nil), ("", nil),
  ])
  func theSoftLimitIsRead(_ text: String, _ limit: UInt64?) {
    #expect(AddressSpace.limit(in: text) == limit)
  }

  @Test(
    .timeLimit(.minutes(10)),
    .enabled(if: !Scratch.isSanitized, "a sanitizer maps more memory than that"))
  func aWriterWithTooLittleRoomIsRefused() throws {
    let scratch = try Scratch.withLedger()
    let append = "append L " + Sample.appendArguments.joined(separator: " ")
    for command in [append, "checkpoint L", "import L --format record -", "init M --origin m/m"] {
      let outcome = try scratch.shell("ulimit -v 400000; \"$LEDGERSTONE\" \(command) </dev/null")
      #expect(
        outcome
          == Outcome(
            errors:
              "ledgerstone: the address space is limited to 400000 KiB (ulimit -v); a command "
              + "that writes needs 524288 KiB; nothing was done\n", status: 1), "\(command)")
    }
    #expect(try scratch.shell("ls -d M M.vault").output == "")
    #expect(try scratch.shell("ulimit -v 400000; \"$LEDGERSTONE\" show L 0").status == 0)
    #expect(try scratch.shell("ulimit -v 524288; \"$LEDGERSTONE\" \(append)").status == 0)
  }
}
