internal import LedgerCryptography
internal import LedgerFormat

/// What the verifier needs of every header.
struct HeaderFacts {
  var recordedTime: Timestamp
  /// Whether the content is needed beyond its block.
  var isNotable: Bool

  /// Reads one header, which must be canonical, and appends the bodies it commits to.
  init(walking bytes: RawSpan, record: UInt64, bodies: inout [ExpectedBody])
    throws(FormatError)
  {
    let header = try RecordHeader.decode(bytes)
    // Decoding is strict; that it gives the same bytes again is the definition of canonical.
    guard header.encoded() == bytes.copied() else {
      throw .notCanonical(structure: "header")
    }
    guard header.index == record else { throw .inconsistent(field: "index", offset: 36) }
    let content = header.content
    recordedTime = header.recordedTime
    isNotable =
      content.part != nil || content.identity != nil || content.kind.hasPrefix("erasure/")
      || content.kind == "ledger/created"
    for (number, body) in content.bodies.enumerated() {
      bodies.append(
        ExpectedBody(
          slot: BodySlot(record: record, body: UInt64(number)), byteCount: body.byteCount,
          commitment: body.commitment))
    }
  }
}
