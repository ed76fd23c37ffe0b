import LedgerTestSupport
import SegmentStorage
import Testing

@testable import SubjectVault

/// The vault's files: made once, never half, refused where others can read them.
@Suite struct VaultTests {
  static let identity = VaultIdentity(ledgerID: Array(1...16), origin: "test.example/vault")

  @discardableResult
  static func create(
    _ disk: SimulatedFileSystem, _ key: String = "PRIVATE+KEY+test",
    identity: VaultIdentity = VaultTests.identity
  ) throws -> Vault {
    try Vault.create("/v", identity: identity, on: disk) { () throws(VaultError) in key }
  }

  @Test func whatItMakes() throws {
    let disk = SimulatedFileSystem()
    let vault = try Self.create(disk)
    #expect(vault.identity == Self.identity)
    #expect(vault.signingKey == "PRIVATE+KEY+test")
    #expect(vault.duplicateKey.count == 32 && vault.nameKey.count == 32)
    #expect(vault.duplicateKey != vault.nameKey)
    #expect(try vault.newestNote() == nil)
    #expect(try vault.duplicates(from: 0) == [])
    #expect(
      disk.filePaths() == [
        "/v/duplicate.key", "/v/name.key", "/v/signing.key", "/v/vault.json",
      ])
    for path in disk.filePaths() + ["/v"] {
      #expect(try disk.information(path)?.permissions.areOpenToOthers == false, "\(path)")
    }
    #expect(disk.contents("/v/signing.key") == Array("PRIVATE+KEY+test\n".utf8))
    #expect(
      disk.contents("/v/vault.json")
        == Array(
          ("{\"format\":1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\","
            + "\"origin\":\"test.example/vault\"}\n").utf8))
    #expect(disk.openFileCount == 0)
  }

  @Test func madeTwiceItStaysTheSame() throws {
    let disk = SimulatedFileSystem()
    let first = try Self.create(disk)
    let other = VaultIdentity(ledgerID: Array(2...17), origin: "other.example/x")
    let second = try Self.create(disk, "another key", identity: other)
    #expect(second.identity == Self.identity)
    #expect(second.signingKey == first.signingKey)
    #expect(second.duplicateKey == first.duplicateKey && second.nameKey == first.nameKey)
  }

  @Test func atEveryCrash() throws {
    let whole = SimulatedFileSystem()
    try Self.create(whole)
    let count = whole.operationCount()
    for ordinal in 1...count {
      for survival in SimulatedSurvival.allCases {
        let disk = SimulatedFileSystem(seed: UInt64(ordinal))
        disk.inject(.crash, at: ordinal)
        #expect(throws: VaultError.self) { try Self.create(disk) }
        let found = disk.crashed(seed: UInt64(ordinal), survival: survival)
        // Whole, or not to be opened.
        if let opened = try? Vault.open("/v", ledgerID: nil, on: found) {
          #expect(opened.identity == Self.identity)
          #expect(opened.duplicateKey.count == 32)
        }
        let kept = found.contents("/v/signing.key")
        let vault = try Self.create(found, "second key")
        // A key that was there is never replaced: it may have left the process.
        if let kept { #expect(Array((vault.signingKey + "\n").utf8) == kept) }
        let again = try Vault.open("/v", ledgerID: Self.identity.ledgerID, on: found)
        #expect(again.duplicateKey == vault.duplicateKey && again.nameKey == vault.nameKey)
      }
    }
  }

  @Test func theNoteIsOldOrNew() throws {
    let disk = SimulatedFileSystem()
    let vault = try Self.create(disk)
    try vault.save(note: Array("old".utf8))
    let before = disk.operationCount()
    try vault.save(note: Array("new".utf8))
    let count = disk.operationCount() - before
    #expect(try vault.newestNote() == Array("new".utf8))
    for ordinal in 1...count {
      for survival in SimulatedSurvival.allCases {
        let disk = SimulatedFileSystem(seed: 9)
        let vault = try Self.create(disk)
        try vault.save(note: Array("old".utf8))
        disk.inject(.crash, at: ordinal)
        #expect(throws: VaultError.self) { try vault.save(note: Array("new".utf8)) }
        let found = disk.crashed(seed: UInt64(ordinal), survival: survival)
        let note = try Vault.open("/v", ledgerID: nil, on: found).newestNote()
        #expect(note == Array("old".utf8) || note == Array("new".utf8))
        try Vault.open("/v", ledgerID: nil, on: found).save(note: Array("next".utf8))
      }
    }
  }

  // MARK: Refusals

  private static func refusal(
    ledgerID: [UInt8]? = nil, _ change: (SimulatedFileSystem) throws -> Void
  ) throws -> VaultError? {
    let disk = SimulatedFileSystem()
    try create(disk)
    try change(disk)
    do throws(VaultError) {
      _ = try Vault.open("/v", ledgerID: ledgerID, on: disk)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatCannotBeOpened() throws {
    #expect(try Self.refusal { _ in } == nil)
    #expect(try Self.refusal(ledgerID: Self.identity.ledgerID) { _ in } == nil)
    #expect(try Self.refusal(ledgerID: Array(2...17)) { _ in }?.code == .foreignLedger)
    for (number, name) in ["vault.json", "signing.key", "duplicate.key", "name.key"].enumerated() {
      let missing = try Self.refusal { try $0.remove("/v/\(name)") }
      #expect(missing?.code == .incomplete)
      #expect(missing?.description.contains("\(name) is missing") == true)
      let failing = try Self.refusal {
        $0.inject(.fail(.permissionDenied), at: number + 1, among: [.open])
      }
      #expect(failing?.code == .storage)
      #expect(failing?.cause?.isPermissionDenied == true)
      #expect(failing?.cause?.path == "/v/\(name)")
    }
    let absent = #expect(throws: VaultError.self) {
      try Vault.open("/v", ledgerID: nil, on: SimulatedFileSystem())
    }
    #expect(absent?.code == .missing)
    for name in ["signing.key", "duplicate.key", "name.key"] {
      #expect(try Self.refusal { $0.setContents("/v/\(name)", []) }?.code == .malformed)
      let long = try Self.refusal {
        $0.setContents("/v/\(name)", .init(repeating: 65, count: 70_000))
      }
      #expect(long?.code == .storage)
    }
    for bytes in [[0xFF, 0xFE, 10], Array("no newline".utf8)] {
      #expect(try Self.refusal { $0.setContents("/v/signing.key", bytes) }?.code == .malformed)
    }
    for count in [31, 33, 64] {
      for name in ["duplicate.key", "name.key"] {
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(try Self.refusal { $0.setContents("/v/\(name)", bytes) }?.code == .malformed)
      }
    }
  }

  @Test(arguments: [0o604, 0o602, 0o601, 0o640, 0o620, 0o610, 0o644, 0o666, 0o777])
  func exposedKeys(mode: Int) throws {
    let permissions = FilePermissions(rawValue: .init(mode))
    for name in ["signing.key", "duplicate.key", "name.key"] {
      let error = try Self.refusal { $0.setAttributes("/v/\(name)", permissions: permissions) }
      #expect(error?.code == .exposed)
      #expect(error?.description.contains("chmod 600 '/v/\(name)'") == true)
    }
    // What is no secret may be read.
    #expect(try Self.refusal { $0.setAttributes("/v/vault.json", permissions: permissions) } == nil)
  }

  @Test(arguments: [
    "", "{}", "{\"format\":1}\n", "null\n",
    "{\"format\":2,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\",\"origin\":\"a\"}\n",
    "{\"format\":1,\"ledgerId\":\"0102030405060708090A0B0C0D0E0F10\",\"origin\":\"a\"}\n",
    "{\"format\":1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f\",\"origin\":\"a\"}\n",
    "{\"format\":1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f1\",\"origin\":\"a\"}\n",
    "{\"format\":1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\",\"origin\":\"a\"}",
    "{\"format\":1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\",\"origin\":\"a\"} \n",
    "{\"format\": 1,\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\",\"origin\":\"a\"}\n",
    "{\"origin\":\"a\",\"ledgerId\":\"0102030405060708090a0b0c0d0e0f10\",\"format\":1}\n",
  ])
  func identitiesThatAreNot(_ text: String) throws {
    #expect(VaultIdentity(Array(text.utf8)) == nil)
    #expect(
      try Self.refusal { $0.setContents("/v/vault.json", Array(text.utf8)) }?.code == .malformed)
  }
}
