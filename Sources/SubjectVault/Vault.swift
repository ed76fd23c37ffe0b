internal import LedgerCryptography
public import SegmentStorage

/// The operator's secrets and memory, beside the ledger and never inside it.
///
/// ```
/// DIR.vault/        0700
///   vault.json      which ledger it belongs to
///   signing.key     0600  C2SP signed-note signer key, one line
///   duplicate.key   0600  32 bytes: key of the duplicate window
///   name.key        0600  32 bytes: key of permanent pseudonyms
///   note            newest signed note
///   signing.key.next, retired.keys  of rotations, see `Vault+Rotation`
///   LOCK            held by the process that has the ledger open for writing
///   duplicates      duplicate keys of sealed groups
///   kek.key         0600  key-encryption key, unless it comes from elsewhere
///   subjects.sqlite 0600  subject keys, tags, erasure journal;  subjects.made  that there is one
/// ```
///
/// One process uses it at a time: the holder of the ledger's lock.
public struct Vault: Sendable {
  public let path: String
  public let identity: VaultIdentity
  /// The signer key's text, as made by `create`'s caller.
  public let signingKey: String
  /// 32 bytes.
  public let duplicateKey: [UInt8]
  /// 32 bytes.
  public let nameKey: [UInt8]
  let fileSystem: any FileSystem

  /// The longest note the vault takes, in bytes.
  public static let noteByteCountMax = 1_048_576
  private static let secretByteCount = 32
  /// What is written with `write`.
  private static let replacedNames = [
    "vault.json", "signing.key", "duplicate.key", "name.key", "note", pendingName, retiredName,
    "duplicates", "kek.key", SQLiteSubjectStoreProvider.fileName,
    SQLiteSubjectStoreProvider.markerName,
  ]

  static func filePath(_ name: String, in path: String) -> String { "\(path)/\(name)" }

  /// Opens the vault at `path`.
  ///
  /// - Parameter ledgerID: the ledger that wants it; another one's vault is refused.
  /// - Throws: `VaultError` `missing`, `incomplete`, `malformed`, `foreignLedger`, `exposed`, or
  ///   `storage`.
  public static func open(
    _ path: String, ledgerID: [UInt8]?, on fileSystem: any FileSystem
  ) throws(VaultError) -> Vault {
    try wrapping { () throws(StorageError) in
      try fileSystem.information(path)
    }.orThrow(VaultError(.missing, path, "there is none here (see --vault)"))
    let described = try read("vault.json", in: path, on: fileSystem, isSecret: false)
    guard let identity = VaultIdentity(described) else {
      throw VaultError(.malformed, path, "vault.json is not in its canonical form")
    }
    guard ledgerID == nil || ledgerID == identity.ledgerID else {
      throw VaultError(.foreignLedger, path, "it belongs to another ledger, \(identity.origin)")
    }
    let signingKey = try read("signing.key", in: path, on: fileSystem, isSecret: true)
    let duplicateKey = try read("duplicate.key", in: path, on: fileSystem, isSecret: true)
    let nameKey = try read("name.key", in: path, on: fileSystem, isSecret: true)
    guard let text = String(validating: signingKey, as: UTF8.self), text.hasSuffix("\n") else {
      throw VaultError(.malformed, path, "signing.key does not hold a key")
    }
    for (name, key) in [("duplicate.key", duplicateKey), ("name.key", nameKey)]
    where key.count != secretByteCount {
      throw VaultError(.malformed, path, "\(name) does not hold a key")
    }
    return Vault(
      path: path, identity: identity, signingKey: String(text.dropLast()),
      duplicateKey: duplicateKey, nameKey: nameKey, fileSystem: fileSystem)
  }

