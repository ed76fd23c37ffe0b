internal import LedgerCryptography
public import LedgerFormat
public import Provenance
internal import SubjectVault

/// How a second record with the same content is recognised.
public enum DuplicateRule: Hashable, Sendable {
  /// Two identical records are two records.
  case none
  /// The same source and the same bytes of body 0 are the same record (OpenLineage events). A
  /// record without a body has no duplicates.
  case bodyBytes
  /// The same source and the same id are the same record; with another content, a conflict.
  case identifier(String)
}

/// Records made ready on the producer's thread: validated, split, encoded and committed to, so
/// that the writer only numbers, chains and stores them.
///
/// All bytes lie in a few arrays; adding a record allocates nothing of its own in steady state.
public struct RecordBatch: Sendable {
  /// One header to be: a range of `tails`.
  struct Part: Sendable {
    var tailEnd: Int
    var pairCount: Int
  }

  struct Record: Sendable {
    var partCount: Int
    var bodyCount: Int
    /// Raw bytes of all parts and bodies.
    var byteCount: Int
    var duplicateKey: TruncatedDigest?
    var contentKey: TruncatedDigest
    var identifier: String?
    /// The highest record that it refers to.
    var highestReference: UInt64?
  }

  private(set) var tails: ByteBuffer = []
  private(set) var parts: [Part] = []
  /// Salt and bytes of each body, one after the other.
  private(set) var bodies: ByteBuffer = []
  private(set) var bodyEnds: [Int] = []
  private(set) var records: [Record] = []
  /// What the vault has to know before the batch is queued: one element per sealed body.
  private(set) var subjectUses: [SubjectUse] = []
  private let duplicateKey: HMACSHA256Key
  private let sealer: BodySealer?
  private let salts: SaltSource
  /// Of the record in hand; reused.
  private var descriptions: [BodyDescription] = []

  /// - Parameters:
  ///   - duplicateKey: the ledger's; `Ledger.makeBatch()` passes it.
  ///   - sealer: nil where the ledger writes about itself.
  ///   - salts: shared with other batches and with copies of this one, so that no two bodies ever
  ///     have the same salt.
  init(
    duplicateKey: HMACSHA256Key, sealer: BodySealer? = nil, salts: SaltSource = SaltSource()
  ) {
    self.duplicateKey = duplicateKey
    self.sealer = sealer
    self.salts = salts
  }

  /// Records added so far.
  public var count: Int { records.count }
  public var isEmpty: Bool { records.isEmpty }
  /// Raw bytes gathered so far.
  public var byteCount: Int { tails.count + bodies.count }

  /// Forgets the records and keeps the memory.
  public mutating func removeAll() {
    tails.removeAll(keepingCapacity: true)
    parts.removeAll(keepingCapacity: true)
    bodies.removeAll(keepingCapacity: true)
    bodyEnds.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
    subjectUses.removeAll(keepingCapacity: true)
  }

  /// A body as received.
  public struct Body: Sendable {
    public var contentType: String
    /// At most `FormatLimits.bodyByteCountMax`.
    public var bytes: [UInt8]
    /// The person to whom the body belongs, as the operator names that person. Such a body is
    /// stored encrypted, and nothing of the identifier is stored in the ledger.
    public var subject: String?

    public init(contentType: String, bytes: [UInt8], subject: String? = nil) {
      self.contentType = contentType
      self.bytes = bytes
      self.subject = subject
    }
  }

  /// Adds one record.
  ///
  /// - Parameters:
  ///   - content: its header without bodies, which are described here; it may be longer than one
  ///     header, but must not be one part of a record already.
  ///   - bodies: stored as they are.
  /// - Throws: `LedgerError.invalid` if a field or body exceeds the format's limits, `vault` if a
  ///   body belongs to a subject and the vault is locked; the batch is then as before.
  public mutating func append(
    _ content: RecordContent, bodies newBodies: [Body] = [], duplicates rule: DuplicateRule = .none
  ) throws(LedgerError) {
    guard content.bodies.isEmpty else {
      throw LedgerError(.invalid, "the content describes bodies that are not given with it")
    }
    for position in newBodies.indices {
      let count = newBodies[position].bytes.count
      guard count <= FormatLimits.bodyByteCountMax else {
        throw LedgerError(
          .invalid, "the body has \(count) bytes; the limit is \(FormatLimits.bodyByteCountMax)")
      }
    }
    let before = (bodies: bodies.count, ends: bodyEnds.count, uses: subjectUses.count)
    func restore() {
      bodies.removeLast(bodies.count - before.bodies)
      bodyEnds.removeLast(bodyEnds.count - before.ends)
      subjectUses.removeLast(subjectUses.count - before.uses)
    }
    descriptions.removeAll(keepingCapacity: true)
    do throws(LedgerError) {
      let newBodies = newBodies.span
      for position in newBodies.indices { try append(newBodies[position]) }
    } catch {
      restore()
      throw error
    }
    let (tailsBefore, partsBefore) = (tails.count, parts.count)
    do throws(FormatError) {
      let pairCount = try RecordContent.prepareWhole(
        content, bodies: descriptions, into: &tails)
      if let pairCount {
        parts.append(Part(tailEnd: tails.count, pairCount: pairCount))
      } else {
        try appendParts(content)
      }
      let partCount = parts.count - partsBefore
      let keys = duplicateKeys(rule, content: content, newBodies)
      records.append(
        Record(
          partCount: partCount, bodyCount: newBodies.count,
          byteCount: tails.count - tailsBefore + bodies.count - before.bodies
            + partCount * RecordHeader.headByteCountMax,
          duplicateKey: keys?.key, contentKey: keys?.content ?? .zero,
          identifier: Self.identifier(rule),
          highestReference: content.references.lazy.map(\.index).max()))
    } catch {
      restore()
      throw LedgerError(
        .invalid, "the record cannot be stored: \(Self.reason(error))", underlying: error)
    }
  }

