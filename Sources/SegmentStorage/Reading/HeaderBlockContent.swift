internal import LedgerCryptography
internal import LedgerFormat
internal import Synchronization

/// An expanded block of headers and where in it each one begins.
///
/// Holds what the block holds, and no more: a header in full, and the leaf hashes that it takes,
/// are made for who asks.
final class HeaderBlockContent: Sendable {
  let firstRecord: UInt64
  private let leafHashBefore: SHA256Digest
  private let raw: ByteBuffer
  /// Where each header's entry begins in `raw`.
  private let starts: [UInt32]
  /// Of the first records of the block, as far as somebody asked.
  private let leafHashes = Mutex<[SHA256Digest]>([])

  /// - Throws: `FormatError` if the entries do not fill the block.
  init(_ block: BlockHeader, raw: consuming ByteBuffer) throws(FormatError) {
    var starts: [UInt32] = []
    starts.reserveCapacity(Int(block.entryCount))
    var reader = ByteReader(raw.rawSpan)
    for _ in 0..<block.entryCount {
      starts.append(UInt32(reader.offset))
      try HeaderEntry.skip(in: &reader)
    }
    try reader.finish()
    firstRecord = block.firstRecord
    leafHashBefore = block.leafHashBefore
    self.starts = starts
    self.raw = raw
  }

  /// Memory that it takes, leaf hashes included.
  var byteCount: Int { raw.count + starts.count * (4 + SHA256Digest.byteCount) }

  /// The header of a record of the block in full, with its place in the chain.
  func stored(_ record: UInt64) throws(FormatError) -> StoredHeader {
    let position = Int(record - firstRecord)
    let (previous, own) = try links(of: position)
    var header: ByteBuffer = []
    try decode(position, previousLeafHash: previous, into: &header)
    return StoredHeader(bytes: header, leafHash: own, previousLeafHash: previous)
  }

  /// What a record says, without its place in the chain: so nothing is hashed.
  func content(
    of record: UInt64, scratch: inout ByteBuffer
  ) throws(FormatError) -> (recordedTime: Timestamp, content: RecordContent) {
    try decode(Int(record - firstRecord), previousLeafHash: .zero, into: &scratch)
    let header = try RecordHeader.decode(scratch.rawSpan)
    return (header.recordedTime, header.content)
  }

  private func decode(
    _ position: Int, previousLeafHash: SHA256Digest, into header: inout ByteBuffer
  ) throws(FormatError) {
    let bytes = raw
    var reader = ByteReader(bytes.rawSpan.extracting(Int(starts[position])...))
    try HeaderEntry.decode(
      from: &reader, index: firstRecord + UInt64(position), previousLeafHash: previousLeafHash,
      into: &header)
  }

  /// The leaf hashes of the record before and of this one.
  private func links(
    of position: Int
  ) throws(FormatError) -> (previous: SHA256Digest, own: SHA256Digest) {
    try leafHashes.withLock { hashes throws(FormatError) in
      if hashes.count <= position {
        var chain = HeaderChain(
          firstRecord: firstRecord + UInt64(hashes.count),
          leafHashBefore: hashes.last ?? leafHashBefore)
        let bytes = raw
        var reader = ByteReader(bytes.rawSpan.extracting(Int(starts[hashes.count])...))
        while hashes.count <= position {
          try chain.next(from: &reader)
          hashes.append(chain.leafHash)
        }
      }
      return (position == 0 ? leafHashBefore : hashes[position - 1], hashes[position])
    }
  }
}
