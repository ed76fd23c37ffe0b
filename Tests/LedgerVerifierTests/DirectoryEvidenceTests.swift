import Foundation
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// The verifier's own view of a folder: reads, follows no link inside, writes nothing.
struct DirectoryEvidenceTests {
  /// Writes the evidence into a fresh folder and removes it afterwards.
  private func withFolder(
    _ evidence: MemoryEvidence, _ body: (URL) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ledgerstone-verifier-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (path, bytes) in evidence.files {
      let url = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    try body(folder)
  }

  private func verify(_ folder: URL, _ builder: EvidenceBuilder) -> VerificationReport {
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    return LedgerVerification.verify(directory: folder.path, options: options)
  }

  @Test func readsAWholeLedgerAndWritesNothing() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let evidence = try builder.build(StructureDamageTests.layout)
    try withFolder(evidence) { folder in
      let report = verify(folder, builder)
      #expect(report.status == .valid, "\(report.lines)")
      #expect(report.remarks.map(\.code) == [.vaultNotCompared])
      let found = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        .filter { !["log", "bodies", "tree"].contains($0) }
      #expect(Set(found) == Set(evidence.files.keys))
      for path in found {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(path))
        #expect(Array(bytes) == evidence.files[path])
      }
    }
  }

  @Test func linksAreNotFollowed() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let evidence = try builder.build(HeadTests.layout)
    try withFolder(evidence) { folder in
      let manager = FileManager.default
      for path in ["active", "log", "checkpoint"] {
        let url = folder.appendingPathComponent(path)
        let aside = folder.deletingLastPathComponent()
          .appendingPathComponent("aside-\(UUID().uuidString)")
        try manager.moveItem(at: url, to: aside)
        defer { try? manager.removeItem(at: aside) }
        try manager.createSymbolicLink(at: url, withDestinationURL: aside)
        let report = verify(folder, builder)
        #expect(report.status != .valid)
        #expect(
          report.remarks.contains { $0.code == .foreignFile && $0.file == path }, "\(path)")
        try manager.removeItem(at: url)
        try manager.moveItem(at: aside, to: url)
        #expect(verify(folder, builder).status == .valid)
      }
      // The ledger's folder itself may be reached through a link.
      let link = folder.deletingLastPathComponent()
        .appendingPathComponent("link-\(UUID().uuidString)")
      try manager.createSymbolicLink(at: link, withDestinationURL: folder)
      defer { try? manager.removeItem(at: link) }
      #expect(verify(link, builder).status == .valid)
    }
  }

  @Test func aFolderInTheFilesPlaceIsNoFile() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(HeadTests.layout)
    evidence.files["active"] = nil
    try withFolder(evidence) { folder in
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("active"), withIntermediateDirectories: true)
      #expect(verify(folder, builder).codes == [.recordsMissing])
    }
  }

  @Test func anOpenFileOutlivesItsName() throws {
    try withFolder(MemoryEvidence(files: ["active": [1, 2, 3, 4]])) { folder in
      let evidence = try DirectoryEvidence(path: folder.path)
      let file = try #require(try evidence.open("active"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("active"))
      var bytes: [UInt8] = [9]
      try file.read(1..<4, into: &bytes)
      #expect(bytes == [9, 2, 3, 4])
      #expect(try evidence.open("active") == nil)
      #expect(try evidence.open("log/none") == nil)
      #expect(try evidence.entries(of: "log").isEmpty)
    }
  }

  @Test func aFileThatBecameShorterIsAnError() throws {
    try withFolder(MemoryEvidence(files: ["active": [1, 2, 3, 4]])) { folder in
      let evidence = try DirectoryEvidence(path: folder.path)
      let file = try #require(try evidence.open("active"))
      let handle = try FileHandle(forWritingTo: folder.appendingPathComponent("active"))
      try handle.truncate(atOffset: 2)
      try handle.close()
      #expect(throws: EvidenceError.self) {
        var bytes: [UInt8] = []
        try file.read(0..<4, into: &bytes)
      }
    }
  }

  /// Permissions bind nobody who is root; said on stderr then.
  @Test func missingPermissionCouldNotBeChecked() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    try withFolder(try builder.build(HeadTests.layout)) { folder in
      let path = folder.appendingPathComponent("active").path
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      let report = verify(folder, builder)
      if getuid() == 0 {
        FileHandle.standardError.write(Data("running as root: permissions not tested\n".utf8))
        #expect(report.status == .valid)
      } else {
        guard case .couldNotCheck(let obstacle) = report.status else {
          Issue.record("\(report.lines)")
          return
        }
        #expect(obstacle.code == .unreadable)
      }
    }
  }
}
