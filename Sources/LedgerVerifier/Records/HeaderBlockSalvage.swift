internal import LedgerCryptography
internal import LedgerFormat

/// A block that could not be read, with all that is known of it from elsewhere.
struct DamagedBlock: Sendable {
  var place: Place
  /// The block's bytes, as far as its extent is known.
  var bytes: [UInt8]
  /// The records it holds, as the directory, the group or its neighbours have it.
  var records: ClosedRange<UInt64>
  var error: FormatError
}

/// Looks into a damaged block of headers for the first bad record.
enum HeaderBlockSalvage {
  enum Outcome: Equatable {
    /// All headers are there and give the leaf hashes of the tree file: only the way they are
    /// stored was changed.
    case storedBytesOnly
    /// The headers before this record are as the tree file has them.
    case firstBad(UInt64)
    /// Nothing could be read, or there is nothing to compare with.
    case unknown
  }

  /// - Parameters:
  ///   - leafHashBefore: from the record before, if that is known.
  ///   - treeHashes: the leaf hashes of `block.records` from `tree/0`, or as many as it has.
  static func run(
    _ block: DamagedBlock, leafHashBefore: SHA256Digest?, treeHashes: [SHA256Digest]
  ) -> Outcome {
    guard !treeHashes.isEmpty, let (header, raw) = expand(block.bytes) else { return .unknown }
    var chain = HeaderChain(
      firstRecord: block.records.lowerBound, leafHashBefore: leafHashBefore ?? header.leafHashBefore
    )
    var entries = ByteReader(raw.rawSpan)
    for (position, expected) in treeHashes.enumerated() {
      let record = block.records.lowerBound + UInt64(position)
      do throws(FormatError) {
        try chain.next(from: &entries)
      } catch {
        return .firstBad(record)
      }
      if chain.leafHash != expected { return .firstBad(record) }
    }
    guard treeHashes.count == block.records.count else { return .unknown }
    return entries.remaining == 0 ? .storedBytesOnly : .unknown
  }

  /// The raw bytes of a block whose digest is wrong: a copy gets the digest that its bytes have.
  private static func expand(_ bytes: [UInt8]) -> (header: BlockHeader, raw: [UInt8])? {
    let end = BlockHeader.byteCount(.headers)
    let digestStart = end - TruncatedDigest.byteCount
    guard bytes.count >= end else { return nil }
    var hasher = SHA256Hasher()
    hasher.update(bytes.rawSpan.extracting(0..<digestStart))
    hasher.update(bytes.rawSpan.extracting(end..<bytes.count))
    var digest: [UInt8] = []
    hasher.finalize().truncated.append(to: &digest)
    var stamped = bytes
    stamped.replaceSubrange(digestStart..<end, with: digest)
    var reader = ByteReader(stamped.rawSpan)
    var raw: [UInt8] = []
    guard let header = try? Block.decode(.headers, from: &reader, into: &raw) else { return nil }
    return (header, raw)
  }
}
