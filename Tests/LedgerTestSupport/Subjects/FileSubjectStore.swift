internal import Foundation
internal import LedgerCryptography
public import SegmentStorage
public import SubjectVault

/// The vault's store over any file system, as simple as can be: all of it in one JSON file, which
/// every transaction replaces in one durable step.
///
/// Over a simulated disk this is the model of a database that keeps what it promises, with a crash
/// before, in and after every transaction. What it removes may stand on the medium for longer; that
/// is looked at with the real one.
public struct FileSubjectStoreProvider: SubjectStoreProvider {
  let fileSystem: any FileSystem

  public init(_ fileSystem: any FileSystem) { self.fileSystem = fileSystem }

  private func path(_ vault: Vault) -> String { vault.path + "/subjects.json" }

  public func isPresent(in vault: Vault) throws(VaultError) -> Bool {
    try FileSubjectStore.translating { () throws(StorageError) in
      try fileSystem.information(path(vault)) != nil
    }
  }

  public func open(in vault: Vault, isReadOnly: Bool) throws(VaultError) -> any SubjectStore {
    FileSubjectStore(path: path(vault), fileSystem: fileSystem)
  }
}

struct FileSubjectStore: SubjectStore {
  let path: String
  let fileSystem: any FileSystem

  struct Tables: Codable {
    struct Subject: Codable {
      var wrapped: [UInt8]?
      var request: String?
    }

    var settings: [String: [UInt8]] = [:]
    /// By lookup, in hexadecimal.
    var subjects: [String: Subject] = [:]
    /// Tag to lookup, in hexadecimal.
    var tags: [String: String] = [:]
    var erasures: [String: ErasureEntry] = [:]
  }

  static func translating<Value>(
    _ body: () throws(StorageError) -> Value
  ) throws(VaultError) -> Value {
    do throws(StorageError) {
      return try body()
    } catch {
      throw VaultError(storage: error)
    }
  }

  private func tables() throws(VaultError) -> Tables {
    let bytes = try Self.translating { () throws(StorageError) in
      try fileSystem.contentsIfPresent(path, limitBytes: .max)
    }
    guard let bytes else { return Tables() }
    do {
      return try JSONDecoder().decode(Tables.self, from: Data(bytes))
    } catch {
      throw VaultError(keyFailure: "\(error)", path: path)
    }
  }

  private func change(_ body: (inout Tables) -> Void) throws(VaultError) {
    var tables = try tables()
    body(&tables)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes: [UInt8]
    do { bytes = Array(try encoder.encode(tables)) } catch {
      throw VaultError(keyFailure: "\(error)", path: path)
    }
    try Self.translating { () throws(StorageError) in
      try fileSystem.replaceFile(path, with: bytes, permissions: .secretFile)
    }
  }

  private func name(_ lookup: SubjectLookup) -> String { Hexadecimal.encode(lookup.bytes) }

  private func lookup(_ name: String) -> SubjectLookup {
    SubjectLookup(Hexadecimal.decode(name) ?? [])
  }

  func setting(_ name: String) throws(VaultError) -> [UInt8]? { try tables().settings[name] }

  func insertSetting(_ name: String, _ value: [UInt8]) throws(VaultError) {
    try change { $0.settings[name] = $0.settings[name] ?? value }
  }

  func subject(_ lookup: SubjectLookup) throws(VaultError) -> SubjectRow? {
    try tables().subjects[name(lookup)].map {
      SubjectRow(wrappedKey: $0.wrapped, request: $0.request)
    }
  }

  func subject(ofTag tag: [UInt8]) throws(VaultError) -> SubjectLookup? {
    try tables().tags[Hexadecimal.encode(tag)].map(lookup)
  }

  func tags(of lookup: SubjectLookup) throws(VaultError) -> [[UInt8]] {
    let wanted = name(lookup)
    return try tables().tags.filter { $0.value == wanted }.keys.sorted().compactMap {
      Hexadecimal.decode($0)
    }
  }

  func insert(_ uses: [SubjectUse]) throws(VaultError) {
    try change { tables in
      for use in uses {
        let lookup = name(use.lookup)
        tables.subjects[lookup] =
          tables.subjects[lookup] ?? Tables.Subject(wrapped: use.wrappedKey, request: nil)
        let tag = Hexadecimal.encode(use.tag)
        tables.tags[tag] = tables.tags[tag] ?? lookup
      }
    }
  }

  func erasure(_ request: String) throws(VaultError) -> ErasureEntry? {
    try tables().erasures[request]
  }

  func unfinishedErasures() throws(VaultError) -> [String] {
    try tables().erasures.filter { $0.value.state != .finished }.keys.sorted()
  }

  func erasures() throws(VaultError) -> [ErasureEntry] {
    try tables().erasures.sorted { $0.key < $1.key }.map(\.value)
  }

  func fencedSubjects() throws(VaultError) -> [SubjectLookup: String] {
    var found: [SubjectLookup: String] = [:]
    for (name, row) in try tables().subjects { found[lookup(name)] = row.request }
    return found
  }

  func begin(_ entry: ErasureEntry, subjects: [SubjectLookup]) throws(VaultError) {
    try change { tables in
      tables.erasures[entry.request] = entry
      for subject in subjects {
        tables.subjects[name(subject), default: Tables.Subject()].request = entry.request
      }
    }
  }

  func update(_ entry: ErasureEntry) throws(VaultError) {
    try change { $0.erasures[entry.request] = entry }
  }

  func destroyKeys(_ entry: ErasureEntry) throws(VaultError) {
    try change { tables in
      let fenced = Set(tables.subjects.filter { $0.value.request == entry.request }.keys)
      tables.tags = tables.tags.filter { !fenced.contains($0.value) }
      for lookup in fenced { tables.subjects[lookup]?.wrapped = nil }
      tables.erasures[entry.request] = entry
    }
  }

  func finish(_ entry: ErasureEntry) throws(VaultError) {
    try change { tables in
      for (lookup, row) in tables.subjects where row.request == entry.request {
        tables.subjects[lookup]?.request = nil
        if row.wrapped == nil { tables.subjects[lookup] = nil }
      }
      tables.erasures[entry.request] = entry
    }
  }

  func compact() throws(VaultError) {}
}