  /// Adds the parts of a record that is too long for one header.
  private mutating func appendParts(_ content: RecordContent) throws(FormatError) {
    var whole = content
    whole.bodies = descriptions
    for tail in try RecordContent.prepare(whole) {
      tails.append(contentsOf: tail.bytes)
      parts.append(Part(tailEnd: tails.count, pairCount: tail.pairCount))
    }
  }

  /// Without the place of a limit, which nothing has before it is encoded.
  private static func reason(_ error: FormatError) -> String {
    guard case .overLimit(let field, let found, let limit, _) = error else { return "\(error)" }
    return "\(field): \(found), over the limit of \(limit)"
  }

  /// Adds salt and stored bytes of one body, and its description to `descriptions`.
  private mutating func append(_ body: Body) throws(LedgerError) {
    let start = bodies.count
    try salts.append(to: &bodies)
    var tag: SHA256Digest?
    if let subject = body.subject {
      guard let sealer else {
        throw LedgerError(.invalid, "a batch of the ledger itself has no sealed bodies")
      }
      let sealed = try sealer.seal(
        body.bytes, contentType: body.contentType, subject: subject, salt: Array(bodies[start...]))
      bodies.append(contentsOf: sealed.bytes)
      subjectUses.append(sealed.use)
      tag = sealed.tag
    } else {
      bodies.append(contentsOf: body.bytes)
    }
    bodyEnds.append(bodies.count)
    descriptions.append(
      BodyDescription(
        contentType: body.contentType,
        byteCount: UInt64(bodies.count - start - BodyEntry.saltByteCount),
        commitment: SHA256Hasher.hash(bodies.rawSpan.extracting(start...)), tag: tag))
  }

  private static func identifier(_ rule: DuplicateRule) -> String? {
    if case .identifier(let id) = rule { id } else { nil }
  }

  /// The record's duplicate key and the key of what it says; see `DuplicateKey` of `Provenance`.
  private func duplicateKeys(
    _ rule: DuplicateRule, content: RecordContent, _ newBodies: [Body]
  ) -> (key: TruncatedDigest, content: TruncatedDigest)? {
    let identity: DuplicateIdentity
    switch rule {
    case .none: return nil
    case .bodyBytes:
      guard let body = newBodies.first else { return nil }
      identity = .event(body.bytes)
    case .identifier(let id):
      identity = .identifier(id, record: Self.comparableBytes(content, newBodies))
    }
    guard let keys = identity.keys(source: content.source, key: duplicateKey) else { return nil }
    return (keys.key.truncated, (keys.recordKey ?? keys.key).truncated)
  }

  /// What two records with one id must have in common: the header without the commitments, which
  /// are random, and the bodies as received. Only an HMAC of it is kept, and only until the record
  /// leaves the window or is erased.
  private static func comparableBytes(_ content: RecordContent, _ bodies: [Body]) -> [UInt8] {
    var plain = content
    plain.bodies = []
    var bytes: ByteBuffer = []
    _ = plain.encodeTail(into: &bytes)
    for body in bodies {
      bytes.append(littleEndian: UInt64(body.contentType.utf8.count))
      bytes.append(utf8: body.contentType)
      bytes.append(littleEndian: UInt64(body.bytes.count))
      bytes.append(contentsOf: body.bytes)
      if let subject = body.subject { bytes.append(utf8: subject) }
    }
    return bytes
  }
}

extension RecordBatch {
  /// Adds a record as an importer made it.
  ///
  /// - Throws: as `append(_:bodies:duplicates:)`.
  public mutating func append(_ draft: RecordDraft) throws(LedgerError) {
    let rule: DuplicateRule =
      switch draft.duplicateIdentity {
      case .none: .none
      case .event: .bodyBytes
      case .identifier(let id, _): .identifier(id)
      }
    try append(
      draft.content,
      bodies: draft.bodies.map {
        Body(contentType: $0.contentType, bytes: $0.bytes, subject: $0.subject)
      },
      duplicates: rule)
  }
}
