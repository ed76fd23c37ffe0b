public import LedgerFormat

/// A group as it will be written: the complete frame and its header.
public struct EncodedGroup: Sendable {
  /// The frame's bytes; reused by the next encoding.
  public internal(set) var frame: ByteBuffer = []
  /// Nil until something was encoded.
  public internal(set) var header: GroupFrameHeader?
  /// What waits in `frame` for its header.
  var sections: GroupSections?

  public init() {}

  /// Compresses `group` into `frame`, whose header `FrameEncoder.encode` adds: any thread may do
  /// this while the groups before are on their way.
  public mutating func encodeSections(of group: RawGroup) {
    header = nil
    sections = group.encodeSections(into: &frame)
  }

  /// Forgets what was encoded and keeps the memory.
  public mutating func removeAll() {
    frame.removeAll(keepingCapacity: true)
    header = nil
    sections = nil
  }
}

/// Turns gathered groups into frames, ahead of the `GroupLog` that writes them.
///
/// A value of its own, so that one thread can encode the next group while another waits for the
/// disk: all that a frame needs of the one before is known once that is encoded.
public struct FrameEncoder: Sendable {
  /// Where the next encoded frame will stand.
  public private(set) var position: LogPosition

  public init(at position: LogPosition) { self.position = position }

  /// Replaces the content of `encoded` by the frame of `group` and moves on. Only the header is
  /// made where `encoded.encodeSections(of:)` was called for the same group before.
  ///
  /// - Precondition: `group` has a record and begins with record `position.nextRecord`.
  public mutating func encode(_ group: RawGroup, into encoded: inout EncodedGroup) {
    precondition(group.firstRecord == position.nextRecord, "the group is not the next one")
    let sections = encoded.sections ?? group.encodeSections(into: &encoded.frame)
    let header = sections.encodeHeader(
      at: GroupPosition(
        ledgerID: position.ledgerID, openingID: position.openingID, number: position.nextGroup,
        offset: position.nextOffset, previousDigest: position.previousDigest),
      into: &encoded.frame)
    precondition(
      header.firstRecord == group.firstRecord && header.recordCount == group.recordCount,
      "the sections of another group")
    encoded.sections = nil
    encoded.header = header
    position.advance(over: header)
  }

  /// Lets the next frame be the first of a new active file. The writer calls
  /// `GroupLog.beginSealing` between the frames encoded before and after.
  public mutating func beginFile() { position.beginFile() }
}
