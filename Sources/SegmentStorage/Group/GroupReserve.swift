internal import LedgerFormat

/// When a group log is made longer than its groups, and by how much; a pure state machine.
///
/// A sync that also has to make a new file size durable takes a journal's write more: a third of
/// the time of a small group. So zeros are written behind small groups for those to come, once for
/// many of them. Large groups gain nothing by it and would be written twice.
struct GroupReserve {
  /// A longer frame is large.
  static let smallByteCountMax: UInt64 = 64 * 1_024
  /// As many small groups in a row are the beginning of more; a few leave the file as long as it
  /// is.
  static let smallCountMin = 8
  /// Zeros written at once, room for some hundred groups of one record: as many as readers take for
  /// a reserve.
  static let byteCount = FormatLimits.reserveByteCountMax

  /// Behind the zeros that were written last; 0 if there are none.
  private var end: UInt64 = 0
  private var smallCount = 0
  private var isGivenUp = false

  /// How many zeros to write at `groupEnd` behind a group that begins at `start`; nil for none.
  mutating func extent(behind groupEnd: UInt64, from start: UInt64) -> Int? {
    guard groupEnd - start <= Self.smallByteCountMax else {
      smallCount = 0
      return nil
    }
    smallCount += 1
    guard smallCount >= Self.smallCountMin, groupEnd > end, !isGivenUp else { return nil }
    end = groupEnd + UInt64(Self.byteCount)
    return Self.byteCount
  }

  /// Takes note that a new file was begun; by then there may be room again.
  mutating func beginFile() {
    end = 0
    isGivenUp = false
  }

  /// Takes note that there is no room for it.
  mutating func giveUp() { isGivenUp = true }
}
