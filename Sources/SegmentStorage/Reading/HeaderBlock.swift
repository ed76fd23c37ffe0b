internal import LedgerCryptography
internal import LedgerFormat

/// Walks the headers of one expanded block and holds it to what its block header says.
enum HeaderBlock {
  /// Gives every header of the block to `body`, in order, with its leaf hash.
  ///
  /// - Throws: what is wrong with the block, or what `body` throws. `FormatError` either way, so
  ///   that a caller can tell damage from its own errors by keeping those itself.
  /// - Returns: the leaf hash of the last header.
  static func walk(
    _ block: BlockHeader, raw: RawSpan,
    _ body: (_ index: UInt64, _ header: RawSpan, _ leafHash: SHA256Digest) -> Bool
  ) throws(FormatError) -> SHA256Digest {
    var chain = HeaderChain(firstRecord: block.firstRecord, leafHashBefore: block.leafHashBefore)
    var entries = ByteReader(raw)
    while chain.nextIndex <= block.lastRecord {
      let index = chain.nextIndex
      try chain.next(from: &entries)
      guard body(index, chain.header.rawSpan, chain.leafHash) else { return chain.leafHash }
    }
    try entries.finish()
    return chain.leafHash
  }

  /// The leaf hash and the recorded time of the block's last header.
  static func end(_ block: BlockHeader, raw: RawSpan)
    throws(FormatError) -> (leafHash: SHA256Digest, recordedTime: Timestamp)
  {
    var chain = HeaderChain(firstRecord: block.firstRecord, leafHashBefore: block.leafHashBefore)
    var entries = ByteReader(raw)
    while chain.nextIndex <= block.lastRecord { try chain.next(from: &entries) }
    try entries.finish()
    return (chain.leafHash, try RecordedTime.decode(header: chain.header.rawSpan))
  }

  /// The recorded time of the block's first header.
  static func firstRecordedTime(_ block: BlockHeader, raw: RawSpan)
    throws(FormatError) -> Timestamp
  {
    var chain = HeaderChain(firstRecord: block.firstRecord, leafHashBefore: block.leafHashBefore)
    var entries = ByteReader(raw)
    try chain.next(from: &entries)
    return try RecordedTime.decode(header: chain.header.rawSpan)
  }
}
