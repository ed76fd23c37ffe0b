public import LedgerCryptography
internal import SegmentStorage
internal import Synchronization

/// The key of one subject while it is in use.
public struct SubjectKey: Sendable {
  public let lookup: SubjectLookup
  /// 16 random bytes that tell this key from an earlier or later one of the same subject.
  public let identifier: [UInt8]
  /// 32 bytes.
  public let secret: SecretBytes
  let wrapped: [UInt8]

  /// What to commit for a body sealed under this key.
  public func use(tag: SHA256Digest) -> SubjectUse {
    SubjectUse(lookup: lookup, wrappedKey: wrapped, tag: tag.bytes.copied())
  }
}

/// Subject keys: found or made, wrapped, and never used again once an erasure has begun.
///
/// All methods may be called from anywhere. The store is opened at the first use, and the
/// key-encryption key is asked for only where a key is needed, so that a locked vault stops nothing
/// else.
public final class SubjectKeys: Sendable {
  private let vault: Vault
  private let provider: any SubjectStoreProvider
  private let source: KeyEncryptionKeySource?
  private let isReadOnly: Bool
  private let state = Mutex(State())
  /// What must not be appended, and the lock under which batches are let through.
  private let gate = Mutex(Gate())

  private struct State {
    var store: (any SubjectStore)?
    var unlocked: Unlocked?
    var cache: [SubjectLookup: SubjectKey] = [:]
  }

  private struct Unlocked {
    var encryptionKey: SecretBytes
    var lookupKey: HMACSHA256Key
  }

  private struct Gate {
    var fenced: [SubjectLookup: String]?
    /// Key ids that this process saw destroyed: a batch sealed before must not bring them back.
    var destroyed: Set<[UInt8]> = []
  }

  private static let cacheCountMax = 4_096
  private static let keyByteCount = 32
  private static let keyIdentifierByteCount = 16
  private static let lookupKeySetting = "lookup-key"

  /// - Parameter source: nil for what the environment says when a key is first needed.
  public init(
    _ vault: Vault, provider: any SubjectStoreProvider = SQLiteSubjectStoreProvider(),
    keyEncryptionKey source: KeyEncryptionKeySource? = nil, isReadOnly: Bool = false
  ) {
    self.vault = vault
    self.provider = provider
    self.source = source
    self.isReadOnly = isReadOnly
  }

  /// Whether anything was ever kept here.
  public func isPresent() throws(VaultError) -> Bool { try provider.isPresent(in: vault) }

  /// The store, opened now if need be.
  public func store() throws(VaultError) -> any SubjectStore {
    try locked { state throws(VaultError) in try self.store(&state) }
  }

  /// How the subject is found; needs the key-encryption key.
  public func lookup(_ identifier: String) throws(VaultError) -> SubjectLookup {
    try locked { state throws(VaultError) in
      let code = try self.unlocked(&state).lookupKey.authenticate(Array(identifier.utf8).rawSpan)
      return SubjectLookup(code.bytes.copied())
    }
  }

  /// The subject's key, made if there is none; not stored before `submit`.
  public func makeKey(_ lookup: SubjectLookup) throws(VaultError) -> SubjectKey {
    try locked { state throws(VaultError) in
      if let known = try self.knownKey(lookup, &state) { return known }
      let unlocked = try self.unlocked(&state)
      let identifier = try Self.random(Self.keyIdentifierByteCount, self.vault.path)
      var bytes = try Self.random(Self.keyByteCount, self.vault.path)
      let secret = SecretBytes(clearing: &bytes)
      let wrapped = try self.wrap(
        secret, "ledgerstone subject key", lookup.bytes + identifier,
        under: unlocked.encryptionKey)
      let key = SubjectKey(
        lookup: lookup, identifier: identifier, secret: secret, wrapped: identifier + wrapped)
      self.remember(key, &state)
      return key
    }
  }

  /// The subject's key, or nil if it has none.
  public func key(_ lookup: SubjectLookup) throws(VaultError) -> SubjectKey? {
    try locked { state throws(VaultError) in try self.knownKey(lookup, &state) }
  }

  // MARK: Appending

