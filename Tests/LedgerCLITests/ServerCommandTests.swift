import Foundation
import Testing

/// Commands that write through a server: as without one.
@Suite struct ServerCommandTests {
  private static let request = "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11"

  private static func facts() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Provenance/Documentation.docc/Certificate.md"), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```json\n").dropFirst().first)
    return try #require(block.components(separatedBy: "```").first)
  }

  private static func inputs(_ scratch: Scratch) throws {
    try scratch.write("facts.json", try facts())
    try scratch.write("bad-facts.json", "{\"scope\":[]}")
    try scratch.write("note", "for one alone")
    try scratch.write("batch", "{\"record\":1,\"body\":0}\n{\"subject\":\"nobody\"}\n")
    try scratch.write(
      "records.ndjson",
      Sample.access(id: "a") + "{}\n" + Sample.access(id: "b") + "no json\n"
        + Sample.access(id: "a") + Sample.access(id: "a", purpose: "other")
        + Sample.access(id: "c").replacing(
          "\"attributes\"",
          with: "\"references\":[{\"relation\":\"cites\",\"index\":9999}],\"attributes\""))
    // On several lines, with a body whose line feeds are its own.
    try scratch.write(
      "record.json",
      Sample.access(id: "d").trimmingCharacters(in: .newlines).dropLast()
        + ",\n\"bodies\":[{\"value\":{\"a\":\n1}}]}\n")
    let run = Sample.runID.dropLast(1)
    try scratch.write(
      "events.ndjson",
      Sample.event(job: "a") + Sample.event(job: "b") + "{\"producer\":1}\n"
        + Sample.event(job: "a")
        + Sample.event(run: run + "2", job: "jane@example.org"))
    try scratch.write("events.json", "[" + Sample.event(run: run + "3", job: "x") + "]")
  }

  /// Every command that writes, good and bad.
  private static let commands: [[String]] = {
    let target = "target=dataset:clinic:raw.bookings"
    let named = "request=request::\(request)"
    let step = ["--request", "r-7", "--event-time", "2026-03-05T02:00:00"]
    let acted = ["--target", "dataset:w:t", "--by", "service:c:d"]
    let asked =
      ["deletion", "request"] + step + ["--regulation", "eu-gdpr:A17", "--received", "2026-03-04"]
    let execution = ["deletion", "execution"] + step + acted + ["--method", "truncate"]
    let verification =
      ["deletion", "verification"] + step + acted + ["--method", "full-scan", "--residual", "0"]
    return [
      ["checkpoint"], ["checkpoint", "--json"],
      ["append"] + Sample.appendArguments + ["--body", "note", "--content-type", "text/plain"],
      ["append"] + Sample.appendArguments + ["--id", "x", "--event-time", "2026-01-02T03:04:05"],
      ["append"] + Sample.appendArguments + ["--id", "x", "--event-time", "2026-01-02T03:04:05"],
      ["append"] + Sample.appendArguments + ["--id", "x"],
      ["append"] + Sample.appendArguments
        + ["--attribute", "n=17", "--attribute", "b=true", "--attribute", "t=ä\u{7F}\""],
      ["append", "--kind", "nonsense"],
      ["append", "--kind", "access", "--entity", target],
      ["append"] + Sample.appendArguments + ["--event-time", "yesterday"],
      ["import", "--format", "record", "--receipts", "records.ndjson", "record.json"],
      ["import", "--format", "record", "records.ndjson", "missing.ndjson"],
      ["import", "--format", "openlineage", "--json", "events.ndjson", "events.json"],
      ["import", "--format", "openlineage", "events.ndjson"],
      ["index"], ["index", "--json"], ["checkpoint"],
      ["append", "--kind", "dataset", "--entity", target],
      ["append", "--kind", "access", "--entity", target, "--entity", "actor=service:c:s"]
        + ["--attribute", "action=read", "--attribute", "purpose=p", "--attribute", "outcome=ok"]
        + ["--sealed", "note", "--subject", "person-1"],
      ["append", "--kind", "erasure/request", "--entity", named]
        + ["--attribute", "regulation=eu-gdpr:A17", "--attribute", "received=2026-03-04"],
      ["append", "--kind", "erasure/execution", "--event-time", "2026-03-05T02:00:00Z"]
        + ["--entity", named, "--entity", target, "--entity", "actor=service:c:d"]
        + ["--attribute", "method=drop-and-purge"],
      execution, asked, asked + ["--sealed", "note", "--subject", "person-7"], verification,
      execution + ["--rows-before", "3"], verification,
      ["deletion", "execution", "--request", "r-7", "--target", "dataset:w:t"]
        + ["--method", "truncate"],
      ["deletion", "verification", "--request", "r-8", "--target", "dataset:w:t"]
        + ["--method", "full-scan", "--residual", "0"],
      ["hold", "place", "--basis", "b", "--decided-by", "d", "--subject", "person-1"],
      ["hold", "place", "--basis", "b", "--decided-by", "d", "--entity", "dataset:w:t%3A"],
      ["hold", "place", "--basis", "b", "--decided-by", "d", "--record", "1", "--body", "0"],
      ["hold", "place", "--basis", "b", "--decided-by", "d", "--record", "1", "--body", "7"],
      ["hold", "place", "--basis", "", "--decided-by", "d", "--everything"],
      ["hold", "place", "--basis", "b", "--decided-by", "d", "--entity", "nonsense"],
      ["erase", "--request", request, "--subject", "person-1"],
      ["erase", "--request", "r-2", "--batch", "batch"],
      ["hold", "release", "--hold", "0", "--basis", "b", "--decided-by", "d"],
      ["hold", "release", "--hold", "9999", "--basis", "b", "--decided-by", "d"],
      ["hold", "release", "--hold", "HOLD", "--basis", "b", "--decided-by", "d"],
      ["hold", "release", "--hold", "HOLD", "--basis", "b", "--decided-by", "d"],
      ["erase", "--request", request, "--subject", "person-1", "--regulation", "eu-gdpr:A17"],
      ["erase", "--request", request, "--subject", "person-1", "--regulation", "eu-gdpr:A17"],
      ["erase", "--request", "of nobody", "--subject", "nobody"],
      ["erase", "--request", "r-3", "--record", "9999", "--body", "0"],
      ["rotate-key"], ["rotate-key", "--json"],
      ["certificate", "--request", request, "--facts", "bad-facts.json", "-o", "c"],
      ["certificate", "--request", "r-9", "--facts", "facts.json", "-o", "c"],
      ["certificate", "--request", request, "--facts", "facts.json", "-o", "c"]
        + ["--attestation", "note", "--cosigner", "a"],
      ["certificate", "--request", request, "--facts", "facts.json", "-o", "c", "--html", "h"],
    ]
  }()

  /// The text without what is new every time.
  private static func normal(_ outcome: Outcome) -> Outcome {
    var outcome = outcome
    outcome.output.replace(
      #/"certificate":"[0-9a-f-]{36}"/#, with: "\"certificate\":\"ID\"")
    outcome.output.replace(#/"byteCount":[0-9]+/#, with: "\"byteCount\":N")
    // Inputs are read and appended at the same time: either may have something to say first.
    if outcome.errors.contains("recorded ") {
      outcome.errors = outcome.errors.split(separator: "\n").sorted().joined(separator: "\n")
    }
    // Notes inside of JSON.
    outcome.output.replace(#/\\n[A-Za-z0-9+\/]{43}=\\n/#, with: "\\nROOT\\n")
    outcome.output.replace(#/— ([^ ]+) [A-Za-z0-9+\/=]+\\n/#) {
      "— \($0.output.1) SIGNATURE\\n"
    }
    return outcome
  }

  /// - Parameter server: nil for the ledger itself.
  private static func outcomes(_ scratch: Scratch, server: [String]) throws -> [Outcome] {
    var hold = ""
    return try commands.map { command in
      let words = ["hold", "deletion"].contains(command[0]) ? 2 : 1
      let arguments = command.prefix(words) + server + command.dropFirst(words)
      let outcome = try scratch.run(arguments.map { $0 == "HOLD" ? hold : $0 })
      // The first that is placed.
      if command.starts(with: ["hold", "place"]), hold.isEmpty,
        let match = outcome.output.firstMatch(of: #/"index":([0-9]+)/#)
      {
        hold = String(match.output.1)
      }
      return normal(outcome)
    }
  }

  @Test(arguments: [false, true]) func asWithoutAServer(namesFolder: Bool) throws {
    let (local, remote) = (try Scratch.withLedger(), try Scratch.withLedger())
    for scratch in [local, remote] { try Self.inputs(scratch) }
    let expected = try Self.outcomes(local, server: ["L"])
    let server = try Served(remote)
    let found = try Self.outcomes(
      remote, server: (namesFolder ? ["L"] : []) + ["--server", server.url])
    for (command, (one, other)) in zip(Self.commands, zip(expected, found)) {
      #expect(one == other, "\(command.joined(separator: " "))")
    }
    // What they said is what both ledgers hold.
    #expect(expected.count { $0.status == 0 } > 20 && expected.count { $0.status == 64 } > 6)
    #expect(Set(expected.map(\.status)) == [0, 1, 3, 64])
    #expect(try server.stop().status == 0)
    let counts = try [local, remote].map { scratch in
      let keys = try scratch.shell("head -1 vkey >old; cat L/checkpoint | head -2 | tail -1")
      #expect(try scratch.run("verify", "L").status == 0)
      return Int(keys.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
    // The server's also has who got the certificate.
    #expect(counts[1] == counts[0] + 1, "\(counts)")
    let key = try remote.shell(
      "\"$LEDGERSTONE\" inspect L --json | sed 's/.*\"verifierKey\":\"\\([^\"]*\\)\".*/\\1/' >new")
    #expect(key.status == 0)
    #expect(try remote.run("verify", "c", "--key", "@new").status == 0)
    #expect(try remote.text("h").hasPrefix("<!DOCTYPE html>"))
    // The records are the same, but for what is drawn or measured.
    for index in 1..<counts[0] {
      let shown = try [local, remote].map { scratch in
        var text = try scratch.run("show", "L", String(index)).output
        text.replace(#/"(byteCount|at|tag|root)": ?[0-9"][^,}\n]*/#, with: "")
        text.replace(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "UUID")
        return text
      }
      #expect(shown[0] == shown[1])
    }
  }

  @Test func theServerOfTheLockIsFoundWhileItRuns() throws {
    let scratch = try Scratch.withLedger()
    let server = try Served.named(scratch)
    let append = ["append", "L"] + Sample.appendArguments
    let locked = try scratch.run(append)
    #expect(locked.status == 11 && locked.errors.contains(server.url), "\(locked)")
    let served = try scratch.run(append + ["--server", "auto"])
    #expect(served == Outcome(output: Sample.receipt(1)))
    try server.stop()
    let opened = try scratch.run(append + ["--server", "auto"])
    #expect(opened == Outcome(output: Sample.receipt(2)))
    try scratch.run("checkpoint", "L", "--server", "auto")
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  /// Whoever can write into the folder must not draw a token to a place of his own.
  @Test(arguments: [
    "http://192.0.2.1:8650", "https://ledger.example", "http://127.0.0.1.example:8650",
    "http://localhost:1@192.0.2.1", "file:///etc/passwd", "",
  ])
  func aPlantedLockIsNotFollowed(url: String) throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("token", "lst_secret\n")
    let outcome = try scratch.shell(
      """
      chmod 600 token
      printf 'pid 1\\nurl \(url)\\n' >L/LOCK
      LEDGERSTONE_TOKEN_FILE=token flock L/LOCK timeout 60 "$LEDGERSTONE" checkpoint L --server auto
      """)
    #expect(outcome.status == 11, "\(outcome)")
    #expect(!outcome.errors.contains("secret"))
  }

  /// A server of this machine that serves something else is told nothing but the question what it
  /// serves.
  @Test func anotherLedgerIsNotWrittenTo() throws {
    let (scratch, other) = (try Scratch.withLedger(), try Scratch.withLedger())
    let server = try Served(other)
    let append = ["append", "L"] + Sample.appendArguments
    let outcome = try scratch.run(append + ["--server", server.url])
    #expect(
      outcome
        == Outcome(errors: "ledgerstone: \(server.url) serves another ledger than L\n", status: 1))
    let planted = try scratch.shell(
      """
      printf 'pid 1\\nurl \(server.url)\\n' >L/LOCK
      flock L/LOCK "$LEDGERSTONE" append L \(Sample.appendArguments.joined(separator: " ")) \
        --server auto
      """)
    #expect(planted.status == 1 && planted.errors.contains("another ledger"), "\(planted)")
    try server.stop()
    #expect(try other.run("append", "L", "--kind", "nonsense").status == 64)
    #expect(try other.append().output == Sample.receipt(1))
  }

  @Test func tokensComeFromTheEnvironment() throws {
    let scratch = try Scratch.withLedger()
    let daemon = "\"$(dirname \"$LEDGERSTONE\")\"/ledgerstoned"
    let made = try scratch.shell(
      """
      set -e
      for role in appender operator; do
        \(daemon) token --file tokens --source svc-$role --role $role >$role
        chmod 600 $role
      done
      cp operator open && chmod 644 open
      printf 'lst_0000000000000000_%064d\\n' 0 >wrong && chmod 600 wrong
      printf 'a b\\n' >two && chmod 600 two
      """)
    #expect(made.status == 0, "\(made)")
    let server = try Served(
      scratch, environment: ["LEDGERSTONE_IDENTITY_TOKENS": scratch.path + "/tokens"])
    func checkpoint(_ environment: String) throws -> Outcome {
      try scratch.shell(
        "\(environment) \"$LEDGERSTONE\" checkpoint --server \(server.url)")
    }
    for (environment, status) in [
      ("LEDGERSTONE_TOKEN_FILE=operator", 0), ("LEDGERSTONE_TOKEN=$(cat operator)", 0), ("", 1),
      ("LEDGERSTONE_TOKEN=", 1), ("LEDGERSTONE_TOKEN_FILE=appender", 1),
      ("LEDGERSTONE_TOKEN_FILE=wrong", 1), ("LEDGERSTONE_TOKEN_FILE=open", 1),
      ("LEDGERSTONE_TOKEN_FILE=missing", 1), ("LEDGERSTONE_TOKEN_FILE=two", 64),
      ("LEDGERSTONE_TOKEN_FILE=operator LEDGERSTONE_TOKEN=x", 64),
    ] as [(String, Int32)] {
      let outcome = try checkpoint(environment)
      #expect(outcome.status == status, "\(environment) \(outcome)")
      #expect(outcome.errors.isEmpty == (status == 0))
      #expect(!outcome.errors.contains("lst_"))
    }
    let appended = try scratch.shell(
      "LEDGERSTONE_TOKEN_FILE=appender \"$LEDGERSTONE\" append --server \(server.url) "
        + Sample.appendArguments.joined(separator: " "))
    #expect(appended.output == Sample.receipt(1))
    #expect(try server.stop().status == 0)
    #expect(try scratch.run("show", "L", "1").output.contains("svc-appender"))
  }

  @Test func whatAServerCannotDoIsSaid() throws {
    let scratch = try Scratch.withLedger()
    try Self.inputs(scratch)
    try scratch.write("rules", "dataset:*:*\n")
    let server = try Served(scratch)
    let at = ["--server", server.url]
    let records = ["--format", "record", "records.ndjson"]
    for arguments in [
      ["checkpoint"] + at + ["--vault", "V"],
      ["append"] + at + Sample.appendArguments + ["--source", "me"],
      ["append"] + at + Sample.appendArguments + ["--accept-clock"],
      ["import"] + at + records + ["--names", "rules"],
      ["import"] + at + records + ["--source", "me"],
      ["import"] + at + ["--format", "record"], ["import", "L"] + at + ["--format", "record"],
      ["backup"] + at, ["checkpoint", "--server", "auto"], ["checkpoint"],
      ["checkpoint", "--server", ""], ["checkpoint", "--server", "localhost:1"],
      ["checkpoint", "--server", "ftp://localhost"],
      ["checkpoint", "--server", "http://me:secret@localhost"],
      ["checkpoint", "--server", "http://localhost/?a"],
      ["init", "M", "--origin", "a/b"] + at,
    ] {
      let outcome = try scratch.run(arguments)
      #expect(outcome.status == 64, "\(arguments) \(outcome)")
      #expect(outcome.output.isEmpty)
    }
    let backup = try scratch.run(["backup"] + at + ["b"])
    #expect(backup.status == 1 && backup.errors.contains("backup.folder"), "\(backup)")
    #expect(try scratch.run(["checkpoint", "M"] + at).status == 1)
    try server.stop()
    let gone = try scratch.run(["checkpoint"] + at)
    #expect(gone.status == 1 && gone.errors.hasPrefix("ledgerstone: \(server.url): "), "\(gone)")
    #expect(try scratch.append().output == Sample.receipt(1))
  }

  @Test func backupsAreMadeBelowTheServersFolder() throws {
    let scratch = try Scratch.withLedger()
    try scratch.shell("mkdir backups")
    let server = try Served(
      scratch, environment: ["LEDGERSTONE_BACKUP_FOLDER": scratch.path + "/backups"])
    let plain = try scratch.run("backup", "one", "--server", server.url)
    // The record of who made it is in it.
    #expect(plain == Outcome(output: "one: 2 records\n"))
    let json = try scratch.run("backup", "L", "two", "--server", server.url, "--json")
    #expect(json.status == 0 && json.output.hasPrefix("{\"backup\":\"two\",\"recordCount\":2,"))
    #expect(try scratch.run("backup", "one", "--server", server.url).status == 1)
    #expect(try scratch.run("backup", "../x", "--server", server.url).status == 64)
    #expect(try scratch.run("inspect", "backups/one").status == 0)
    try server.stop()
  }
}
