import Foundation
import Testing

/// Links and foreign things inside a ledger's folder: refused, or named.
@Suite struct ForeignFileTests {
  private static func ledger() throws -> Scratch {
    let scratch = try Scratch.withLedger()
    let outcome = try scratch.shell(
      """
      "$(dirname "$LEDGERSTONE")/FaultSession" L 8192 3 0 >receipts &&
        cp -a L whole && cp -a L.vault whole.vault
      """)
    try #require(outcome.status == 0, "\(outcome)")
    return scratch
  }

  private func restore(_ scratch: Scratch) throws {
    try scratch.shell("rm -rf L L.vault away; cp -a whole L; cp -a whole.vault L.vault")
  }

  /// A file of the ledger that lies elsewhere is no file of the ledger.
  @Test func aLinkInPlaceOfEachFile() throws {
    let scratch = try Self.ledger()
    let files = try scratch.shell("cd L; find . -type f | sort | cut -c3-").output
      .split(separator: "\n").map(String.init)
    #expect(files.count >= 7)
    for file in files {
      try scratch.shell("mv L/\(file) away && ln -s \"$PWD/away\" L/\(file)")
      let report = try scratch.run("verify", "L", "--key", "@vkey")
      // What is not evidence is derived again, or says nothing.
      let status: Int32 =
        switch file {
        case "LOCK", "tree/0": 0
        default: 2
        }
      #expect(report.status == status, "\(file): \(report)")
      #expect(
        report.output.contains("\(file): a symbolic link, which was not followed"),
        "\(file): \(report)")
      for refused in [try scratch.append(), try scratch.run("checkpoint", "L")] {
        #expect(refused.status == 1, "\(file): \(refused)")
        #expect(
          refused.errors.contains("\(file): Too many levels of symbolic links"),
          "\(file): \(refused)")
      }
      try restore(scratch)
    }
    #expect(try scratch.append().status == 0)
  }

  @Test func aLinkInPlaceOfEachFolder() throws {
    let scratch = try Self.ledger()
    for folder in ["log", "bodies", "tree", "index", "torn"] {
      try scratch.shell(
        "mkdir -p L/\(folder); mv L/\(folder) away; ln -s \"$PWD/away\" L/\(folder)")
      let report = try scratch.run("verify", "L", "--key", "@vkey")
      #expect(
        report.status == (["log", "bodies"].contains(folder) ? 2 : 0), "\(folder): \(report)")
      #expect(
        report.output.contains("\(folder): a symbolic link, which was not followed"),
        "\(folder): \(report)")
      let refused = try scratch.append()
      #expect(
        refused
          == Outcome(
            errors: "ledgerstone: $DIR/L/\(folder) is a symbolic link: the folders of a ledger "
              + "lie in it\n", status: 1))
      try restore(scratch)
    }
  }

  /// What is derived is not needed to answer: readers go through the log instead.
  @Test(arguments: [
    "mv L/index away; ln -s \"$PWD/away\" L/index", "rm -r L/index; ln -s /nowhere L/index",
    "rm -r L/index; echo hello >L/index", "rm -r L/index; mkfifo L/index", "rm -r L/index",
  ])
  func readersDoWithoutAnIndex(_ change: String) throws {
    let scratch = try Self.ledger()
    let whole = try scratch.run("entities", "L")
    try #require(whole.status == 0 && whole.output.contains(":"), "\(whole)")
    let name = try #require(whole.output.split(separator: "\n").first.map(String.init))
    let history = try scratch.run("history", "L", name)
    try #require(history.status == 0 && !history.output.isEmpty, "\(history)")
    try scratch.shell(change)
    #expect(try scratch.run("entities", "L") == whole)
    #expect(try scratch.run("history", "L", name).output == history.output)
    #expect(try scratch.run("lineage", "L", name, "--upstream").status == 0)
    #expect(try scratch.run("closure", "L", name, "--since", "0").status == 0)
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  /// To open a pipe would wait for somebody who writes to it.
  @Test(arguments: ["L/ledger.json", "L.vault/note", "L.vault/vault.json"])
  func verifyWaitsForNoPipe(_ path: String) throws {
    let scratch = try Self.ledger()
    try scratch.shell("rm \(path); mkfifo \(path)")
    let report = try scratch.run("verify", "L", "--key", "@vkey")
    // The ledger's own file is needed, the vault is a help.
    #expect(report.status == (path == "L/ledger.json" ? 2 : 0), "\(report)")
    let name = path.split(separator: "/")[1]
    #expect(
      report.output.contains("\(name) is damaged: it is no regular file") == (report.status == 0))
    let named = try scratch.run("verify", "L", "--key", "@vkey", "--vault", "L.vault")
    #expect(named.status == (path == "L/ledger.json" ? 2 : 1), "\(named)")
  }

  /// A tail is compared for the index record that lists it, and as a file that lies there.
  @Test func aDamagedTailIsFoundOnceAndHealed() throws {
    let scratch = try Self.ledger()
    try #require(try scratch.run("index", "L").status == 0)
    let tail = try scratch.shell("ls L/index/*.run | tail -1").output.dropLast()
    try scratch.shell("printf '\\377' | dd of=\(tail) bs=1 seek=9 conv=notrunc 2>/dev/null")
    let damaged = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(damaged.status == 2, "\(damaged)")
    #expect(damaged.output.hasPrefix("NOT VALID: 1 finding\n"), "\(damaged)")
    #expect(damaged.output.contains("once it is removed, the next writer builds it again"))
    try scratch.shell("rm \(tail)")
    let missing = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(missing.status == 0 && missing.output.contains("is missing"), "\(missing)")
    try #require(try scratch.run("index", "L").status == 0)
    let healed = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(healed.status == 0 && !healed.output.contains("missing"), "\(healed)")
  }

  /// What no ledger has is left alone, named by `verify`, and does no harm.
  @Test(arguments: [
    "log/hello", "bodies/hello", "index/x", "tree/9999", "hello", "index/0-0.run/",
    "log/x.tmp/", "active.tmp/",
  ])
  func aForeignEntry(_ path: String) throws {
    let scratch = try Self.ledger()
    let isFolder = path.hasSuffix("/")
    try scratch.shell(isFolder ? "mkdir -p L/\(path)" : "echo hello >L/\(path)")
    let report = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(report.status == 0, "\(report)")
    let name = isFolder ? String(path.dropLast()) : path
    #expect(report.output.contains("\(name): is no part of a ledger and was not read"), "\(report)")
    #expect(try scratch.append().status == 0)
    #expect(try scratch.run("checkpoint", "L").status == 0)
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  /// A folder under the name that a file is to have.
  @Test(arguments: [
    "log/00000000000000000042.log", "bodies/00000000000000000042.body", "active.sealing",
  ])
  func aFolderNamedLikeAFile(_ path: String) throws {
    let scratch = try Self.ledger()
    try scratch.shell("mkdir L/\(path)")
    for refused in [try scratch.append(), try scratch.run("checkpoint", "L")] {
      #expect(
        refused
          == Outcome(
            errors: "ledgerstone: cannot open $DIR/L/\(path): Is a directory (errno 21)\n",
            status: 1))
    }
    let report = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(report.output.contains("\(path): is no part of a ledger and was not read"), "\(report)")
    try scratch.shell("rmdir L/\(path)")
    #expect(try scratch.append().status == 0)
  }
}
