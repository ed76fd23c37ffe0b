/// One line of newline-delimited JSON that is not blank.
public struct InputLine: Hashable, Sendable {
  /// From 1, blank lines counted.
  public var number: Int
  /// The line without white space at its ends; nil if it is over the limit, and then dropped.
  public var bytes: [UInt8]?
  /// All bytes of the line but the line feed.
  public var byteCount: Int
  /// Where `bytes` begin in the input.
  public var start: JSONPosition
  /// The line is over the limit and zero bytes without end in sight; nothing follows it.
  public var isGarbage = false
}

/// Cuts a stream of newline-delimited JSON into lines, piece by piece, holding one line at most.
///
/// Lines end with LF or CR LF; blank lines are passed over; a UTF-8 byte order mark is tolerated at
/// the very start. A line that is over the limit is passed over, but `zeroByteCountMax` zero bytes
/// in a row on it are a device or a hole and not a line: then nothing more is read.
public struct LineSplitter: Sendable {
  /// Zero bytes in a row on a line over the limit that are passed over if nothing else is said.
  public static let zeroByteCountMax = 64 << 20
  /// Whether nothing that follows will be delivered.
  public private(set) var isStopped = false

  private let lineByteCountMax: Int
  private let zeroByteCountMax: Int
  private var partial: [UInt8] = []
  private var byteCount = 0
  /// Zero bytes at the end of a line over the limit.
  private var zeroByteCount = 0
  private var number = 1
  private var lineOffset = 0

  /// - Parameters:
  ///   - lineByteCountMax: a longer line is delivered without its bytes.
  ///   - zeroByteCountMax: the most zero bytes in a row that are passed over on such a line.
  public init(lineByteCountMax: Int, zeroByteCountMax: Int = Self.zeroByteCountMax) {
    precondition(lineByteCountMax > 0, "a line may have at least one byte")
    self.lineByteCountMax = lineByteCountMax
    self.zeroByteCountMax = zeroByteCountMax
  }

  /// Takes the next piece of input and delivers the lines that it ends, in order.
  public mutating func take<Failure: Error>(
    _ piece: [UInt8], _ deliver: (InputLine) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    while start < piece.count, !isStopped {
      let end = piece[start...].firstIndex(of: 0x0A)
      keep(piece[start..<(end ?? piece.count)])
      guard let end else {
        if zeroByteCount >= zeroByteCountMax {
          isStopped = true
          try endLine(deliver)
        }
        return
      }
      try endLine(deliver)
      start = end + 1
    }
  }

  /// Delivers what is left behind the last line feed.
  public mutating func finish<Failure: Error>(
    _ deliver: (InputLine) throws(Failure) -> Void
  ) throws(Failure) {
    if byteCount > 0, !isStopped { try endLine(deliver) }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    if byteCount > lineByteCountMax {
      let zeros = bytes.reversed().prefix { $0 == 0 }.count
      zeroByteCount = zeros == bytes.count ? zeroByteCount + zeros : zeros
    }
    byteCount += bytes.count
    // One more than the limit is kept, so that the line is known to be over it.
    let room = max(0, lineByteCountMax + 1 - partial.count)
    partial.append(contentsOf: bytes.prefix(room))
  }

  private mutating func endLine<Failure: Error>(
    _ deliver: (InputLine) throws(Failure) -> Void
  ) throws(Failure) {
    let range = trimmedRange()
    let line = InputLine(
      number: number,
      bytes: byteCount > lineByteCountMax
        ? nil : range == partial.indices ? partial : Array(partial[range]),
      byteCount: byteCount,
      start: JSONPosition(
        offset: lineOffset + range.lowerBound, line: number, column: range.lowerBound + 1),
      isGarbage: isStopped)
    lineOffset += byteCount + 1
    number += 1
    byteCount = 0
    zeroByteCount = 0
    partial.removeAll(keepingCapacity: true)
    if line.bytes?.isEmpty != true { try deliver(line) }
  }

  private func trimmedRange() -> Range<Int> {
    var start = number == 1 && partial.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var end = partial.count
    while start < end, Self.isWhiteSpace(partial[start]) { start += 1 }
    while end > start, Self.isWhiteSpace(partial[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }
}
