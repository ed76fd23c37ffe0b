import Foundation
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import SubjectVault

/// A vault in a folder of the real file system.
final class VaultFolder {
  let path: String
  let vault: Vault

  init() throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    path = base + "/ledgerstone-vault-" + UUID().uuidString
    vault = try Vault.create(
      path, identity: VaultTests.identity, on: POSIXFileSystem()
    ) { () throws(VaultError) in "PRIVATE+KEY+test" }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }
}

/// The database and the model that the crash tests use do the same.
@Suite struct SubjectStoreTests {
  enum Kind: CaseIterable { case database, model }

  private static func open(_ kind: Kind, _ folder: VaultFolder) throws -> any SubjectStore {
    switch kind {
    case .database: try SQLiteSubjectStoreProvider().open(in: folder.vault, isReadOnly: false)
    case .model:
      try FileSubjectStoreProvider(POSIXFileSystem()).open(in: folder.vault, isReadOnly: false)
    }
  }

  private static func lookup(_ number: UInt8) -> SubjectLookup {
    SubjectLookup([UInt8](repeating: number, count: 32))
  }

  private static func use(_ subject: UInt8, wrapped: UInt8, tag: UInt8) -> SubjectUse {
    SubjectUse(
      lookup: lookup(subject), wrappedKey: [UInt8](repeating: wrapped, count: 76),
      tag: [UInt8](repeating: tag, count: 32))
  }

  private static func entry(_ request: String) -> ErasureEntry {
    ErasureEntry(request: request, subjectCount: 1, firstRecord: 7)
  }

  @Test(arguments: Kind.allCases) func settings(kind: Kind) throws {
    let folder = try VaultFolder()
    let store = try Self.open(kind, folder)
    #expect(try store.setting("a") == nil)
    try store.insertSetting("a", [1, 2])
    try store.insertSetting("a", [3])
    try store.insertSetting("b", [])
    #expect(try store.setting("a") == [1, 2])
    #expect(try Self.open(kind, folder).setting("b") == [])
  }

