internal import LedgerCryptography
internal import LedgerFormat

/// A body that a header commits to.
struct ExpectedBody: Sendable {
  var slot: BodySlot
  var byteCount: UInt64
  var commitment: SHA256Digest
}

/// A record whose content the verifier needs beyond its own block.
struct NotableRecord: Sendable {
  var index: UInt64
  var recordedTime: Timestamp
  var content: RecordContent
}

/// What one sound header block says; whether it continues what lies before it is checked later.
struct HeaderBlockResult: Sendable {
  var header: BlockHeader
  /// One per record.
  var leafHashes: [SHA256Digest] = []
  var firstTime: Timestamp?
  var lastTime: Timestamp?
  /// In slot order.
  var bodies: [ExpectedBody] = []
  /// The entries of the block, expanded: `HeaderEntry`. Taken over by the derivation of the index.
  var entries: [UInt8] = []
  /// Whether every header is canonical.
  var isCanonical = true
  /// Record 0, records of kinds that speak of the ledger, of the index or of erasures, and parts.
  var notable: [NotableRecord] = []
  /// Bad records inside a block whose digest is right.
  var problems: [Finding] = []

  init(header: BlockHeader) {
    self.header = header
    leafHashes.reserveCapacity(Int(header.entryCount))
  }
}

/// Checks one block of headers by itself; a pure function of its bytes.
enum HeaderBlockCheck {
  /// The most bad records named in one block.
  private static let problemCountMax = 16

  /// Checks digest, entries, the chain inside the block, and every header's canonical form.
  ///
  /// - Parameter raw: a buffer to reuse; its content is replaced.
  /// - Throws: where the block cannot be read as what it is; `HeaderBlockSalvage` then looks for
  ///   the first bad record.
  static func run(_ bytes: RawSpan, at place: Place, raw: inout [UInt8])
    throws(FormatError) -> HeaderBlockResult
  {
    var reader = ByteReader(bytes)
    raw.removeAll(keepingCapacity: true)
    let header = try Block.decode(.headers, from: &reader, into: &raw)
    try reader.finish()
    var result = HeaderBlockResult(header: header)
    var entries = ByteReader(raw.rawSpan)
    var chain = HeaderChain(firstRecord: header.firstRecord, leafHashBefore: header.leafHashBefore)
    for _ in 0..<header.entryCount {
      try chain.next(from: &entries)
      result.leafHashes.append(chain.leafHash)
      result.inspect(chain.header.rawSpan, index: chain.nextIndex - 1, at: place)
    }
    try entries.finish()
    if result.problems.count > problemCountMax {
      result.problems.removeLast(result.problems.count - problemCountMax)
    }
    result.entries = raw
    raw = []
    return result
  }
}

extension HeaderBlockResult {
  fileprivate mutating func inspect(_ bytes: RawSpan, index: UInt64, at place: Place) {
    let facts: HeaderFacts
    do throws(FormatError) {
      facts = try HeaderFacts.read(bytes, record: index, bodies: &bodies)
    } catch {
      isCanonical = false
      problems.append(
        Finding(
          .headerInvalid, "the header is not in its canonical form: \(error)", at: place,
          records: index...index))
      return
    }
    if let lastTime, facts.recordedTime < lastTime {
      problems.append(
        Finding(
          .timeDecreased, "recorded at \(facts.recordedTime), the record before at \(lastTime)",
          at: place, records: index...index))
    }
    if firstTime == nil { firstTime = facts.recordedTime }
    lastTime = facts.recordedTime
    guard facts.isNotable || index == 0, let header = try? RecordHeader.decode(bytes) else {
      return
    }
    notable.append(
      NotableRecord(index: index, recordedTime: header.recordedTime, content: header.content))
  }
}
