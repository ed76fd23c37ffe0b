/// Room that was reserved beforehand, filled from the front: what encoders write into.
///
/// A buffer checks its room and whether it is shared with every byte that is appended; here both
/// are done once, by `ByteBuffer.append(addingCapacity:)`, and only the room is checked again. One
/// of the files that may hold `unsafe`: the copies below stand directly behind their bounds check.
typealias ByteOutput = OutputSpan<UInt8>

extension OutputSpan<UInt8> {
  /// Appends `count` bytes from `source`.
  @inline(__always)
  private mutating func append(from source: UnsafeRawPointer, count: Int) {
    precondition(count <= freeCapacity, "encoded beyond the room reserved")
    unsafe withUnsafeMutableBufferPointer { target, initializedCount in
      guard let start = target.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(start + initializedCount)
        .copyMemory(from: source, byteCount: count)
      initializedCount += count
    }
  }

  /// Appends a copy of `bytes`.
  @inline(__always)
  mutating func append(copying bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe append(from: start, count: source.count)
    }
  }

  /// Appends an integer's bytes as they lie in memory.
  @inline(__always)
  private mutating func append(bytesOf value: some FixedWidthInteger & BitwiseCopyable) {
    unsafe withUnsafeBytes(of: value) { source in
      guard let start = source.baseAddress else { return }
      unsafe append(from: start, count: source.count)
    }
  }

  /// Appends the bytes of an integer, lowest first.
  @inline(__always)
  mutating func append(littleEndian value: some FixedWidthInteger & BitwiseCopyable) {
    append(bytesOf: value.littleEndian)
  }

  /// Appends the bytes of an integer, highest first.
  @inline(__always)
  mutating func append(bigEndian value: some FixedWidthInteger & BitwiseCopyable) {
    append(bytesOf: value.bigEndian)
  }
}

extension ByteBuffer {
  /// Appends what `encode` writes of `value`, and gives what it returns.
  ///
  /// The value is handed through: a closure that captures one of many fields copies it, and counts
  /// a reference for each of them.
  @inline(__always)
  mutating func append<Value, Result>(
    addingCapacity capacity: Int, of value: Value,
    _ encode: (Value, inout ByteOutput) -> Result
  ) -> Result {
    var result: Result?
    append(addingCapacity: capacity) { result = encode(value, &$0) }
    guard let result else { preconditionFailure("nothing was encoded") }
    return result
  }
}
