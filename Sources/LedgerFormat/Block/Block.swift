public import LedgerCryptography

/// A run of headers or bodies whose bytes are stored, compressed or not, behind one digest.
public enum Block {
  /// Appends one block over `raw`, compressed where that is smaller.
  ///
  /// - Precondition: `raw` has at most `FormatLimits.blockByteCountMax` bytes.
  /// - Returns: the header as written.
  @discardableResult
  public static func encode(
    _ kind: BlockKind, raw: RawSpan, entryCount: UInt32, firstRecord: UInt64, lastRecord: UInt64,
    leafHashBefore: SHA256Digest = .zero, effort: CompressionEffort = .fast,
    into buffer: inout ByteBuffer
  ) -> BlockHeader {
    precondition(raw.byteCount <= FormatLimits.blockByteCountMax, "a block over its limit")
    let start = buffer.count
    let headerByteCount = BlockHeader.byteCount(kind)
    buffer.append(contentsOf: repeatElement(0, count: headerByteCount))
    let method = LZ4.append(raw, effort: effort, to: &buffer)
    var header = BlockHeader(
      kind: kind, method: method, entryCount: entryCount, firstRecord: firstRecord,
      lastRecord: lastRecord, rawByteCount: raw.byteCount,
      storedByteCount: buffer.count - start - headerByteCount, leafHashBefore: leafHashBefore,
      digest: .zero)
    var prefix: ByteBuffer = []
    prefix.reserveCapacity(headerByteCount)
    header.encodeUndigested(into: &prefix)
    header.digest = digest(
      undigested: prefix.rawSpan,
      stored: buffer.rawSpan.extracting((start + headerByteCount)...))
    prefix.append(header.digest)
    buffer.replaceSubrange(start..<start + headerByteCount, with: prefix)
    return header
  }

  /// Reads one block and appends its raw bytes to `raw`, after the digest was checked.
  public static func decode(
    _ kind: BlockKind, from reader: inout ByteReader, into raw: inout ByteBuffer
  ) throws(FormatError) -> BlockHeader {
    let block = try check(kind, from: &reader)
    try block.expand(into: &raw)
    return block.header
  }

  /// Reads one block and checks its digest without expanding it.
  @_lifetime(copy reader)
  public static func check(_ kind: BlockKind, from reader: inout ByteReader)
    throws(FormatError) -> CheckedBlock
  {
    var whole = reader
    let header = try BlockHeader.decode(kind, from: &reader)
    let undigested = try whole.bytes(BlockHeader.byteCount(kind) - TruncatedDigest.byteCount)
    let stored = try reader.bytes(header.storedByteCount)
    guard digest(undigested: undigested, stored: stored) == header.digest else {
      throw .digestMismatch(structure: kind.name)
    }
    return CheckedBlock(header: header, stored: stored)
  }

  private static func digest(undigested: RawSpan, stored: RawSpan) -> TruncatedDigest {
    var hasher = SHA256Hasher()
    hasher.update(undigested)
    hasher.update(stored)
    return hasher.finalize().truncated
  }
}

/// A block whose digest matched: its header and its stored bytes.
public struct CheckedBlock: ~Escapable {
  public let header: BlockHeader
  public let stored: RawSpan

  @_lifetime(copy stored)
  init(header: BlockHeader, stored: RawSpan) {
    self.header = header
    self.stored = stored
  }

  /// Appends the block's raw bytes.
  public func expand(into raw: inout ByteBuffer) throws(FormatError) {
    switch header.method {
    case .raw: raw.append(copying: stored)
    case .lz4: try LZ4.decompress(stored, rawByteCount: header.rawByteCount, to: &raw)
    }
  }
}

extension BlockHeader {
  /// Whether the thorough search is worth its time, if the fast one made the block.
  public var isMuchRepeated: Bool {
    method == .lz4
      && CompressionEffort.isMuchRepeated(
        rawByteCount: rawByteCount, compressedByteCount: storedByteCount)
  }
}
