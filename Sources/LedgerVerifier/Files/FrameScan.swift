internal import LedgerCryptography
internal import LedgerFormat

/// A group frame found in a window of the file.
struct ScannedFrame: Sendable {
  var header: GroupFrameHeader
  /// Where its bytes lie in the window.
  var range: Range<Int>
}

/// The frames of one window of the file.
struct FrameWave: Sendable {
  var window: [UInt8] = []
  var frames: [ScannedFrame] = []
  /// Why there are no more behind them; nil while there may be.
  var stop: FrameScan.Stop?
}

/// Walks through the frames of one group log, window by window.
struct FrameScan {
  /// What ends a run of frames.
  enum Stop: Equatable, Sendable {
    /// Nothing follows but the reserve, if there is one.
    case end
    /// From `position` on there is no whole frame of this ledger that names its own offset.
    case broken(String)
  }

  let file: any EvidenceFile
  let ledgerID: LedgerID?
  /// Where the next frame should begin.
  private(set) var position: Int

  /// Bytes read at once; one frame may be larger.
  static let windowByteCount = 8 << 20

  init(_ file: any EvidenceFile, ledgerID: LedgerID?) {
    self.file = file
    self.ledgerID = ledgerID
    position = ActiveFileHeader.byteCount
  }

  /// Reads the next frames.
  mutating func readWave() throws(EvidenceError) -> FrameWave {
    var wave = FrameWave()
    let start = position
    let windowEnd = min(file.byteCount, start + Self.windowByteCount)
    guard start < windowEnd else {
      wave.stop = .end
      return wave
    }
    try file.read(start..<windowEnd, into: &wave.window)
    wave.stop = try readFrames(&wave, from: start, to: windowEnd)
    return wave
  }

  private mutating func readFrames(_ wave: inout FrameWave, from start: Int, to windowEnd: Int)
    throws(EvidenceError) -> Stop?
  {
    while true {
      let offset = position - start
      if try holdsOnlyReserve(&wave.window, from: offset) { return .end }
      if wave.frames.count > 0, wave.window.count - offset < GroupFrameHeader.byteCount,
        windowEnd < file.byteCount
      {
        return nil
      }
      let header: GroupFrameHeader
      switch frameHeader(wave.window.rawSpan.extracting(offset..<wave.window.count)) {
      case .success(let found): header = found
      case .failure(let stop): return .broken(stop.reason)
      }
      guard header.frameByteCount <= file.byteCount - position else {
        return .broken("group \(header.number) is cut off")
      }
      if offset + header.frameByteCount > wave.window.count {
        if wave.frames.count > 0 { return nil }
        try file.read(
          start + wave.window.count..<start + offset + header.frameByteCount, into: &wave.window)
      }
      wave.frames.append(
        ScannedFrame(header: header, range: offset..<offset + header.frameByteCount))
      position += header.frameByteCount
    }
  }

  /// Whether nothing of the log lies from `position` on, which is `offset` in the window: the file
  /// ends there, or holds zeros that a writer put there for the groups to come.
  ///
  /// What is missing of them is read into the window, so that all is judged by what was read once.
  private func holdsOnlyReserve(
    _ window: inout [UInt8], from offset: Int
  ) throws(EvidenceError) -> Bool {
    let count = file.byteCount - position
    guard count > 0 else { return count == 0 }
    guard count <= FormatLimits.reserveByteCountMax else { return false }
    if offset < window.count, window[offset] != 0 { return false }
    let windowEnd = position - offset + window.count
    if windowEnd < file.byteCount { try file.read(windowEnd..<file.byteCount, into: &window) }
    return window[offset...].allSatisfy { $0 == 0 }
  }

  private struct Reason: Error {
    var reason: String
  }

  /// The frame header at `position`, if one of this ledger that names that offset is there.
  private func frameHeader(_ bytes: RawSpan) -> Result<GroupFrameHeader, Reason> {
    var reader = ByteReader(bytes)
    do throws(FormatError) {
      let header = try GroupFrameHeader.decode(from: &reader)
      guard header.offset == UInt64(position) else {
        return .failure(Reason(reason: "the group frame names the offset \(header.offset)"))
      }
      if let ledgerID, header.ledgerID != ledgerID {
        return .failure(Reason(reason: "the group frame is another ledger's"))
      }
      return .success(header)
    } catch {
      return .failure(Reason(reason: "\(error)"))
    }
  }

  /// The next frame header after `offset` that names its own offset and has a number of at least
  /// `least`: proof that what lies before it was once whole, since a group is written only after
  /// the one before it was synced.
  func laterFrame(after offset: Int, leastNumber least: UInt64) throws(EvidenceError)
    -> GroupFrameHeader?
  {
    let magic = magicBytes()
    var start = offset + 1
    let limit = min(file.byteCount, start + FormatLimits.tornTailByteCountMax)
    while start + GroupFrameHeader.byteCount <= limit {
      let end = min(limit, start + (1 << 20))
      let bytes = try file.bytes(start..<end)
      for place in 0..<max(0, bytes.count - GroupFrameHeader.byteCount + 1)
      where bytes[place] == magic[0] && bytes[place..<place + 8].elementsEqual(magic) {
        var reader = ByteReader(bytes.rawSpan.extracting(place..<bytes.count))
        guard let header = try? GroupFrameHeader.decode(from: &reader),
          header.offset == UInt64(start + place), header.number >= least,
          ledgerID == nil || header.ledgerID == ledgerID
        else { continue }
        return header
      }
      if end == limit { return nil }
      start = end - GroupFrameHeader.byteCount + 1
    }
    return nil
  }

  private func magicBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: GroupFrameHeader.magic)
    return bytes
  }

  /// The bytes of a frame as they are now.
  func bytes(of header: GroupFrameHeader) throws(EvidenceError) -> [UInt8] {
    try file.bytes(Int(header.offset)..<Int(header.offset) + header.frameByteCount)
  }

  /// Goes on at `offset`.
  mutating func move(to offset: Int) { position = offset }
}
