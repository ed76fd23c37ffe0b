internal import LedgerCryptography
internal import LedgerFormat

/// What a scan of an active file found.
struct TailScan: Sendable {
  var header: ActiveFileHeader
  /// Behind the last whole group.
  var position: LogPosition
  var verdict: RecoveryScan.Verdict
  var blocks: TailIndex.Blocks
  /// Leaf hash of the last whole record, or that before the file.
  var lastLeafHash: SHA256Digest
  /// Of the last whole record; nil if the file holds none.
  var lastRecordedTime: Timestamp?
  /// Bytes of the file when it was scanned, without a reserve at its end.
  var fileByteCount: UInt64
}

/// Drives a `RecoveryScan` over a file.
struct TailScanner {
  /// How much is checked.
  enum Depth {
    /// Every digest, and every header re-hashed.
    case full
    /// Frame and block headers: for a file that a clean close vouches for.
    case framesOnly
  }

  private let path: String
  private let depth: Depth
  private var scan: RecoveryScan
  private var blocks: TailIndex.Blocks
  private var lastLeafHash: SHA256Digest
  private var lastRecordedTime: Timestamp?

  /// Scans `file` from its beginning.
  static func scan(
    _ file: borrowing StorageFile, path: String, header: ActiveFileHeader, opening: OpeningID,
    depth: Depth
  ) throws(StorageEngineError) -> TailScan {
    let start = LogPosition(beginning: header, openingID: opening)
    return try scan(
      file, path: path, header: header, from: start, blocks: TailIndex.Blocks(),
      lastLeafHash: header.leafHashBefore, depth: depth)
  }

  /// Scans `file` behind groups that are known already.
  static func scan(
    _ file: borrowing StorageFile, path: String, header: ActiveFileHeader,
    from start: LogPosition, blocks: TailIndex.Blocks, lastLeafHash: SHA256Digest, depth: Depth
  ) throws(StorageEngineError) -> TailScan {
    var scanner = TailScanner(
      path: path, depth: depth, scan: RecoveryScan(from: start), blocks: blocks,
      lastLeafHash: lastLeafHash)
    var window = try FileWindow(over: file)
    let verdict = try scanner.run(&window, file)
    if depth == .framesOnly { try scanner.readEnd(&window, file) }
    return TailScan(
      header: header, position: scanner.scan.position, verdict: verdict, blocks: scanner.blocks,
      lastLeafHash: scanner.lastLeafHash, lastRecordedTime: scanner.lastRecordedTime,
      fileByteCount: verdict == .clean ? scanner.scan.position.nextOffset : window.fileByteCount)
  }

  private init(
    path: String, depth: Depth, scan: RecoveryScan, blocks: TailIndex.Blocks,
    lastLeafHash: SHA256Digest
  ) {
    self.path = path
    self.depth = depth
    self.scan = scan
    self.blocks = blocks
    self.lastLeafHash = lastLeafHash
  }

  private mutating func run(_ window: inout FileWindow, _ file: borrowing StorageFile)
    throws(StorageEngineError) -> RecoveryScan.Verdict
  {
    var action = scan.firstAction
    while true {
      switch action {
      case .readGroup(let offset): action = scan.handle(try readGroup(at: offset, &window, file))
      case .search(let offset): action = scan.handle(try search(from: offset, &window, file))
      case .stop:
        guard let verdict = scan.finalVerdict else {
          preconditionFailure("a scan stops with a verdict")
        }
        return verdict
      }
    }
  }

  private mutating func readGroup(
    at offset: UInt64, _ window: inout FileWindow, _ file: borrowing StorageFile
  ) throws(StorageEngineError) -> RecoveryScan.Event {
    if try window.holdsOnlyReserve(from: offset, of: file) { return .end(at: offset) }
    let left = window.fileByteCount - min(offset, window.fileByteCount)
    guard let head = try window.load(GroupFrameHeader.byteCount, at: offset, from: file) else {
      let error = FormatError.truncated(
        needed: GroupFrameHeader.byteCount, available: Int(left), offset: 0)
      return .unreadable(error, at: offset, header: nil)
    }
    let header: GroupFrameHeader
    do throws(FormatError) {
      var reader = ByteReader(window.bytes.rawSpan.extracting(head))
      header = try GroupFrameHeader.decode(from: &reader)
    } catch {
      return .unreadable(error, at: offset, header: nil)
    }
    guard let range = try window.load(header.frameByteCount, at: offset, from: file) else {
      let error = FormatError.truncated(
        needed: header.frameByteCount, available: Int(left), offset: 0)
      return .unreadable(error, at: offset, header: header)
    }
    do throws(FormatError) {
      return try accept(header, window.bytes.rawSpan.extracting(range), at: offset)
    } catch {
      return .unreadable(error, at: offset, header: header)
    }
  }

