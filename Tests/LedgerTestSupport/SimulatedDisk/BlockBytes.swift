/// The bytes of a file in blocks of 4 KiB that copies share until they differ.
///
/// What lies past `size` in the last block is zero, always.
struct BlockBytes: Sendable {
  /// The unit a disk's cache writes back.
  static let blockSizeBytes = 4096
  static let zeroBlock = [UInt8](repeating: 0, count: blockSizeBytes)

  private(set) var blocks: [[UInt8]] = []
  private(set) var size = 0

  init() {}

  init(_ bytes: [UInt8]) { write(bytes[...], at: 0) }

  /// All bytes as one array.
  var bytes: [UInt8] { read(0..<size) }

  /// The bytes of `range`, cut at the end of the file.
  func read(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var position = range.lowerBound
    let end = min(range.upperBound, size)
    result.reserveCapacity(max(0, end - position))
    while position < end {
      let (index, start) = position.quotientAndRemainder(dividingBy: Self.blockSizeBytes)
      let count = min(end - position, Self.blockSizeBytes - start)
      result += blocks[index][start..<start + count]
      position += count
    }
    return result
  }

  /// Overwrites or lengthens; returns the indexes of the blocks that hold the bytes written.
  @discardableResult
  mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) -> Range<Int> {
    if bytes.isEmpty { return 0..<0 }
    let end = offset + bytes.count
    if end > size { resize(to: end) }
    var rest = bytes
    var position = offset
    while !rest.isEmpty {
      let (index, start) = position.quotientAndRemainder(dividingBy: Self.blockSizeBytes)
      let count = min(rest.count, Self.blockSizeBytes - start)
      blocks[index] = Self.replacing(start, in: blocks[index], with: rest.prefix(count))
      rest = rest.dropFirst(count)
      position += count
    }
    return offset / Self.blockSizeBytes..<Self.blockCount(of: end)
  }

  /// Cuts, or lengthens by zeros.
  mutating func resize(to newSize: Int) {
    let count = Self.blockCount(of: newSize)
    if count < blocks.count { blocks.removeLast(blocks.count - count) }
    while blocks.count < count { blocks.append(Self.zeroBlock) }
    let tail = newSize % Self.blockSizeBytes
    if newSize < size && tail > 0 {
      blocks[count - 1] = Self.replacing(tail, in: blocks[count - 1], with: Self.zeroBlock[tail...])
    }
    size = newSize
  }

  /// Replaces a whole block; what would lie past the end of the file is cleared.
  mutating func setBlock(_ index: Int, _ block: [UInt8]) {
    let start = index * Self.blockSizeBytes
    let count = min(Self.blockSizeBytes, size - start)
    if count <= 0 { return }
    blocks[index] =
      count == Self.blockSizeBytes
      ? block : Self.replacing(count, in: block, with: Self.zeroBlock[count...])
  }

  /// A block with other bytes from `start` on. By slices, which a debug build copies fast, while
  /// `replaceSubrange` would take byte after byte.
  private static func replacing(_ start: Int, in block: [UInt8], with bytes: ArraySlice<UInt8>)
    -> [UInt8]
  {
    var result: [UInt8] = []
    result.reserveCapacity(blockSizeBytes)
    result += block[..<start]
    result += bytes
    result += block[(start + bytes.count)...]
    return result
  }

  /// How many blocks `sizeBytes` bytes take.
  static func blockCount(of sizeBytes: Int) -> Int {
    (sizeBytes + blockSizeBytes - 1) / blockSizeBytes
  }
}
