import LedgerTestSupport
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
    .enabled(if: !Sanitizer.isPresent, "a sanitizer maps more memory than that"))
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
              + "that writes needs 1048576 KiB; nothing was done\n", status: 1), "\(command)")
    }
    #expect(try scratch.shell("ls -d M M.vault").output == "")
    #expect(try scratch.shell("ulimit -v 400000; \"$LEDGERSTONE\" show L 0").status == 0)
    #expect(try scratch.shell("ulimit -v 1048576; \"$LEDGERSTONE\" \(append)").status == 0)
  }

  /// Where there may be no room for another thread, what is read on several is read on one.
  @Test(
    .timeLimit(.minutes(10)),
    .enabled(if: !Sanitizer.isPresent, "a sanitizer maps more memory than that"))
  func aClosureNeedsNoSecondThread() throws {
    let scratch = try Scratch.withLedger()
    let records = (0..<700).map { number in
      """
      {"kind":"access","eventTime":"2026-01-01T00:00:00Z","entities":[\
      {"role":"actor","type":"service","namespace":"idp","name":"reporting"},\
      {"role":"target","type":"dataset","namespace":"lake","name":"visits"}],\
      "attributes":{"action":"read","purpose":"billing","outcome":"allowed","rows":\(number)}}
      """
    }
    try scratch.write("in", records.joined(separator: "\n") + "\n")
    #expect(try scratch.run("import", "L", "--format", "record", "in").status == 0)
    #expect(try scratch.run("index", "L").status == 0)
    let query =
      "\"$LEDGERSTONE\" closure L dataset:lake:visits --since 1 --json --at 2026-02-01T00:00:00Z"
    let free = try scratch.shell(query)
    #expect(free.status == 0, "\(free)")
    #expect(try scratch.shell("ulimit -v 400000; \(query)") == free)
  }
}
