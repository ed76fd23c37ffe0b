import Foundation
import LedgerCryptography
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import SubjectVault

/// Keys of subjects: wrapped, found, fenced and destroyed.
@Suite struct SubjectKeyTests {
  private static func keys(
    _ folder: VaultFolder, _ source: KeyEncryptionKeySource = .vaultFile
  ) -> SubjectKeys { SubjectKeys(folder.vault, keyEncryptionKey: source) }

  private static func use(_ key: SubjectKey, _ number: UInt8) -> SubjectUse {
    key.use(tag: SHA256Hasher.hash([number]))
  }

  private static let hexadecimal = String(repeating: "0a", count: 32)

  @Test func oneKeyPerSubject() throws {
    let folder = try VaultFolder()
    let keys = Self.keys(folder)
    let lookup = try keys.lookup("alice")
    #expect(lookup.bytes.count == 32)
    #expect(try keys.lookup("alice") == lookup && keys.lookup("Alice") != lookup)
    #expect(try keys.key(lookup) == nil)
    let key = try keys.makeKey(lookup)
    #expect(key.secret.count == 32 && key.identifier.count == 16)
    // Made, not stored yet: two batches must not use two keys.
    #expect(try keys.makeKey(lookup).identifier == key.identifier)
    #expect(try keys.store().subject(lookup) == nil)
    var queuedCount = 0
    try keys.submit([Self.use(key, 1)]) {
      queuedCount += 1
      #expect((try? keys.store().tags(of: lookup))?.count == 1, "committed before it is queued")
    }
    #expect(queuedCount == 1)
    let again = Self.keys(folder)
    #expect(try again.lookup("alice") == lookup)
    let found = try #require(try again.key(lookup))
    #expect(found.secret.bytes.copied() == key.secret.bytes.copied())
    #expect(try again.makeKey(try again.lookup("bob")).identifier != key.identifier)
  }

  @Test func nothingStoredNamesTheSubject() throws {
    let folder = try VaultFolder()
    let keys = Self.keys(folder)
    let key = try keys.makeKey(try keys.lookup("alice@example.org"))
    try keys.submit([Self.use(key, 1)]) {}
    let secret = key.secret.bytes.copied()
    let bytes = Data(try folder.bytes("subjects.sqlite"))
    #expect(bytes.range(of: Data("alice".utf8)) == nil)
    #expect(bytes.range(of: Data(secret)) == nil)
    // Another vault finds the same person under another value.
    let other = try VaultFolder()
    #expect(try Self.keys(other).lookup("alice@example.org") != key.lookup)
  }

  @Test func fencedUntilTheEnd() throws {
    let folder = try VaultFolder()
    let keys = Self.keys(folder)
    let lookup = try keys.lookup("alice")
    let key = try keys.makeKey(lookup)
    try keys.submit([Self.use(key, 1)]) {}
    var entry = ErasureEntry(request: "r", subjectCount: 1, firstRecord: 0)
    try keys.fence(entry, [lookup])
    func refuses(_ keys: SubjectKeys, _ key: SubjectKey) -> Bool {
      var isQueued = false
      do throws(VaultError) {
        try keys.submit([Self.use(key, 2)]) { isQueued = true }
        return false
      } catch {
        return error.code == .erasing && !isQueued
      }
    }
    #expect(refuses(keys, key))
    // After a crash too.
    let reopened = Self.keys(folder)
    #expect(refuses(reopened, try reopened.makeKey(lookup)))
    entry.state = .destroyed
    try keys.destroyKeys(entry)
    #expect(refuses(keys, key))
    let early = try keys.makeKey(lookup)
    #expect(refuses(keys, early))
    entry.state = .finished
    try keys.finish(entry)
    #expect(refuses(keys, key), "the old key never comes back")
    let new = try keys.makeKey(lookup)
    #expect(new.identifier != key.identifier)
    try keys.submit([Self.use(new, 3)]) {}
    #expect(try keys.store().tags(of: lookup).count == 1)
  }

  @Test func whereTheKeyEncryptionKeyComesFrom() throws {
    let outside = try VaultFolder()
    let file = outside.path + "/outer.key"
    let text = Data((Self.hexadecimal + "\n").utf8)
    try text.write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let sources: [KeyEncryptionKeySource] = [
      .value(Self.hexadecimal), .value(Self.hexadecimal.uppercased() + "\n"), .file(file),
      .command("cat '\(file)'"), .command("printf '\(Self.hexadecimal)'"),
    ]
    let folder = try VaultFolder()
    let lookup = try Self.keys(folder, sources[0]).lookup("alice")
    for source in sources {
      #expect(try Self.keys(folder, source).lookup("alice") == lookup, "\(source)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/kek.key"))
    let bad: [(KeyEncryptionKeySource, VaultError.Code)] = [
      (.vaultFile, .locked), (.file(file + "x"), .locked), (.value(""), .locked),
      (.value(String(Self.hexadecimal.dropLast())), .locked), (.command("exit 3"), .locked),
      (.command("kill -9 $$"), .locked), (.command("true"), .locked),
      (.value(String(repeating: "0b", count: 32)), .locked),
    ]
    for (source, code) in bad {
      let error = #expect(throws: VaultError.self, "\(source)") {
        try Self.keys(folder, source).lookup("alice")
      }
      #expect(error?.code == code)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o604], ofItemAtPath: file)
    let exposed = #expect(throws: VaultError.self) {
      try Self.keys(folder, .file(file)).lookup("alice")
    }
    #expect(exposed?.code == .exposed)
  }

  @Test func theEnvironmentChooses() throws {
    #expect(try KeyEncryptionKeySource.configured([:]) == .vaultFile)
    #expect(try KeyEncryptionKeySource.configured(["LEDGERSTONE_KEK": "a"]) == .value("a"))
    #expect(try KeyEncryptionKeySource.configured(["LEDGERSTONE_KEK_FILE": "b"]) == .file("b"))
    #expect(
      try KeyEncryptionKeySource.configured(["LEDGERSTONE_KEK_COMMAND": "c"]) == .command("c"))
    #expect(throws: VaultError.self) {
      try KeyEncryptionKeySource.configured([
        "LEDGERSTONE_KEK": "a", "LEDGERSTONE_KEK_FILE": "b",
      ])
    }
  }

  @Test func aLockedVaultStillKeepsItsJournal() throws {
    let folder = try VaultFolder()
    _ = try Self.keys(folder).lookup("alice")
    try FileManager.default.removeItem(atPath: folder.path + "/kek.key")
    let locked = Self.keys(folder)
    let error = #expect(throws: VaultError.self) { try locked.lookup("alice") }
    #expect(error?.code == .locked)
    #expect(try locked.store().unfinishedErasures() == [])
    // It is not made anew: what it wrapped would be lost without a word.
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/kek.key"))
  }

  @Test func aWrappedKeyBelongsToItsSubject() throws {
    let folder = try VaultFolder()
    let keys = Self.keys(folder)
    let alice = try keys.makeKey(try keys.lookup("alice"))
    let bob = try keys.lookup("bob")
    var moved = Self.use(alice, 1)
    moved.lookup = bob
    try keys.store().insert([moved])
    let error = #expect(throws: VaultError.self) { try Self.keys(folder).key(bob) }
    #expect(error?.code == .locked)
  }
}