  /// Takes in one frame, unless it is bad (throws) or does not belong here (the scan decides).
  private mutating func accept(_ header: GroupFrameHeader, _ bytes: RawSpan, at offset: UInt64)
    throws(FormatError) -> RecoveryScan.Event
  {
    let sections = bytes.extracting(GroupFrameHeader.byteCount...)
    let headersEnd = Int(header.headerSectionByteCount)
    let headerSection = sections.extracting(..<headersEnd)
    let bodySection = sections.extracting(
      headersEnd..<headersEnd + Int(header.bodySectionByteCount))
    if depth == .full {
      var reader = ByteReader(bytes)
      _ = try GroupFrame.decode(from: &reader)
    }
    guard scan.position.isContinued(by: header) else {
      return .group(header, at: offset, linkFault: nil)
    }
    if depth == .full {
      do throws(FormatError) {
        try link(headerSection)
      } catch {
        return .group(header, at: offset, linkFault: error)
      }
    }
    let start = offset + UInt64(GroupFrameHeader.byteCount)
    try blocks.headers.append(.headers, section: headerSection, at: start)
    try blocks.bodies.append(.bodies, section: bodySection, at: start + UInt64(headersEnd))
    return .group(header, at: offset, linkFault: nil)
  }

  /// Re-hashes every header and holds the blocks to the chain so far.
  private mutating func link(_ section: RawSpan) throws(FormatError) {
    var raw: ByteBuffer = []
    var reader = ByteReader(section)
    while reader.remaining > 0 {
      raw.removeAll(keepingCapacity: true)
      let block = try Block.decode(.headers, from: &reader, into: &raw)
      guard block.leafHashBefore == lastLeafHash else {
        throw .inconsistent(field: "leaf hash before", offset: 40)
      }
      let end = try HeaderBlock.end(block, raw: raw.rawSpan)
      lastLeafHash = end.leafHash
      lastRecordedTime = end.recordedTime
    }
  }

  /// Finds the chain's end from the last header block alone.
  private mutating func readEnd(_ window: inout FileWindow, _ file: borrowing StorageFile)
    throws(StorageEngineError)
  {
    guard let last = blocks.headers.last else { return }
    let range = try window.load(Int(last.blockByteCount), at: last.offset, from: file)
    guard let range else { return }
    let records = last.firstRecord..<last.lastRecord + 1
    do throws(FormatError) {
      var raw: ByteBuffer = []
      var reader = ByteReader(window.bytes.rawSpan.extracting(range))
      let block = try Block.decode(.headers, from: &reader, into: &raw)
      let end = try HeaderBlock.end(block, raw: raw.rawSpan)
      lastLeafHash = end.leafHash
      lastRecordedTime = end.recordedTime
    } catch {
      throw StorageEngineError(error, path: path, offset: last.offset, records: records)
    }
  }

  /// Looks for a valid frame header at every offset.
  private func search(
    from start: UInt64, _ window: inout FileWindow, _ file: borrowing StorageFile
  ) throws(StorageEngineError) -> RecoveryScan.Event {
    var offset = start
    let headByteCount = GroupFrameHeader.byteCount
    let end = min(window.fileByteCount, start + UInt64(FormatLimits.tornTailByteCountMax))
    while offset + UInt64(headByteCount) <= end {
      let count = Int(min(UInt64(FileWindow.byteCountTarget), end - offset))
      guard let range = try window.load(count, at: offset, from: file) else { break }
      let bytes = window.bytes.rawSpan.extracting(range)
      for position in 0...(count - headByteCount) where isMagic(bytes, at: position) {
        var reader = ByteReader(bytes.extracting(position..<position + headByteCount))
        if let header = try? GroupFrameHeader.decode(from: &reader) {
          return .found(header, at: offset + UInt64(position))
        }
      }
      offset += UInt64(count - headByteCount + 1)
    }
    return .nothingFound(fileByteCount: window.fileByteCount)
  }

  private func isMagic(_ bytes: RawSpan, at position: Int) -> Bool {
    // The first byte decides nearly always.
    guard bytes.byte(at: position) == UInt8(truncatingIfNeeded: GroupFrameHeader.magic) else {
      return false
    }
    var reader = ByteReader(bytes.extracting(position..<position + 8))
    return (try? reader.uint64()) == GroupFrameHeader.magic
  }
}

extension StorageLocation {
  /// Reads the header of `active` or `active.sealing`.
  func activeFileHeader(_ file: borrowing StorageFile, path: String)
    throws(StorageEngineError) -> ActiveFileHeader
  {
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try file.leadingBytes(limitBytes: ActiveFileHeader.byteCount)
    } catch {
      throw StorageEngineError(error)
    }
    do throws(FormatError) {
      var reader = ByteReader(bytes.rawSpan)
      return try ActiveFileHeader.decode(from: &reader, ledger: ledgerID)
    } catch {
      throw StorageEngineError(error, path: path, offset: 0)
    }
  }
}
