internal import Foundation
internal import GRDB
internal import SegmentStorage

/// Opens a vault's `SubjectStore`.
public protocol SubjectStoreProvider: Sendable {
  /// Whether there is one already.
  func isPresent(in vault: Vault) throws(VaultError) -> Bool
  /// Opens it, and makes it if there is none.
  func open(in vault: Vault, isReadOnly: Bool) throws(VaultError) -> any SubjectStore
}

/// The vault's database: `subjects.sqlite`.
///
/// `subjects.made` says that there was one: without it, a lost database would look like a vault
/// that never knew anybody, and an erasure would truthfully find nothing.
public struct SQLiteSubjectStoreProvider: SubjectStoreProvider {
  static let fileName = "subjects.sqlite"
  static let markerName = "subjects.made"

  public init() {}

  public func isPresent(in vault: Vault) throws(VaultError) -> Bool {
    for name in [Self.fileName, Self.markerName] {
      if try Vault.exists(Vault.filePath(name, in: vault.path), on: vault.fileSystem) {
        return true
      }
    }
    return false
  }

  public func open(in vault: Vault, isReadOnly: Bool) throws(VaultError) -> any SubjectStore {
    let path = Vault.filePath(Self.fileName, in: vault.path)
    let hasFile = try Vault.exists(path, on: vault.fileSystem)
    let hasMarker = try Vault.exists(
      Vault.filePath(Self.markerName, in: vault.path), on: vault.fileSystem)
    guard hasFile || !hasMarker else {
      throw VaultError(
        .incomplete, vault.path,
        "\(Self.fileName) is missing: without it no sealed body can be opened, and nobody can say "
          + "which bodies are whose. Put it back from a backup of the vault")
    }
    guard hasFile || !isReadOnly else {
      throw VaultError(.locked, vault.path, "it holds no subject key")
    }
    if !hasFile { try Vault.write(Self.fileName, [], in: vault.path, on: vault.fileSystem) }
    let information = try Vault.wrapping { () throws(StorageError) in
      try vault.fileSystem.information(path)
    }
    if information?.permissions.areOpenToOthers == true {
      throw VaultError(
        .exposed, vault.path,
        "\(Self.fileName) can be read or written by other users; run: chmod 600 '\(path)'")
    }
    let store = try SQLiteSubjectStore(path, isReadOnly: isReadOnly)
    if !hasMarker, !isReadOnly {
      try Vault.write(Self.markerName, Array("1\n".utf8), in: vault.path, on: vault.fileSystem)
    }
    return store
  }
}

/// `SubjectStore` in SQLite: a rollback journal and no write-ahead log, which would keep old pages;
/// freed content overwritten; every transaction synchronised, the folder too.
struct SQLiteSubjectStore: SubjectStore {
  private let path: String
  private let database: DatabaseQueue

