import Foundation
import Testing

/// The rules of the house, over every file that is there.
@Suite struct HouseRulesTests {
  private let sources: [SourceFile]
  private let everything: [SourceFile]

  /// Read once for all tests; reading again for each takes most of their time.
  private static let read = Result {
    (sources: try SourceFile.all(below: "Sources"), tests: try SourceFile.all(below: "Tests"))
  }

  init() throws {
    let read = try Self.read.get()
    sources = read.sources
    everything = read.sources + read.tests
  }

  private func expectNone(_ violations: [Violation]) {
    for violation in violations { Issue.record("\(violation)") }
  }

  @Test func theWalkFindsEveryTarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.root.appendingPathComponent("Sources").path)
    let known = Set(ImportRules.allowed.keys).union(ImportRules.shims)
    #expect(Set(folders.filter { !$0.hasPrefix(".") }) == known)
    #expect(Set(sources.map(\.target)) == Set(ImportRules.allowed.keys))
    #expect(everything.contains { $0.path == "Tests/HouseRulesTests/HouseRulesTests.swift" })
  }

  @Test func importsGoDown() { expectNone(sources.flatMap(ImportRules.check)) }

  @Test func theTableHasNoCircle() {
    for (target, imports) in ImportRules.allowed {
      var reached = imports
      var open = imports
      while let next = open.popFirst() {
        for module in ImportRules.allowed[next] ?? [] where reached.insert(module).inserted {
          open.insert(module)
        }
      }
      #expect(!reached.contains(target), "\(target)")
    }
  }

  @Test func theVerifierDoesNotReachTheEngine() {
    let reached = ImportRules.closure(of: "LedgerVerifier", in: sources)
    #expect(reached.isDisjoint(with: ["SegmentStorage", "SubjectVault", "Ledgerstone"]))
    let engine = ImportRules.closure(of: "Ledgerstone", in: sources)
    #expect(!engine.contains("LedgerVerifier"))
  }

  @Test func eachShimHasOneUser() {
    #expect(
      ImportRules.importers(of: "CLZ4", in: sources)
        == ["Sources/LedgerFormat/Block/LZ4.swift"])
    #expect(
      ImportRules.importers(of: "CZlib", in: sources)
        == ["Sources/LedgerServer/Transport/GzipInflater.swift"])
    #expect(
      ImportRules.importers(of: "CMalloc", in: sources)
        == ["Sources/LedgerServer/Operations/MemoryService.swift"])
    let cryptography = ImportRules.importers(of: "COpenSSL", in: sources)
    #expect(!cryptography.isEmpty)
    #expect(cryptography.allSatisfy { $0.hasPrefix("Sources/LedgerCryptography/") })
  }

  /// The server answers for a ledger; files are the engine's.
  @Test func theServerTouchesNoFile() {
    let server = sources.filter { $0.target == "LedgerServer" }
    #expect(!server.isEmpty)
    for file in server {
      let modules = Set(ImportRules.imports(of: file).map(\.module))
      #expect(
        modules.isDisjoint(with: ["Foundation", "Glibc", "SegmentStorage", "SubjectVault"]),
        "\(file.path)")
    }
  }

  @Test func unsafeStaysWhereItIsAllowed() {
    expectNone(sources.flatMap(TextRules.unsafeUse))
  }

  @Test func librariesDoNotPrint() { expectNone(sources.flatMap(TextRules.printing)) }

  @Test func nothingIsForced() { expectNone(sources.flatMap(TextRules.forcing)) }

  @Test func nothingIsUnfinished() { expectNone(everything.flatMap(TextRules.unfinished)) }

  @Test func noMachineIsNamed() { expectNone(everything.flatMap(TextRules.machinePaths)) }

  @Test func filesAreShort() { expectNone(sources.flatMap(TextRules.fileLength)) }

  @Test func linesAreShort() { expectNone(everything.flatMap(TextRules.lineLength)) }
}
