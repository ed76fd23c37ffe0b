import Foundation
import LedgerTestSupport
import Testing

/// Full and read-only media, as far as the machine lets a test make them; where it does not, the
/// test says so on stderr.
@Suite struct MediumTests {
  /// A private mount namespace: needs no rights where user namespaces are allowed.
  static let canMount: Bool = {
    let outcome = try? Scratch().shell(
      "unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=64k t .'")
    return outcome?.status == 0
  }()

  private func events(_ scratch: Scratch) throws {
    // Digits that LZ4 cannot shorten much.
    var generator = SystemRandomNumberGenerator()
    var lines = ""
    for number in 0..<200 {
      let noise = (0..<400).map { _ in String(generator.next(), radix: 36) }.joined()
      lines += Sample.event(job: "j\(number)", extra: ",\"x\":\"\(noise)\"")
    }
    try scratch.write("events.ndjson", lines)
  }

  /// RLIMIT_FSIZE makes every write beyond 128 KiB of a file fail, on any machine.
  @Test(.enabled(if: !Sanitizer.isPresent, "a sanitizer writes files of its own"))
  func aFileThatMayNotGrowEndsTheImportAndLosesNothing() throws {
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try events(scratch)
    let outcome = try scratch.shell(
      """
      trap '' XFSZ
      (ulimit -f 128; exec "$LEDGERSTONE" import L --format openlineage --receipts events.ndjson)
      """)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("File too large"))
    #expect(outcome.errors.contains("recorded 0, duplicates 0, conflicts 0, rejected 0\n"))
    try expectUsable(scratch, afterReceipts: outcome.output)
  }

  @Test func aFullDiskEndsTheImportAndLosesNothing() throws {
    guard Self.canMount else {
      return StandardErrorNote.say("a full disk was not tried: mounting a tmpfs is not permitted")
    }
    let scratch = try Scratch()
    try events(scratch)
    let outcome = try scratch.shell(
      """
      mkdir disk
      unshare --user --map-root-user --mount bash -c '
        mount -t tmpfs -o size=400k t disk
        cd disk
        "$LEDGERSTONE" init L --origin acme.example/provenance --vault ../vault >../vkey
        for part in 1 2 3 4 5; do
          head -n $((part * 40)) ../events.ndjson | tail -n 40 >../part
          "$LEDGERSTONE" import L --vault ../vault --format openlineage --receipts ../part ||
            { echo "status $?" >&2; break; }
        done
        cp -a L ../L
      '
      cp -a vault L.vault
      """)
    #expect(outcome.errors.contains("No space left on device"))
    #expect(outcome.errors.contains("\nstatus 1\n"))
    try expectUsable(scratch, afterReceipts: outcome.output)
  }

  @Test func readOnlyMediaCanBeReadAndNotWritten() throws {
    guard Self.canMount else {
      return StandardErrorNote.say("read-only media were not tried: mounting is not permitted")
    }
    let scratch = try Scratch.withLedger()
    try scratch.append()
    try scratch.run("checkpoint", "L")
    func mounted(_ command: String) throws -> Outcome {
      try scratch.shell(
        """
        unshare --user --map-root-user --mount bash -c '
          mount --bind L L && mount -o remount,ro,bind L && \(command)'
        """)
    }
    #expect(try mounted("\"$LEDGERSTONE\" verify L --key @vkey").status == 0)
    #expect(try mounted("\"$LEDGERSTONE\" show L 1 --entry").status == 0)
    #expect(try mounted("\"$LEDGERSTONE\" prove L 1").status == 0)
    let arguments = Sample.appendArguments.joined(separator: " ")
    let refused = try mounted("\"$LEDGERSTONE\" append L \(arguments)")
    #expect(refused.status == 1)
    #expect(refused.errors.hasPrefix("ledgerstone: cannot "))
    #expect(refused.errors.contains("Read-only file system"))
    #expect(try scratch.append().status == 0)
  }

  /// What a failed export wrote is gone, so that it can be repeated to the same place.
  @Test func anExportThatFailsLeavesNothing() throws {
    guard Self.canMount else {
      return StandardErrorNote.say("a full disk was not tried: mounting a tmpfs is not permitted")
    }
    let scratch = try Scratch.withLedger()
    try scratch.write(
      "r.ndjson", (0..<2_000).map { Sample.access(id: "\($0)") }.joined())
    try scratch.run("import", "L", "--format", "record", "r.ndjson")
    try scratch.run("checkpoint", "L")
    let outcome = try scratch.shell(
      """
      mkdir disk
      unshare --user --map-root-user --mount bash -c '
        mount -t tmpfs -o size=200k t disk
        mkdir disk/there
        for folder in disk/there disk/new; do
          "$LEDGERSTONE" export L --tiles $folder; echo "status $?"
        done
        find disk | sort
        mount -o remount,size=4m disk
        for folder in disk/there disk/new; do
          "$LEDGERSTONE" export L --tiles $folder && ls $folder
        done
      '
      """)
    #expect(outcome.errors.contains("No space left on device"))
    #expect(
      outcome.output
        == "status 1\nstatus 1\ndisk\ndisk/there\ncheckpoint\ntile\ncheckpoint\ntile\n",
      "\(outcome)")
  }

  @Test func anInterruptedExportIsSaidToBeOne() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("mkdir -p T/tile/0 F; : >F/tile; : >F/other")
    #expect(
      try scratch.run("export", "L", "--tiles", "T")
        == Outcome(
          errors: "ledgerstone: $DIR/T is not empty; it has tiles but no checkpoint, as an export "
            + "leaves that was interrupted\n", status: 1))
    #expect(
      try scratch.run("export", "L", "--tiles", "F")
        == Outcome(errors: "ledgerstone: $DIR/F is not empty\n", status: 1))
  }

  /// Every record with a receipt is there, the ledger is valid and takes more.
  private func expectUsable(_ scratch: Scratch, afterReceipts receipts: String) throws {
    let count = receipts.split(separator: "\n").filter { $0.hasPrefix("{") }.count
    let again = try scratch.run(
      "import", "L", "--format", "openlineage", "--receipts", "events.ndjson")
    #expect(again.status == 0)
    let known = again.output.split(separator: "\n").filter { $0.contains("\"duplicate\":true") }
    #expect(known.count >= count)
    #expect(again.output.split(separator: "\n").count == 200)
    try scratch.run("checkpoint", "L")
    #expect(try scratch.run("verify", "L").status == 0)
  }
}