  @Test(arguments: Kind.allCases) func keysAndTags(kind: Kind) throws {
    let folder = try VaultFolder()
    let store = try Self.open(kind, folder)
    try store.insert([Self.use(1, wrapped: 10, tag: 101), Self.use(1, wrapped: 11, tag: 100)])
    try store.insert([Self.use(2, wrapped: 20, tag: 102), Self.use(1, wrapped: 12, tag: 100)])
    // The first key stays.
    #expect(
      try store.subject(Self.lookup(1))
        == SubjectRow(wrappedKey: [UInt8](repeating: 10, count: 76), request: nil))
    #expect(try store.subject(Self.lookup(3)) == nil)
    #expect(try store.tags(of: Self.lookup(1)).map(\.first) == [100, 101])
    #expect(try store.tags(of: Self.lookup(3)) == [])
    #expect(try store.subject(ofTag: [UInt8](repeating: 102, count: 32)) == Self.lookup(2))
    #expect(try store.subject(ofTag: [UInt8](repeating: 1, count: 32)) == nil)
    #expect(try store.fencedSubjects() == [:])
  }

  @Test(arguments: Kind.allCases) func oneErasure(kind: Kind) throws {
    let folder = try VaultFolder()
    var store = try Self.open(kind, folder)
    try store.insert([Self.use(1, wrapped: 10, tag: 101), Self.use(2, wrapped: 20, tag: 102)])
    var entry = Self.entry("r")
    try store.begin(entry, subjects: [Self.lookup(1), Self.lookup(9)])
    #expect(try store.fencedSubjects() == [Self.lookup(1): "r", Self.lookup(9): "r"])
    #expect(try store.subject(Self.lookup(9)) == SubjectRow(wrappedKey: nil, request: "r"))
    #expect(try store.unfinishedErasures() == ["r"])
    entry.state = .planned
    entry.slots = [.init(record: 3, body: 1)]
    entry.plans = [.init(record: 5, header: [1, 2], proof: [3])]
    try store.update(entry)
    store = try Self.open(kind, folder)
    #expect(try store.erasure("r") == entry)
    entry.state = .destroyed
    try store.destroyKeys(entry)
    try store.compact()
    #expect(try store.subject(Self.lookup(1)) == SubjectRow(wrappedKey: nil, request: "r"))
    #expect(try store.tags(of: Self.lookup(1)) == [])
    #expect(try store.subject(ofTag: [UInt8](repeating: 101, count: 32)) == nil)
    #expect(try store.subject(ofTag: [UInt8](repeating: 102, count: 32)) == Self.lookup(2))
    entry.state = .finished
    entry.outcome = "ERASED"
    try store.finish(entry)
    #expect(try store.subject(Self.lookup(1)) == nil && store.subject(Self.lookup(9)) == nil)
    #expect(try store.subject(Self.lookup(2))?.wrappedKey?.first == 20)
    #expect(try store.fencedSubjects() == [:] && store.unfinishedErasures() == [])
    #expect(try store.erasures() == [entry])
    #expect(try store.erasure("other") == nil)
  }

  @Test(arguments: Kind.allCases) func aRefusalKeepsTheKeys(kind: Kind) throws {
    let folder = try VaultFolder()
    let store = try Self.open(kind, folder)
    try store.insert([Self.use(1, wrapped: 10, tag: 101)])
    var entry = Self.entry("r")
    try store.begin(entry, subjects: [Self.lookup(1), Self.lookup(2)])
    entry.state = .finished
    try store.finish(entry)
    #expect(try store.subject(Self.lookup(1))?.wrappedKey?.first == 10)
    #expect(try store.tags(of: Self.lookup(1)).count == 1)
    #expect(try store.subject(Self.lookup(2)) == nil)
  }

  @Test func theFilesForget() throws {
    let folder = try VaultFolder()
    let store = try Self.open(.database, folder)
    let secret = (0..<76).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    for number in 0..<200 as Range<UInt8> {
      var use = Self.use(number, wrapped: number, tag: number)
      if number == 77 { use.wrappedKey = secret }
      try store.insert([use])
    }
    #expect(try contains(secret, folder))
    var entry = Self.entry("r")
    try store.begin(entry, subjects: [Self.lookup(77)])
    entry.state = .destroyed
    try store.destroyKeys(entry)
    #expect(try !contains(secret, folder), "before the file is rewritten")
    entry.state = .finished
    try store.finish(entry)
    try store.compact()
    #expect(try !contains(secret, folder))
    #expect(try !contains([UInt8](repeating: 77, count: 32), folder))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasSuffix("-journal") || $0.hasSuffix("-wal") })
  }

  private func contains(_ wanted: [UInt8], _ folder: VaultFolder) throws -> Bool {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
      if data.range(of: Data(wanted)) != nil { return true }
    }
    return false
  }

  @Test func aLostDatabaseIsNoEmptyOne() throws {
    let folder = try VaultFolder()
    let provider = SQLiteSubjectStoreProvider()
    #expect(try !provider.isPresent(in: folder.vault))
    _ = try Self.open(.database, folder)
    #expect(try provider.isPresent(in: folder.vault))
    try FileManager.default.removeItem(atPath: folder.path + "/subjects.sqlite")
    let error = #expect(throws: VaultError.self) { try Self.open(.database, folder) }
    #expect(error?.code == .incomplete)
  }

  @Test func whatIsNoDatabaseOrExposed() throws {
    let folder = try VaultFolder()
    _ = try Self.open(.database, folder)
    let path = folder.path + "/subjects.sqlite"
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let exposed = #expect(throws: VaultError.self) { try Self.open(.database, folder) }
    #expect(exposed?.code == .exposed)
    try Data(repeating: 65, count: 5_000).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let damaged = #expect(throws: VaultError.self) { try Self.open(.database, folder) }
    #expect(damaged?.code == .malformed)
  }

  @Test func filesAreForTheirOwnerAlone() throws {
    let folder = try VaultFolder()
    let keys = SubjectKeys(folder.vault, keyEncryptionKey: .vaultFile)
    _ = try keys.makeKey(try keys.lookup("x"))
    for name in ["subjects.sqlite", "kek.key"] {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: folder.path + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
  }
}
