internal import LedgerCryptography
internal import LedgerFormat

/// What the verifier needs of every header.
struct HeaderFacts: Hashable {
  var recordedTime: Timestamp
  /// Whether the content is needed beyond its block.
  var isNotable: Bool

  /// Reads one header, which must be canonical and of `record`, and appends the bodies it commits
  /// to. Nothing is allocated for the common ones.
  static func read(_ bytes: RawSpan, record: UInt64, bodies: inout [ExpectedBody])
    throws(FormatError) -> HeaderFacts
  {
    let bodyCount = bodies.count
    var walk = HeaderWalk(bytes)
    if let time = walk.run(record: record, bodies: &bodies) {
      return HeaderFacts(recordedTime: time, isNotable: false)
    }
    bodies.removeLast(bodies.count - bodyCount)
    return try decode(bytes, record: record, bodies: &bodies)
  }

  /// The same through the decoder, which decides.
  static func decode(_ bytes: RawSpan, record: UInt64, bodies: inout [ExpectedBody])
    throws(FormatError) -> HeaderFacts
  {
    let header = try RecordHeader.decode(bytes)
    // Decoding is strict; that it gives the same bytes again is the definition of canonical.
    guard header.encoded() == bytes.copied() else {
      throw .notCanonical(structure: "header")
    }
    guard header.index == record else { throw .inconsistent(field: "index", offset: 36) }
    let content = header.content
    if let reference = content.references.first(where: { $0.index >= record }) {
      throw .badValue(field: "reference to an earlier record", found: reference.index, offset: 36)
    }
    for (number, body) in content.bodies.enumerated() {
      bodies.append(
        ExpectedBody(
          slot: BodySlot(record: record, body: UInt64(number)), byteCount: body.byteCount,
          commitment: body.commitment))
    }
    let isNotable =
      content.part != nil || content.identity != nil || content.kind.hasPrefix("erasure/")
      || content.kind == "ledger/created" || content.kind == "index"
      || content.kind == KeyRotation.kind
    return HeaderFacts(recordedTime: header.recordedTime, isNotable: isNotable)
  }
}
