import CSQLite
import Foundation
import MerkleLog

/// What people would pick instead: SQLite in WAL mode with `synchronous=FULL`, a hash-chain column
/// and an index on the dataset.
final class SQLitePeer {
  private var database: OpaquePointer?
  private var insertion: OpaquePointer?
  private var chain = MerkleHash.empty

  init(path: String) throws {
    guard sqlite3_open(path, &database) == SQLITE_OK else {
      throw BenchFailure("SQLite cannot open \(path)")
    }
    try run("PRAGMA journal_mode=WAL")
    try run("PRAGMA synchronous=FULL")
    try run(
      "CREATE TABLE record (id INTEGER PRIMARY KEY, dataset TEXT, header BLOB, body BLOB, chain BLOB)"
    )
    try run("CREATE INDEX record_dataset ON record (dataset)")
    let statement = "INSERT INTO record (dataset, header, body, chain) VALUES (?, ?, ?, ?)"
    guard sqlite3_prepare_v2(database, statement, -1, &insertion, nil) == SQLITE_OK else {
      throw BenchFailure("SQLite refuses the insertion")
    }
  }

  deinit {
    sqlite3_finalize(insertion)
    sqlite3_close(database)
  }

  func run(_ statement: String) throws {
    guard sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK else {
      throw BenchFailure("SQLite: \(statement): \(String(cString: sqlite3_errmsg(database)))")
    }
  }

  func insert(header: [UInt8], body: [UInt8], dataset: String) throws {
    chain = MerkleHash.node(chain, MerkleHash.node(MerkleHash.leaf(header), MerkleHash.leaf(body)))
    let link = Array(chain.description.utf8)
    // SQLITE_TRANSIENT: SQLite copies what it is given.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_reset(insertion)
    sqlite3_bind_text(insertion, 1, dataset, -1, transient)
    sqlite3_bind_blob(insertion, 2, header, Int32(header.count), transient)
    sqlite3_bind_blob(insertion, 3, body, Int32(body.count), transient)
    sqlite3_bind_blob(insertion, 4, link, Int32(link.count), transient)
    guard sqlite3_step(insertion) == SQLITE_DONE else {
      throw BenchFailure("SQLite: \(String(cString: sqlite3_errmsg(database)))")
    }
  }
}
