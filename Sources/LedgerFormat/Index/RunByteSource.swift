/// Where the bytes of a run file or a name dictionary come from: a file, an object store, memory.
public protocol RunByteSource: Sendable {
  /// Must return exactly `byteCount` bytes from `offset` on, or throw.
  func read(offset: UInt64, byteCount: Int) throws -> [UInt8]
}

/// A file that is in memory.
public struct RunBytes: RunByteSource {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public func read(offset: UInt64, byteCount: Int) throws -> [UInt8] {
    guard byteCount >= 0, offset <= UInt64(bytes.count),
      byteCount <= bytes.count - Int(offset)
    else {
      throw FormatError.truncated(
        needed: byteCount, available: bytes.count - min(bytes.count, Int(clamping: offset)),
        offset: Int(clamping: offset))
    }
    return Array(bytes[Int(offset)..<Int(offset) + byteCount])
  }
}

extension RunByteSource {
  /// The bytes of a block, of which the source must have given all.
  func read(_ location: RunBlockLocation) throws -> [UInt8] {
    let bytes = try read(offset: location.offset, byteCount: location.byteCount)
    guard bytes.count == location.byteCount else {
      throw FormatError.truncated(
        needed: location.byteCount, available: bytes.count,
        offset: Int(clamping: location.offset))
    }
    return bytes
  }
}
