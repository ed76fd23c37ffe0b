/// Where the vault keeps subject keys, tags and the erasure journal.
///
/// Every method is one transaction: it happens as a whole or not at all, and what it changed is
/// durable when it returns. That, and the order in which `SubjectKeys` and the engine call it, is
/// all that crash safety rests on; the store itself may be SQLite or, in tests, a file of a
/// simulated disk. One process writes.
public protocol SubjectStore: Sendable {
  /// A value kept under a fixed name; nil if it was never set.
  func setting(_ name: String) throws(VaultError) -> [UInt8]?
  /// Sets a value that was not set before; an existing one stays.
  func insertSetting(_ name: String, _ value: [UInt8]) throws(VaultError)

  /// What is known of a subject; nil if nothing is.
  func subject(_ lookup: SubjectLookup) throws(VaultError) -> SubjectRow?
  /// The subject whose key made a tag.
  func subject(ofTag tag: [UInt8]) throws(VaultError) -> SubjectLookup?
  /// All tags of a subject, ascending; also of records that a crash kept from being written.
  func tags(of lookup: SubjectLookup) throws(VaultError) -> [[UInt8]]
  /// Adds keys that are not there yet, and tags.
  func insert(_ uses: [SubjectUse]) throws(VaultError)

  /// The journal's entry of one request.
  func erasure(_ request: String) throws(VaultError) -> ErasureEntry?
  /// Requests whose erasure has begun and not ended, ascending.
  func unfinishedErasures() throws(VaultError) -> [String]
  /// All entries, ascending by request.
  func erasures() throws(VaultError) -> [ErasureEntry]
  /// Subjects of which nothing may be appended, and the request that is the reason.
  func fencedSubjects() throws(VaultError) -> [SubjectLookup: String]
  /// Adds the entry and fences `subjects`, whether or not they are known.
  func begin(_ entry: ErasureEntry, subjects: [SubjectLookup]) throws(VaultError)
  /// Replaces the entry.
  func update(_ entry: ErasureEntry) throws(VaultError)
  /// Removes keys and tags of all subjects that the request fenced, which stay fenced, and replaces
  /// the entry.
  func destroyKeys(_ entry: ErasureEntry) throws(VaultError)
  /// Lifts the fences of the request and replaces the entry. Keys that are still there stay.
  func finish(_ entry: ErasureEntry) throws(VaultError)
  /// Rewrites the store, so that nothing of what was removed is left in its files.
  func compact() throws(VaultError)
}

/// How a subject is found without its identifier: `HMAC-SHA256(lookup key, identifier)`, 32 bytes.
public struct SubjectLookup: Hashable, Comparable, Sendable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public static func < (left: Self, right: Self) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// What the store knows of a subject.
public struct SubjectRow: Hashable, Sendable {
  /// Key id and wrapped key; nil while only a fence is there.
  public var wrappedKey: [UInt8]?
  /// The erasure that fences the subject.
  public var request: String?

  public init(wrappedKey: [UInt8]?, request: String?) {
    self.wrappedKey = wrappedKey
    self.request = request
  }
}

/// One body that is about to be written: whose, under which wrapped key, with which tag.
public struct SubjectUse: Hashable, Sendable {
  public var lookup: SubjectLookup
  public var wrappedKey: [UInt8]
  public var tag: [UInt8]

  public init(lookup: SubjectLookup, wrappedKey: [UInt8], tag: [UInt8]) {
    self.lookup = lookup
    self.wrappedKey = wrappedKey
    self.tag = tag
  }
}