  /// Commits keys and tags and then calls `enqueue`, unless one of the subjects is being erased or
  /// its key was destroyed since.
  ///
  /// Check, commit and queueing are one step against `fence`: what is queued before a fence is seen
  /// by the erasure's plan, and nothing is queued after it.
  ///
  /// - Throws: `erasing`, or what the store throws; nothing was queued then.
  public func submit(_ uses: [SubjectUse], enqueue: () -> Void) throws(VaultError) {
    let store = try store()
    let result: Result<Void, VaultError> = gate.withLock { gate in
      Result { () throws(VaultError) in
        let fenced = try self.fenced(&gate, store)
        for use in uses {
          if let request = fenced[use.lookup] {
            throw VaultError(
              .erasing, self.vault.path,
              "the erasure requested as '\(request)' is under way; until its outcome nothing can "
                + "be appended for its subject")
          }
          if gate.destroyed.contains(Array(use.wrappedKey.prefix(Self.keyIdentifierByteCount))) {
            throw VaultError(
              .erasing, self.vault.path,
              "the subject was erased after the record was prepared; prepare it again")
          }
        }
        try store.insert(uses)
        enqueue()
      }
    }
    try result.get()
  }

  /// Begins an erasure: from now on nothing is queued for `subjects`.
  public func fence(
    _ entry: ErasureEntry, _ subjects: [SubjectLookup]
  ) throws(VaultError) {
    let store = try store()
    let result: Result<Void, VaultError> = gate.withLock { gate in
      Result { () throws(VaultError) in
        var fenced = try self.fenced(&gate, store)
        try store.begin(entry, subjects: subjects)
        for subject in subjects { fenced[subject] = entry.request }
        gate.fenced = fenced
      }
    }
    try result.get()
  }

  /// Destroys the keys of the request's subjects, in the store and in memory.
  public func destroyKeys(_ entry: ErasureEntry) throws(VaultError) {
    let store = try store()
    let fenced = try store.fencedSubjects().filter { $0.value == entry.request }.map(\.key)
    var identifiers: [[UInt8]] = []
    for lookup in fenced {
      if let wrapped = try store.subject(lookup)?.wrappedKey {
        identifiers.append(Array(wrapped.prefix(Self.keyIdentifierByteCount)))
      }
    }
    try store.destroyKeys(entry)
    state.withLock { state in
      for lookup in fenced {
        if let cached = state.cache.removeValue(forKey: lookup) {
          identifiers.append(cached.identifier)
        }
      }
    }
    gate.withLock { $0.destroyed.formUnion(identifiers) }
    try store.compact()
  }

  /// Ends an erasure, whatever came of it: its subjects can be appended for again.
  public func finish(_ entry: ErasureEntry) throws(VaultError) {
    let store = try store()
    let result: Result<Void, VaultError> = gate.withLock { gate in
      Result { () throws(VaultError) in
        try store.finish(entry)
        gate.fenced = nil
      }
    }
    try result.get()
    try store.compact()
  }

  // MARK: Inside

  private func locked<Value: Sendable>(
    _ body: (inout sending State) throws(VaultError) -> Value
  ) throws(VaultError) -> Value {
    let result: Result<Value, VaultError> = state.withLock { state in
      Result { () throws(VaultError) in try body(&state) }
    }
    return try result.get()
  }

  private func fenced(
    _ gate: inout Gate, _ store: any SubjectStore
  ) throws(VaultError) -> [SubjectLookup: String] {
    if let known = gate.fenced { return known }
    let found = try store.fencedSubjects()
    gate.fenced = found
    return found
  }

  private func store(_ state: inout State) throws(VaultError) -> any SubjectStore {
    if let store = state.store { return store }
    let store = try provider.open(in: vault, isReadOnly: isReadOnly)
    state.store = store
    return store
  }

