public import LedgerCryptography

/// A record's header without what the writer assigns: everything from key 3 on.
///
/// Mind that Swift compares strings by canonical equivalence, the format by bytes: what must be the
/// same name to the ledger is compared as UTF-8.
public struct RecordContent: Hashable, Sendable {
  /// `kind` or `kind/detail` of the vocabulary; lower-case ASCII letters, digits, `-` and one `/`.
  public var kind: String
  /// When it happened, as the producer claims.
  public var eventTime: Timestamp?
  public var flags: HeaderFlags = []
  /// The authenticated producer; never empty.
  public var source: String
  /// The producer as the record claims it (OpenLineage `producer`).
  public var producer: String?
  public var producerSequence: UInt64?
  public var eventType: EventType?
  /// Which part of a record with continuations this is.
  public var part: Part?
  public var entities: [Entity] = []
  public var edges: [Edge] = []
  /// (dataset, its other identifier)
  public var symlinks: [EntityPair] = []
  /// (dataset, the identifier it had before)
  public var renames: [EntityPair] = []
  /// Small facts without free text; keys are ASCII tokens.
  public var attributes: [String: AttributeValue] = [:]
  public var references: [RecordReference] = []
  public var bodies: [BodyDescription] = []
  /// Of an `index` record: what it commits to.
  public var runs: [IndexRunCommitment] = []
  /// Of an erasure plan: the exact bodies, ascending.
  public var slots: [BodySlot] = []
  /// Of record 0.
  public var identity: LedgerIdentity?
  /// A tree head that the record speaks of.
  public var head: TreeHead?
  /// A client's idempotency id that the client declared to be public.
  public var publicIdentifier: String?

  public init(kind: String, source: String) {
    self.kind = kind
    self.source = source
  }
}

/// Part `number` (from 0) of `count` parts, which lie at consecutive indexes of one group.
public struct Part: Hashable, Sendable {
  public var number: UInt32
  public var count: UInt32

  public init(number: UInt32, count: UInt32) {
    self.number = number
    self.count = count
  }
}

/// The value of an attribute.
public enum AttributeValue: Hashable, Sendable {
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  case bytes([UInt8])
}

/// What the header says of one body.
public struct BodyDescription: Hashable, Sendable {
  /// A media type, 1 to `tokenByteCountMax` ASCII bytes.
  public var contentType: String
  /// Bytes as stored: of a sealed body, the ciphertext with its authentication tag.
  public var byteCount: UInt64
  /// SHA-256(salt ‖ bytes).
  public var commitment: SHA256Digest
  /// Present on a sealed body: HMAC-SHA256(K, "ledgerstone tag").
  public var tag: SHA256Digest?

  public init(
    contentType: String, byteCount: UInt64, commitment: SHA256Digest, tag: SHA256Digest? = nil
  ) {
    self.contentType = contentType
    self.byteCount = byteCount
    self.commitment = commitment
    self.tag = tag
  }
}

/// One entity run that an `index` record commits to.
public struct IndexRunCommitment: Hashable, Sendable {
  public var level: UInt64
  public var firstRecord: UInt64
  public var recordCount: UInt64
  public var entryCount: UInt64
  public var root: SHA256Digest

  public init(
    level: UInt64, firstRecord: UInt64, recordCount: UInt64, entryCount: UInt64,
    root: SHA256Digest
  ) {
    self.level = level
    self.firstRecord = firstRecord
    self.recordCount = recordCount
    self.entryCount = entryCount
    self.root = root
  }
}

/// One body of one record.
public struct BodySlot: Hashable, Comparable, Sendable {
  public var record: UInt64
  public var body: UInt64

  public init(record: UInt64, body: UInt64) {
    self.record = record
    self.body = body
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.record, left.body) < (right.record, right.body)
  }
}

/// What record 0 says of its ledger.
public struct LedgerIdentity: Hashable, Sendable {
  public var origin: String
  /// 16 random bytes that every frame and file of the ledger repeats.
  public var ledgerID: LedgerID
  public var formatVersion: UInt32
  /// C2SP verifier keys, the checkpoint signer's first.
  public var verifierKeys: [String]
  /// SHA-256 of `ledger.json`.
  public var ledgerFileHash: SHA256Digest

  public init(
    origin: String, ledgerID: LedgerID, formatVersion: UInt32, verifierKeys: [String],
    ledgerFileHash: SHA256Digest
  ) {
    self.origin = origin
    self.ledgerID = ledgerID
    self.formatVersion = formatVersion
    self.verifierKeys = verifierKeys
    self.ledgerFileHash = ledgerFileHash
  }
}

/// A tree size and root, of this ledger or, with an origin, of another.
public struct TreeHead: Hashable, Sendable {
  public var size: UInt64
  public var root: SHA256Digest
  public var origin: String?

  public init(size: UInt64, root: SHA256Digest, origin: String? = nil) {
    self.size = size
    self.root = root
    self.origin = origin
  }
}
