import Foundation
import Testing

/// Paths that name no folder of a ledger, and none at all.
@Suite struct PathTests {
  @Test(arguments: [
    ["show", "file", "0"], ["inspect", "file"], ["checkpoint", "file"], ["prove", "file", "0"],
    ["export", "file", "--tiles", "T"], ["import", "file", "--format", "record", "x"],
    ["append", "file"] + Sample.appendArguments, ["show", "/dev/null", "0"],
  ])
  func aFileIsNoLedger(_ arguments: [String]) throws {
    let scratch = try Scratch()
    try scratch.write("file", "x\n")
    let path = arguments[1] == "file" ? "$DIR/file" : arguments[1]
    #expect(
      try scratch.run(arguments)
        == Outcome(
          errors: "ledgerstone: \(path): there is no ledger here; it is not a folder\n",
          status: 10))
    #expect(try scratch.text("file") == "x\n")
  }

  @Test func aFileDoesNotBecomeALedger() throws {
    let scratch = try Scratch()
    try scratch.write("file", "x\n")
    #expect(
      try scratch.run("init", "file", "--origin", Sample.origin)
        == Outcome(errors: "ledgerstone: $DIR/file is there and is not a folder\n", status: 1))
    #expect(try scratch.shell("ls").output == "file\n")
  }

  @Test(arguments: [
    ["verify", ""], ["verify", "", "--key", "@vkey"], ["demo", ""],
    ["import", "L", "--format", "record", ""], ["import", "L", "--format", "record", "r", ""],
    ["export", "L", "--tiles", ""], ["prove", "L", "0", "-o", ""], ["show", "", "0"],
    ["verify", "L", "--since", ""], ["verify", "L", "--vault", ""],
  ])
  func anEmptyPathIsRefused(_ arguments: [String]) throws {
    let scratch = try Scratch.withLedger()
    try scratch.write("r", Sample.access(id: "1"))
    let before = try scratch.bytes("L/active")
    let outcome = try scratch.run(arguments)
    // Who names a vault wants it compared, whatever is wrong with it.
    #expect(outcome.status == (arguments.contains("--vault") ? 1 : 64), "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.lowercased().contains("empty"), "\(outcome)")
    #expect(try scratch.bytes("L/active") == before)
  }

  @Test func aLinkThatLeadsNowhereIsNoLedger() throws {
    let scratch = try Scratch()
    try scratch.shell("ln -s nowhere link")
    for command in [["verify", "link"], ["show", "link", "0"]] {
      #expect(try scratch.run(command).status == 10, "\(command)")
    }
  }

  /// A relative path would otherwise begin at the root, and a ledger be made there.
  @Test func aWorkingDirectoryThatIsGoneHoldsNoLedger() throws {
    let scratch = try Scratch.withLedger()
    let name = "ledgerstone-\(UUID().uuidString)"
    let commands = [
      "init \(name) --origin acme.example/x", "show \(name) 0",
      "append \(scratch.path)/L --vault \(name) " + Sample.appendArguments.joined(separator: " "),
    ]
    for command in commands {
      let outcome = try scratch.shell(
        "mkdir gone; cd gone; rmdir ../gone; \"$LEDGERSTONE\" \(command)")
      #expect(
        outcome
          == Outcome(
            errors: "ledgerstone: \(name): the working directory was removed, give a path from "
              + "the root\n", status: 64), "\(command)")
    }
    #expect(!FileManager.default.fileExists(atPath: "/\(name)"))
    #expect(!FileManager.default.fileExists(atPath: "/\(name).vault"))
  }
}