  private func unlocked(_ state: inout State) throws(VaultError) -> Unlocked {
    if let unlocked = state.unlocked { return unlocked }
    let store = try store(&state)
    let kept = try store.setting(Self.lookupKeySetting)
    guard kept != nil || !isReadOnly else {
      throw VaultError(.locked, vault.path, "it holds no subject key")
    }
    let source = try chosenSource()
    let encryptionKey = try source.load(vault, mayCreate: kept == nil)
    var bytes: [UInt8]
    if let kept {
      bytes = try unwrap(kept, "ledgerstone lookup key", [], under: encryptionKey)
    } else {
      bytes = try Self.random(Self.keyByteCount, vault.path)
    }
    let lookupKey = SecretBytes(clearing: &bytes)
    if kept == nil {
      let wrapped = try wrap(lookupKey, "ledgerstone lookup key", [], under: encryptionKey)
      try store.insertSetting(Self.lookupKeySetting, wrapped)
    }
    let unlocked = Unlocked(
      encryptionKey: encryptionKey, lookupKey: HMACSHA256Key(lookupKey.bytes))
    state.unlocked = unlocked
    return unlocked
  }

  private func chosenSource() throws(VaultError) -> KeyEncryptionKeySource {
    if let source { return source }
    return try KeyEncryptionKeySource.configured()
  }

  private func knownKey(
    _ lookup: SubjectLookup, _ state: inout State
  ) throws(VaultError) -> SubjectKey? {
    if let cached = state.cache[lookup] { return cached }
    guard let stored = try store(&state).subject(lookup)?.wrappedKey else { return nil }
    let unlocked = try unlocked(&state)
    let identifier = Array(stored.prefix(Self.keyIdentifierByteCount))
    var bytes = try unwrap(
      Array(stored.dropFirst(identifier.count)), "ledgerstone subject key",
      lookup.bytes + identifier, under: unlocked.encryptionKey)
    let key = SubjectKey(
      lookup: lookup, identifier: identifier, secret: SecretBytes(clearing: &bytes),
      wrapped: stored)
    remember(key, &state)
    return key
  }

  private func remember(_ key: SubjectKey, _ state: inout State) {
    // Keys that are not stored yet must stay, or two batches would use two keys of one subject;
    // those are few, and dropping any other costs a query.
    if state.cache.count >= Self.cacheCountMax, let store = state.store {
      for lookup in state.cache.keys where (try? store.subject(lookup)?.wrappedKey) != nil {
        state.cache[lookup] = nil
      }
    }
    state.cache[key.lookup] = key
  }
}

// MARK: - Wrapping

extension SubjectKeys {
  private static let nonceByteCount = AES256GCM.nonceByteCount

  private static func random(_ count: Int, _ path: String) throws(VaultError) -> [UInt8] {
    do throws(CryptographyError) {
      return try SecureRandom.bytes(count: count)
    } catch {
      throw VaultError(.randomness, path, "\(error)")
    }
  }

  /// Nonce, ciphertext and tag of AES-256-GCM; what the key is for is authenticated with it, so
  /// that a wrapped key cannot be put in another's place.
  private func wrap(
    _ key: SecretBytes, _ purpose: String, _ context: [UInt8], under outer: SecretBytes
  ) throws(VaultError) -> [UInt8] {
    let nonce = try Self.random(Self.nonceByteCount, vault.path)
    let associated = Array(purpose.utf8) + vault.identity.ledgerID + context
    do throws(CryptographyError) {
      return nonce
        + (try AES256GCM.seal(
          key.bytes, key: outer.bytes, nonce: nonce.rawSpan, associatedData: associated.rawSpan))
    } catch {
      throw VaultError(.locked, vault.path, "a key could not be wrapped: \(error)")
    }
  }

  private func unwrap(
    _ wrapped: [UInt8], _ purpose: String, _ context: [UInt8], under outer: SecretBytes
  ) throws(VaultError) -> [UInt8] {
    let associated = Array(purpose.utf8) + vault.identity.ledgerID + context
    let nonce = Array(wrapped.prefix(Self.nonceByteCount))
    let sealed = Array(wrapped.dropFirst(nonce.count))
    guard nonce.count == Self.nonceByteCount, sealed.count == Self.keyByteCount + 16 else {
      throw VaultError(.malformed, vault.path, "a wrapped key has another length than it should")
    }
    do throws(CryptographyError) {
      return try AES256GCM.open(
        sealed.rawSpan, key: outer.bytes, nonce: nonce.rawSpan,
        associatedData: associated.rawSpan)
    } catch {
      throw VaultError(
        .locked, vault.path,
        "the key-encryption key is not the one that wrapped its keys, or they are damaged")
    }
  }
}
