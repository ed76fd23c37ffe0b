public import LedgerCryptography
public import LedgerFormat

/// Where the next group will stand.
public struct LogPosition: Hashable, Sendable {
  public var ledgerID: LedgerID
  /// Of the opening that writes.
  public var openingID: OpeningID
  /// Index of the next record.
  public var nextRecord: UInt64
  /// Number of the next group.
  public var nextGroup: UInt64
  /// Where in the active file the next frame begins: the file's size, or where its reserve begins.
  public var nextOffset: UInt64
  /// Digest of the last frame; zero before group 1.
  public var previousDigest: TruncatedDigest

  public init(
    ledgerID: LedgerID, openingID: OpeningID, nextRecord: UInt64, nextGroup: UInt64,
    nextOffset: UInt64, previousDigest: TruncatedDigest
  ) {
    self.ledgerID = ledgerID
    self.openingID = openingID
    self.nextRecord = nextRecord
    self.nextGroup = nextGroup
    self.nextOffset = nextOffset
    self.previousDigest = previousDigest
  }

  /// The position in a file that has a header and no group yet.
  init(beginning header: ActiveFileHeader, openingID: OpeningID) {
    self.init(
      ledgerID: header.ledgerID, openingID: openingID, nextRecord: header.firstRecord,
      nextGroup: header.firstGroup, nextOffset: UInt64(ActiveFileHeader.byteCount),
      previousDigest: header.previousDigest)
  }

  /// Whether the active file has reached `target` bytes and holds a group at all.
  public func isSealDue(target: Int) -> Bool {
    nextOffset > UInt64(ActiveFileHeader.byteCount) && nextOffset >= UInt64(target)
  }

  /// Moves behind a frame that stands here.
  mutating func advance(over header: GroupFrameHeader) {
    nextRecord = header.endRecord
    nextGroup = header.number + 1
    nextOffset = header.offset + UInt64(header.frameByteCount)
    previousDigest = header.digest
  }

  /// Moves to the beginning of the next file; numbers and digest go on.
  mutating func beginFile() { nextOffset = UInt64(ActiveFileHeader.byteCount) }

  /// Whether the frame with this header belongs exactly here.
  func isContinued(by header: GroupFrameHeader) -> Bool {
    header.ledgerID == ledgerID && header.number == nextGroup && header.offset == nextOffset
      && header.previousDigest == previousDigest && header.firstRecord == nextRecord
  }
}
