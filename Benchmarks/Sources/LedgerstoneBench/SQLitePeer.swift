import CBaseline
import Foundation

/// What people would pick instead: SQLite in WAL mode with `synchronous=FULL`, a hash-chain column
/// and an index on the dataset, over the C library, with bound parameters that are not copied.
final class SQLitePeer {
  private var database: OpaquePointer?
  private var insertion: OpaquePointer?
  private var chain = [UInt8](repeating: 0, count: 32)

  init(path: String) throws {
    guard sqlite3_open(path, &database) == SQLITE_OK else {
      throw BenchFailure("SQLite cannot open \(path)")
    }
    try run("PRAGMA journal_mode=WAL")
    try run("PRAGMA synchronous=FULL")
    // As generous as our own memory.
    try run("PRAGMA cache_size=-262144")
    try run(
      """
      CREATE TABLE IF NOT EXISTS record (
        id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL)
      """)
    try run("CREATE INDEX IF NOT EXISTS record_dataset ON record (dataset)")
    insertion = try prepare("INSERT INTO record (dataset, body, chain) VALUES (?, ?, ?)")
  }

  deinit {
    sqlite3_finalize(insertion)
    sqlite3_close(database)
  }

  /// Removes the database of an earlier run.
  static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
    }
  }

  private func prepare(_ text: String) throws -> OpaquePointer? {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(database, text, -1, &statement, nil) == SQLITE_OK else {
      throw failure()
    }
    return statement
  }

  private func failure() -> BenchFailure {
    BenchFailure("SQLite: \(String(cString: sqlite3_errmsg(database)))")
  }

  func run(_ statement: String) throws {
    guard sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  /// Inserts one record into the transaction that is open.
  func insert(body: UnsafeRawBufferPointer, dataset: UnsafeRawBufferPointer) throws {
    baseline_chain(chain, body.baseAddress, body.count, &chain)
    try chain.withUnsafeBytes { chain in
      sqlite3_bind_text(
        insertion, 1, dataset.assumingMemoryBound(to: CChar.self).baseAddress,
        Int32(dataset.count), baseline_static())
      sqlite3_bind_blob(insertion, 2, body.baseAddress, Int32(body.count), baseline_static())
      sqlite3_bind_blob(insertion, 3, chain.baseAddress, 32, baseline_static())
      let isDone = sqlite3_step(insertion) == SQLITE_DONE
      sqlite3_reset(insertion)
      guard isDone else { throw failure() }
    }
  }

  /// Recomputes the chain over all rows; how many there are.
  func verify() throws -> Int {
    let query = try prepare("SELECT body, chain FROM record ORDER BY id")
    defer { sqlite3_finalize(query) }
    var link = [UInt8](repeating: 0, count: 32)
    var count = 0
    while sqlite3_step(query) == SQLITE_ROW {
      baseline_chain(
        link, sqlite3_column_blob(query, 0), Int(sqlite3_column_bytes(query, 0)), &link)
      let stored = UnsafeRawBufferPointer(start: sqlite3_column_blob(query, 1), count: 32)
      guard stored.elementsEqual(link) else { throw BenchFailure("SQLite: the chain is broken") }
      count += 1
    }
    return count
  }
}