  init(_ path: String, isReadOnly: Bool) throws(VaultError) {
    self.path = path
    do {
      var configuration = Configuration()
      configuration.readonly = isReadOnly
      configuration.busyMode = .timeout(10)
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA secure_delete = ON")
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        guard !isReadOnly else { return }
        try database.execute(sql: "PRAGMA journal_mode = DELETE")
        // EXTRA is FULL and a sync of the folder after the journal was removed: without that a
        // journal can come back after a power cut and undo what was acknowledged.
        try database.execute(sql: "PRAGMA synchronous = EXTRA")
      }
      database = try DatabaseQueue(path: path, configuration: configuration)
      if !isReadOnly { try database.write(Self.makeTables) }
    } catch {
      throw Self.failure(error, path)
    }
  }

  private static func makeTables(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value BLOB NOT NULL)
          WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS subject (lookup BLOB PRIMARY KEY, wrapped BLOB, request TEXT)
          WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS tag (tag BLOB PRIMARY KEY, lookup BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS tagByLookup ON tag (lookup);
        CREATE TABLE IF NOT EXISTS erasure (
          request TEXT PRIMARY KEY, isFinished INTEGER NOT NULL, entry BLOB NOT NULL) WITHOUT ROWID;
        """)
  }

  private static func failure(_ error: any Error, _ path: String) -> VaultError {
    if let error = error as? VaultError { return error }
    if let error = error as? DatabaseError {
      let code: VaultError.Code =
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) ? .malformed : .database
      let isFull = error.resultCode == .SQLITE_FULL
      let remedy = isFull ? "; free some space and run the command again" : ""
      // Without arguments: those are keys.
      return VaultError(
        code, path, "SQLite: \(error.message ?? "error \(error.resultCode)")\(remedy)")
    }
    return VaultError(.database, path, "\(error)")
  }

  private func reading<Value>(_ body: (Database) throws -> Value) throws(VaultError) -> Value {
    do { return try database.read(body) } catch { throw Self.failure(error, path) }
  }

  private func writing(_ body: (Database) throws -> Void) throws(VaultError) {
    do { try database.write(body) } catch { throw Self.failure(error, path) }
  }

  // MARK: Settings and subjects

  func setting(_ name: String) throws(VaultError) -> [UInt8]? {
    try reading { database in
      try Data.fetchOne(
        database, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name]
      ).map { [UInt8]($0) }
    }
  }

  func insertSetting(_ name: String, _ value: [UInt8]) throws(VaultError) {
    try writing { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO setting VALUES (?, ?)", arguments: [name, Data(value)])
    }
  }

  func subject(_ lookup: SubjectLookup) throws(VaultError) -> SubjectRow? {
    try reading { database in
      try Row.fetchOne(
        database, sql: "SELECT wrapped, request FROM subject WHERE lookup = ?",
        arguments: [Data(lookup.bytes)]
      ).map { row in
        let wrapped: Data? = row[0]
        return SubjectRow(wrappedKey: wrapped.map { [UInt8]($0) }, request: row[1])
      }
    }
  }

  func subject(ofTag tag: [UInt8]) throws(VaultError) -> SubjectLookup? {
    try reading { database in
      try Data.fetchOne(
        database, sql: "SELECT lookup FROM tag WHERE tag = ?", arguments: [Data(tag)]
      ).map { SubjectLookup([UInt8]($0)) }
    }
  }

  func tags(of lookup: SubjectLookup) throws(VaultError) -> [[UInt8]] {
    try reading { database in
      try Data.fetchAll(
        database, sql: "SELECT tag FROM tag WHERE lookup = ? ORDER BY tag",
        arguments: [Data(lookup.bytes)]
      ).map { [UInt8]($0) }
    }
  }

  func insert(_ uses: [SubjectUse]) throws(VaultError) {
    try writing { database in
      for use in uses {
        let lookup = Data(use.lookup.bytes)
        try database.execute(
          sql: "INSERT OR IGNORE INTO subject VALUES (?, ?, NULL)",
          arguments: [lookup, Data(use.wrappedKey)])
        try database.execute(
          sql: "INSERT OR IGNORE INTO tag VALUES (?, ?)", arguments: [Data(use.tag), lookup])
      }
    }
  }
}

// MARK: - The erasure journal

extension SQLiteSubjectStore {
  private static func encode(_ entry: ErasureEntry) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(entry)
  }

  private static func decode(_ data: Data) throws -> ErasureEntry {
    try JSONDecoder().decode(ErasureEntry.self, from: data)
  }

  func erasure(_ request: String) throws(VaultError) -> ErasureEntry? {
    try reading { database in
      try Data.fetchOne(
        database, sql: "SELECT entry FROM erasure WHERE request = ?", arguments: [request]
      ).map(Self.decode)
    }
  }

  func unfinishedErasures() throws(VaultError) -> [String] {
    try reading { database in
      try String.fetchAll(
        database, sql: "SELECT request FROM erasure WHERE isFinished = 0 ORDER BY request")
    }
  }

  func erasures() throws(VaultError) -> [ErasureEntry] {
    try reading { database in
      try Data.fetchAll(database, sql: "SELECT entry FROM erasure ORDER BY request")
        .map(Self.decode)
    }
  }

  func fencedSubjects() throws(VaultError) -> [SubjectLookup: String] {
    try reading { database in
      var found: [SubjectLookup: String] = [:]
      let rows = try Row.fetchAll(
        database, sql: "SELECT lookup, request FROM subject WHERE request IS NOT NULL")
      for row in rows {
        let lookup: Data = row[0]
        found[SubjectLookup([UInt8](lookup))] = row[1]
      }
      return found
    }
  }

  func begin(_ entry: ErasureEntry, subjects: [SubjectLookup]) throws(VaultError) {
    try writing { database in
      try Self.put(entry, database)
      for subject in subjects {
        try database.execute(
          sql: """
            INSERT INTO subject VALUES (?, NULL, ?)
            ON CONFLICT (lookup) DO UPDATE SET request = excluded.request
            """, arguments: [Data(subject.bytes), entry.request])
      }
    }
  }

  func update(_ entry: ErasureEntry) throws(VaultError) {
    try writing { try Self.put(entry, $0) }
  }

  func destroyKeys(_ entry: ErasureEntry) throws(VaultError) {
    try writing { database in
      try database.execute(
        sql: "DELETE FROM tag WHERE lookup IN (SELECT lookup FROM subject WHERE request = ?)",
        arguments: [entry.request])
      try database.execute(
        sql: "UPDATE subject SET wrapped = NULL WHERE request = ?", arguments: [entry.request])
      try Self.put(entry, database)
    }
  }

  func finish(_ entry: ErasureEntry) throws(VaultError) {
    try writing { database in
      try database.execute(
        sql: "DELETE FROM subject WHERE request = ? AND wrapped IS NULL",
        arguments: [entry.request])
      try database.execute(
        sql: "UPDATE subject SET request = NULL WHERE request = ?", arguments: [entry.request])
      try Self.put(entry, database)
    }
  }

  func compact() throws(VaultError) {
    do { try database.vacuum() } catch { throw Self.failure(error, path) }
  }

  private static func put(_ entry: ErasureEntry, _ database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO erasure VALUES (?, ?, ?)",
      arguments: [entry.request, entry.state == .finished, try encode(entry)])
  }
}
