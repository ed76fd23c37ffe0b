import LedgerCryptography
import LedgerFormat

extension FuzzBody {
  /// What decodes encodes to the same bytes, and the walk over keys sees the same entities.
  static let header = FuzzBody("header") { bytes in
    guard let header = try? RecordHeader.decode(bytes.rawSpan) else { return }
    require(header.encoded() == bytes, "a header that decodes is canonical")
    var found: [[UInt8]] = []
    do {
      var walk = try EntityKeyWalk(bytes.rawSpan)
      while let place = try walk.next() { found.append([0x83] + bytes[place]) }
    } catch {
      fail("the walk refuses what decodes: \(error)")
    }
    require(
      found == header.content.entities.map { EntityKey($0).bytes }, "the walk sees other entities")
  }

  /// Blocks of both kinds, as they are and with their digest made good.
  static let block = FuzzBody("block") { bytes in
    for kind in [BlockKind.headers, .bodies] {
      for resealed in [bytes, sealed(bytes, kind)] {
        var reader = ByteReader(resealed.rawSpan)
        var raw: [UInt8] = []
        guard let header = try? Block.decode(kind, from: &reader, into: &raw) else { continue }
        require(raw.count == header.rawByteCount, "a block expands to its raw bytes")
        require(raw.count <= 255 * resealed.count, "no stored byte stands for more than 255")
        var again: [UInt8] = []
        Block.encode(
          kind, raw: raw.rawSpan, entryCount: header.entryCount, firstRecord: header.firstRecord,
          lastRecord: header.lastRecord, leafHashBefore: header.leafHashBefore, into: &again)
        var second = ByteReader(again.rawSpan)
        var rawAgain: [UInt8] = []
        let decoded = try? Block.decode(kind, from: &second, into: &rawAgain)
        require(decoded != nil && raw == rawAgain, "what is encoded decodes")
        readEntries(kind, header, raw)
      }
    }
  }

  private static func readEntries(_ kind: BlockKind, _ header: BlockHeader, _ raw: [UInt8]) {
    var reader = ByteReader(raw.rawSpan)
    do {
      var complete: [UInt8] = []
      for index in 0..<UInt64(header.entryCount) {
        if kind == .headers {
          try HeaderEntry.decode(
            from: &reader, index: header.firstRecord + index,
            previousLeafHash: header.leafHashBefore, into: &complete)
          _ = try? RecordHeader.decode(complete.rawSpan)
        } else {
          _ = try BodyEntry.decode(from: &reader)
        }
      }
      try reader.finish()
    } catch {
      return
    }
  }

  /// The same bytes with the block's digest made good, so that what lies behind it is reached.
  private static func sealed(_ bytes: [UInt8], _ kind: BlockKind) -> [UInt8] {
    let headerByteCount = BlockHeader.byteCount(kind)
    guard bytes.count >= headerByteCount else { return bytes }
    var bytes = bytes
    let stored = UInt32(bytes.count - headerByteCount)
    for place in 0..<4 {
      bytes[36 + place] = UInt8(truncatingIfNeeded: stored >> UInt32(8 * place))
    }
    let covered = Array(bytes[..<(headerByteCount - 16)] + bytes[headerByteCount...])
    put(TruncatedDigest.hash(covered.rawSpan), into: &bytes, at: headerByteCount - 16)
    return bytes
  }

  static func put(_ digest: TruncatedDigest, into bytes: inout [UInt8], at offset: Int) {
    var encoded: [UInt8] = []
    encoded.append(digest)
    bytes.replaceSubrange(offset..<offset + 16, with: encoded)
  }

  /// A frame, as it is and with the header's digest made good.
  static let groupFrame = FuzzBody("group-frame") { bytes in
    var resealed = bytes
    if bytes.count >= 128 {
      put(TruncatedDigest.hash(bytes.rawSpan.extracting(..<112)), into: &resealed, at: 112)
    }
    for bytes in [bytes, resealed] {
      var reader = ByteReader(bytes.rawSpan)
      if let header = try? GroupFrameHeader.decode(from: &reader) {
        require(header.encoded() == Array(bytes[..<128]), "a frame's header is canonical")
      }
      var whole = ByteReader(bytes.rawSpan)
      do {
        let frame = try GroupFrame.decode(from: &whole)
        _ = try frame.deduplicationEntries()
      } catch {
        continue
      }
    }
  }

  static let activeHeader = FuzzBody("active-header") { bytes in
    var resealed = bytes
    if bytes.count >= ActiveFileHeader.byteCount {
      let end = ActiveFileHeader.byteCount - 16
      put(TruncatedDigest.hash(bytes.rawSpan.extracting(..<end)), into: &resealed, at: end)
    }
    for bytes in [bytes, resealed] {
      var reader = ByteReader(bytes.rawSpan)
      guard let header = try? ActiveFileHeader.decode(from: &reader, ledger: nil) else { continue }
      require(
        header.encoded() == Array(bytes[..<ActiveFileHeader.byteCount]), "the header is canonical")
    }
  }

  /// Header and footer of a segment; the footer also with its digest made good.
  static let segment = FuzzBody("segment") { bytes in
    for kind in [BlockKind.headers, .bodies] {
      var reader = ByteReader(bytes.rawSpan)
      if let header = try? SegmentFileHeader.decode(kind, from: &reader, ledger: nil) {
        require(
          header.encoded() == Array(bytes[..<SegmentFileHeader.byteCount]),
          "the header is canonical")
      }
      for bytes in [bytes, sealedFooter(bytes)] {
        guard let footer = try? SegmentFooter.decode(kind, bytes.rawSpan) else { continue }
        require(footer.encoded() == bytes, "a footer that decodes is canonical")
      }
    }
  }

  /// The trailer names the count of bytes behind the digest.
  private static func sealedFooter(_ bytes: [UInt8]) -> [UInt8] {
    let end = bytes.count - SegmentFooter.trailerByteCount - 16
    guard end >= 0 else { return bytes }
    var bytes = bytes
    put(TruncatedDigest.hash(bytes.rawSpan.extracting(..<end)), into: &bytes, at: end)
    return bytes
  }

  static let ledgerFile = FuzzBody("ledger-file") { bytes in
    guard let file = try? LedgerFile.decode(bytes) else { return }
    require(file.encoded() == bytes, "ledger.json is canonical")
  }
}
