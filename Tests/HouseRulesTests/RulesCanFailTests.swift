import Testing

/// Each rule refuses a bad sample and lets its good neighbour pass: a rule that cannot fail is no
/// rule.
@Suite struct RulesCanFailTests {
  private func file(_ text: String, _ path: String = "Sources/LedgerFormat/A.swift") -> SourceFile {
    SourceFile(path: path, text: text)
  }

  @Test(arguments: [
    ("LedgerVerifier", "import SegmentStorage", false),
    ("LedgerVerifier", "internal import Ledgerstone", false),
    ("LedgerVerifier", "public import struct SegmentStorage.RawGroup", false),
    ("LedgerVerifier", "@testable import Ledgerstone", false),
    ("LedgerVerifier", "import SubjectVault", false),
    ("LedgerVerifier", "// import SegmentStorage", true),
    ("LedgerVerifier", "let text = \"import SegmentStorage\"", true),
    ("LedgerVerifier", "public import Provenance", true),
    ("LedgerVerifier", "import Foundation", true),
    ("MerkleLog", "import LedgerFormat", false),
    ("MerkleLog", "import Foundation", false),
    ("MerkleLog", "import FoundationEssentials", false),
    ("MerkleLog", "import Glibc", false),
    ("MerkleLog", "internal import LedgerCryptography", true),
    ("LedgerFormat", "internal import COpenSSL", false),
    ("LedgerFormat", "internal import CLZ4", true),
    ("LedgerFormat", "import Foundation", false),
    ("SegmentStorage", "import Foundation", false),
    ("SegmentStorage", "import Glibc", true),
    ("SegmentStorage", "import MerkleLog", false),
    ("SubjectVault", "public import SegmentStorage", true),
    ("SubjectVault", "import LedgerFormat", false),
    ("Ledgerstone", "import LedgerVerifier", false),
    ("Ledgerstone", "import ArgumentParser", false),
    ("LedgerCLI", "import ArgumentParser", true),
    ("LedgerCLI", "import COpenSSL", false),
    ("LedgerCLI", "internal import FoundationNetworking", true),
    ("LedgerCLI", "import Hummingbird", false), ("LedgerCLI", "import NIOCore", false),
    ("LedgerServer", "import FoundationNetworking", false),
    ("Ledgerstone", "import FoundationNetworking", false),
    ("Unheard", "import Foundation", false),
  ])
  func imports(_ target: String, _ line: String, _ isGood: Bool) {
    let sample = file("\n\(line)\n", "Sources/\(target)/A.swift")
    let found = ImportRules.check(sample)
    #expect(found.isEmpty == isGood)
    if !isGood, target != "Unheard" { #expect(found.map(\.line) == [2]) }
  }

  @Test func closureAndImporters() {
    let files = [
      file("import B", "Sources/A/1.swift"), file("public import C", "Sources/B/1.swift"),
      file("", "Sources/C/1.swift"), file("import C", "Sources/D/1.swift"),
    ]
    #expect(ImportRules.closure(of: "A", in: files) == ["B", "C"])
    #expect(
      ImportRules.importers(of: "C", in: files) == ["Sources/B/1.swift", "Sources/D/1.swift"])
  }

  @Test(arguments: [
    ("let a = unsafe b", false), ("unsafe", false), ("(unsafe x)", false),
    ("// unsafe", true), ("/* unsafe */ let a = 1", true), ("\"unsafe\"", true),
    ("unsafeLoad()", true), ("isunsafe", true),
  ])
  func unsafeUse(_ line: String, _ isGood: Bool) {
    #expect(TextRules.unsafeUse(file(line)).isEmpty == isGood)
    #expect(TextRules.unsafeUse(file(line, "Sources/LedgerFormat/Block/LZ4.swift")).isEmpty)
  }

  @Test(arguments: [
    ("print(1)", false), ("  debugPrint(a)", false), ("{ print(a) }", false), ("dump(a)", false),
    ("// print(1)", true), ("StandardOutput.print(a)", true), ("func print(_ a: Int) {}", true),
    ("blueprint(1)", true), ("\"print(1)\"", true),
  ])
  func printing(_ line: String, _ isGood: Bool) {
    #expect(TextRules.printing(file(line)).isEmpty == isGood)
    #expect(TextRules.printing(file(line, "Sources/LedgerCLI/Main.swift")).isEmpty)
  }

  @Test(arguments: [
    ("let a = try! b()", false), ("let a = b as! C", false), ("a as? C", true), ("try a()", true),
    ("// try! it", true), ("\"as!\"", true),
  ])
  func forcing(_ line: String, _ isGood: Bool) {
    #expect(TextRules.forcing(file(line)).isEmpty == isGood)
  }

  @Test func unfinished() {
    for mark in ["TO" + "DO", "FIX" + "ME"] {
      #expect(TextRules.unfinished(file("// \(mark): later")).map(\.line) == [1])
    }
    #expect(TextRules.unfinished(file("fatalError(\"not " + "implemented\")")).count == 1)
    #expect(TextRules.unfinished(file("// to do nothing is right here")).isEmpty)
  }

  @Test func machinePaths() {
    let home = "/" + "home/"
    #expect(TextRules.machinePaths(file("let path = \"\(home)me/x\"")).count == 1)
    #expect(TextRules.machinePaths(file("// see \(home)me")).count == 1)
    #expect(TextRules.machinePaths(file(home)).count == 1)
    #expect(TextRules.machinePaths(file("s3://bucket\(home)x")).isEmpty)
    #expect(TextRules.machinePaths(file("let path = \"/homely/x\"")).isEmpty)
  }

  @Test func lengths() {
    let full = String(repeating: "\n", count: 400)
    #expect(TextRules.fileLength(file(full)).isEmpty)
    #expect(TextRules.fileLength(file(full + "\n")).count == 1)
    #expect(TextRules.fileLength(file(full + "a")).count == 1)
    #expect(TextRules.fileLength(file(full + "\n", "Tests/A/B.swift")).isEmpty)
    let line = String(repeating: "─", count: 100)
    #expect(TextRules.lineLength(file(line)).isEmpty)
    #expect(TextRules.lineLength(file("\n" + line + "a")).map(\.line) == [2])
  }

  @Test(arguments: [
    ("a // b\nc", "a \nc"), ("a /* b\n/* c */ d */ e", "a \n e"), ("\"a\" b", "\"\" b"),
    ("\"a\\\"b\" c", "\"\" c"), ("\"\"\"\na \"b\" c\n\"\"\" d", "\"\"\n\n d"),
    ("#\"a\"b\"# c", "\"\" c"), ("\"a\\(b(\"c\"))d\" e", "\"\" e"), ("\"//\" a", "\"\" a"),
    ("\"\\\\\" a", "\"\" a"), ("#expect(a)", "#expect(a)"),
  ])
  func codeOnly(_ text: String, _ expected: String) {
    #expect(CodeOnly.strip(text) == expected)
  }
}
