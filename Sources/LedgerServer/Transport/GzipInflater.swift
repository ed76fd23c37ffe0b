internal import CZlib

/// Inflates a gzip stream piece by piece, up to a limit. One or more members, nothing behind them.
@safe final class GzipInflater {
  enum Failure: Error, Hashable, Sendable {
    /// The bytes are no gzip stream, or a damaged one.
    case malformed
    /// The stream ends before it is complete.
    case truncated
    /// There is more inside than the limit allows.
    case overLimit(Int)
  }

  private var stream = unsafe z_stream()
  private let limit: Int
  /// Bytes that came out so far.
  private(set) var byteCount = 0
  private var isMemberComplete = false
  private var hasBegun = false

  /// - Parameter limit: the most bytes that may come out.
  init(limit: Int) throws(Failure) {
    self.limit = limit
    // 16 asks for the gzip wrapper, and no other.
    let status = unsafe inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .malformed }
  }

  deinit { _ = unsafe inflateEnd(&stream) }

  /// Takes the next compressed bytes, and appends what comes out of them.
  func take(_ input: [UInt8], into output: inout [UInt8]) throws(Failure) {
    var rest = input[...]
    while !rest.isEmpty {
      if isMemberComplete {
        guard unsafe inflateReset(&stream) == Z_OK else { throw .malformed }
        isMemberComplete = false
      }
      hasBegun = true
      let (consumed, isEnd) = try step(Array(rest), into: &output)
      isMemberComplete = isEnd
      rest = rest.dropFirst(consumed)
    }
  }

  /// Says that no more bytes come.
  func finish() throws(Failure) {
    guard hasBegun, isMemberComplete else { throw .truncated }
  }

  /// Inflates one member's worth of `input` at most.
  private func step(
    _ input: [UInt8], into output: inout [UInt8]
  ) throws(Failure) -> (consumed: Int, isEnd: Bool) {
    let chunkByteCount = 64 << 10
    var input = input
    let inputCount = input.count
    var failure: Failure?
    var isEnd = false
    var left = inputCount
    var pieces: [UInt8] = []
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = UInt32(inputCount)
      var isDone = false
      while !isDone {
        var status = Z_OK
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkByteCount) { target, count in
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(chunkByteCount)
          status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
          count = unsafe chunkByteCount - Int(stream.avail_out)
        }
        pieces += chunk
        byteCount += chunk.count
        left = unsafe Int(stream.avail_in)
        if byteCount > limit {
          failure = .overLimit(limit)
        } else if status == Z_STREAM_END {
          isEnd = true
        } else if status != Z_OK && status != Z_BUF_ERROR {
          failure = .malformed
        }
        isDone = failure != nil || isEnd || (left == 0 && chunk.count < chunkByteCount)
      }
    }
    if let failure { throw failure }
    output += pieces
    return (inputCount - left, isEnd)
  }
}