  /// Makes the vault of a new ledger, or completes one that a crash left unfinished.
  ///
  /// `vault.json` is written last, so that a vault that has it has everything.
  ///
  /// - Parameter signingKey: makes the signer key's text; asked only if none is there yet.
  /// - Returns: the vault, which is another call's if that one had finished.
  public static func create(
    _ path: String, identity: VaultIdentity, on fileSystem: any FileSystem,
    signingKey: () throws(VaultError) -> String
  ) throws(VaultError) -> Vault {
    if try exists(filePath("vault.json", in: path), on: fileSystem) {
      return try open(path, ledgerID: nil, on: fileSystem)
    }
    try wrapping { () throws(StorageError) in
      try fileSystem.makeDurableDirectory(path, permissions: .secretDirectory)
    }
    if try !exists(filePath("signing.key", in: path), on: fileSystem) {
      try write(
        "signing.key", Array((try signingKey() + "\n").utf8), in: path, on: fileSystem)
    }
    for name in ["duplicate.key", "name.key"]
    where try !exists(filePath(name, in: path), on: fileSystem) {
      let secret: [UInt8]
      do throws(CryptographyError) {
        secret = try SecureRandom.bytes(count: secretByteCount)
      } catch { throw VaultError(.randomness, path, "\(error)") }
      try write(name, secret, in: path, on: fileSystem)
    }
    try write("vault.json", identity.encoded(), in: path, on: fileSystem)
    return try open(path, ledgerID: identity.ledgerID, on: fileSystem)
  }

  /// The newest signed note that left this ledger, or nil before the first.
  public func newestNote() throws(VaultError) -> [UInt8]? {
    try Self.wrapping { () throws(StorageError) in
      try fileSystem.contentsIfPresent(
        Self.filePath("note", in: path), limitBytes: Self.noteByteCountMax)
    }
  }

  /// Remembers `note` durably; to be called before the note leaves the process.
  public func save(note: [UInt8]) throws(VaultError) {
    try Self.write("note", note, in: path, on: fileSystem)
  }

  /// Removes the new versions of files that a process had begun when it ended, such as that of a
  /// key which nothing names. Files that no vault has stay.
  public func removeTemporaryFiles() throws(VaultError) {
    try Self.wrapping { () throws(StorageError) in
      for name in Self.replacedNames {
        let temporary = Self.filePath(name, in: path) + ".tmp"
        guard try fileSystem.information(temporary)?.kind == .file else { continue }
        try fileSystem.remove(temporary)
      }
    }
  }
}

extension Vault {
  static func wrapping<Value>(
    _ body: () throws(StorageError) -> Value
  ) throws(VaultError) -> Value {
    do throws(StorageError) { return try body() } catch { throw VaultError(error) }
  }

  static func exists(_ path: String, on fileSystem: any FileSystem) throws(VaultError) -> Bool {
    try wrapping { () throws(StorageError) in try fileSystem.information(path) } != nil
  }

  static func write(
    _ name: String, _ bytes: [UInt8], in path: String, on fileSystem: any FileSystem
  ) throws(VaultError) {
    try wrapping { () throws(StorageError) in
      try fileSystem.replaceFile(
        filePath(name, in: path), with: bytes, permissions: .secretFile)
    }
  }

  /// Reads one small file of the vault; a secret that others can read is refused.
  static func read(
    _ name: String, in path: String, on fileSystem: any FileSystem, isSecret: Bool
  ) throws(VaultError) -> [UInt8] {
    let file = filePath(name, in: path)
    let information = try wrapping { () throws(StorageError) in try fileSystem.information(file) }
      .orThrow(VaultError(.incomplete, path, "\(name) is missing"))
    guard information.kind == .file || information.kind == .symbolicLink else {
      throw VaultError(.incomplete, path, "\(name) is no regular file")
    }
    if isSecret, information.permissions.areOpenToOthers {
      throw VaultError(
        .exposed, path,
        "\(name) can be read or written by other users; run: chmod 600 '\(file)'")
    }
    return try wrapping { () throws(StorageError) in
      try fileSystem.withFile(file, .readOnly) { handle throws(StorageError) in
        try handle.allBytes(limitBytes: 65_536)
      }
    }
  }
}

extension Optional where Wrapped: Sendable {
  @discardableResult
  func orThrow(_ error: @autoclosure () -> VaultError) throws(VaultError) -> Wrapped {
    guard let self else { throw error() }
    return self
  }
}
