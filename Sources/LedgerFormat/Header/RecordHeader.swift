public import LedgerCryptography

/// One record's header: the leaf of the tree.
///
/// ```
/// offset  bytes
///  0      1   0xA0 + number of pairs (5 to 23)
///  1      3   00 58 20: key 0, a byte string of 32
///  4      32  leaf hash of the previous record
///  36     1…  01, index
///         1…  02, recorded time
///         …   the tail: keys 3 to 22, ascending
/// ```
public struct RecordHeader: Hashable, Sendable {
  public var previousLeafHash: SHA256Digest
  public var index: UInt64
  public var recordedTime: Timestamp
  public var content: RecordContent

  /// Where the previous leaf hash lies in every header.
  public static let previousLeafHashOffset = 4
  /// The longest head (everything before the tail): 36 bytes, two keys and two integers.
  public static let headByteCountMax = 36 + 2 * 10

  public init(
    previousLeafHash: SHA256Digest, index: UInt64, recordedTime: Timestamp,
    content: RecordContent
  ) {
    self.previousLeafHash = previousLeafHash
    self.index = index
    self.recordedTime = recordedTime
    self.content = content
  }

  /// The header's exact bytes.
  ///
  /// - Precondition: `content.validate()` passed, and what `encode` asks for.
  public func encoded() -> [UInt8] {
    var tail: ByteBuffer = []
    let pairCount = content.encodeTail(into: &tail)
    var buffer: ByteBuffer = []
    Self.encode(
      previousLeafHash: previousLeafHash, index: index, recordedTime: recordedTime,
      tail: tail.rawSpan, tailPairCount: pairCount, into: &buffer)
    return buffer
  }

  /// Appends a header: everything before the tail, and `tail`.
  ///
  /// - Precondition: `tailPairCount`, the pairs of `tail`, is 2 to 20, `index` at most
  ///   `FormatLimits.integerMax` and `recordedTime` not before 1970; readers refuse anything else.
  public static func encode(
    previousLeafHash: SHA256Digest, index: UInt64, recordedTime: Timestamp, tail: RawSpan,
    tailPairCount: Int, into buffer: inout ByteBuffer
  ) {
    precondition((2...20).contains(tailPairCount), "a tail has 2 to 20 pairs")
    precondition(index <= UInt64(Int64.max), "an index has 63 bits")
    precondition(
      recordedTime.microseconds >= 0 && recordedTime <= .latest, "recorded from 1970 to 9999")
    buffer.append(addingCapacity: headByteCountMax + tail.byteCount) { output in
      output.appendHeaderStart(
        0xA0 + UInt8(truncatingIfNeeded: tailPairCount + 3), previousLeafHash, index)
      output.append(0x02)
      output.appendCBOR(signed: recordedTime.microseconds)
      output.append(copying: tail)
    }
  }
}

extension OutputSpan<UInt8> {
  /// A header's first byte and its keys 0 and 1: what a block leaves out, and what is put before it
  /// again.
  @inline(__always)
  mutating func appendHeaderStart(
    _ first: UInt8, _ previousLeafHash: SHA256Digest, _ index: UInt64
  ) {
    append(first)
    append(0x00)
    appendCBOR(digest: previousLeafHash)
    append(0x01)
    appendCBOR(unsigned: index)
  }
}
