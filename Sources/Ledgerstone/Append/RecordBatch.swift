public import LedgerCryptography
public import LedgerFormat

/// How a second record with the same content is recognised.
public enum DuplicateRule: Hashable, Sendable {
  /// Two identical records are two records.
  case none
  /// The same source and the same bytes of body 0 are the same record (OpenLineage events).
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
  }

  private(set) var tails: ByteBuffer = []
  private(set) var parts: [Part] = []
  /// Salt and bytes of each body, one after the other.
  private(set) var bodies: ByteBuffer = []
  private(set) var bodyEnds: [Int] = []
  private(set) var records: [Record] = []
  private let duplicateKey: HMACSHA256Key
  private var salts: ByteBuffer = []

  /// - Parameter duplicateKey: the ledger's; `Ledger.makeBatch()` passes it.
  init(duplicateKey: HMACSHA256Key) { self.duplicateKey = duplicateKey }

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
  }

  /// A body as received.
  public struct Body: Sendable {
    public var contentType: String
    /// At most `FormatLimits.bodyByteCountMax`.
    public var bytes: [UInt8]

    public init(contentType: String, bytes: [UInt8]) {
      self.contentType = contentType
      self.bytes = bytes
    }
  }

  /// Adds one record.
  ///
  /// - Parameters:
  ///   - content: its header without bodies, which are described here.
  ///   - bodies: stored as they are.
  /// - Throws: `LedgerError.invalid` if a field or body exceeds the format's limits; the batch is
  ///   then as before.
  public mutating func append(
    _ content: RecordContent, bodies newBodies: [Body] = [], duplicates rule: DuplicateRule = .none
  ) throws(LedgerError) {
    var content = content
    for body in newBodies where body.bytes.count > FormatLimits.bodyByteCountMax {
      throw LedgerError(
        .invalid,
        "the body has \(body.bytes.count) bytes; the limit is \(FormatLimits.bodyByteCountMax)")
    }
    let bodiesBefore = bodies.count
    let endsBefore = bodyEnds.count
    for body in newBodies {
      let start = bodies.count
      try appendSalt()
      bodies.append(contentsOf: body.bytes)
      bodyEnds.append(bodies.count)
      content.bodies.append(
        BodyDescription(
          contentType: body.contentType, byteCount: UInt64(body.bytes.count),
          commitment: SHA256Hasher.hash(bodies.rawSpan.extracting(start...))))
    }
    let tailsBefore = tails.count
    do throws(FormatError) {
      let split = try content.split()
      for part in split {
        let pairCount = part.encodeTail(into: &tails)
        parts.append(Part(tailEnd: tails.count, pairCount: pairCount))
      }
      let keys = duplicateKeys(rule, content: content, newBodies)
      records.append(
        Record(
          partCount: split.count, bodyCount: newBodies.count,
          byteCount: tails.count - tailsBefore + bodies.count - bodiesBefore
            + split.count * RecordHeader.headByteCountMax,
          duplicateKey: keys?.key, contentKey: keys?.content ?? .zero,
          identifier: Self.identifier(rule)))
    } catch {
      bodies.removeLast(bodies.count - bodiesBefore)
      bodyEnds.removeLast(bodyEnds.count - endsBefore)
      throw LedgerError(.invalid, "the record cannot be stored: \(error)", underlying: error)
    }
  }

  private static func identifier(_ rule: DuplicateRule) -> String? {
    if case .identifier(let id) = rule { id } else { nil }
  }

  /// Salts are drawn in one call for many bodies.
  private mutating func appendSalt() throws(LedgerError) {
    if salts.isEmpty {
      do throws(CryptographyError) {
        salts = try SecureRandom.bytes(count: 256 * BodyEntry.saltByteCount)
      } catch { throw LedgerError(.storage, "the random source failed: \(error)") }
    }
    bodies.append(contentsOf: salts.suffix(BodyEntry.saltByteCount))
    salts.removeLast(BodyEntry.saltByteCount)
  }

  /// `HMAC(duplicate key, rule ‖ length(source) ‖ source ‖ bytes or id)`, and over the bytes.
  private func duplicateKeys(
    _ rule: DuplicateRule, content: RecordContent, _ newBodies: [Body]
  ) -> (key: TruncatedDigest, content: TruncatedDigest)? {
    var input: ByteBuffer = []
    switch rule {
    case .none: return nil
    case .bodyBytes: input.append(1)
    case .identifier: input.append(2)
    }
    input.append(littleEndian: UInt64(content.source.utf8.count))
    input.append(utf8: content.source)
    guard case .identifier(let id) = rule else {
      input.append(contentsOf: newBodies.first?.bytes ?? [])
      let key = duplicateKey.authenticate(input.rawSpan).truncated
      return (key, key)
    }
    input.append(utf8: id)
    // The header's tail holds random commitments, so what is compared is the content without them.
    var plain = content
    plain.bodies = []
    var bytes: ByteBuffer = [3]
    _ = plain.encodeTail(into: &bytes)
    for body in newBodies {
      bytes.append(littleEndian: UInt64(body.contentType.utf8.count))
      bytes.append(utf8: body.contentType)
      bytes.append(littleEndian: UInt64(body.bytes.count))
      bytes.append(contentsOf: body.bytes)
    }
    return (
      duplicateKey.authenticate(input.rawSpan).truncated,
      duplicateKey.authenticate(bytes.rawSpan).truncated
    )
  }
}
