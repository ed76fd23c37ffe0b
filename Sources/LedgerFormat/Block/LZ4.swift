internal import CLZ4
internal import LedgerCryptography

/// How the bytes of a block are stored.
public enum CompressionMethod: UInt32, Sendable {
  case raw = 1
  /// One LZ4 block (`lz4_Block_format.md`), without frame or dictionary.
  case lz4 = 2
}

/// The only caller of liblz4, and one of the files that may hold `unsafe`: both calls are given
/// the exact bounds of their buffers.
enum LZ4 {
  /// Appends `source` compressed, or as it is where that is not smaller.
  static func append(_ source: RawSpan, to buffer: inout ByteBuffer) -> CompressionMethod {
    let bound = Int(LZ4_compressBound(Int32(source.byteCount)))
    var written: Int32 = 0
    // Into uninitialised room: zeros first would cost as much as half the compression.
    buffer.append(addingCapacity: bound) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        written = unsafe source.withUnsafeBytes { source in
          unsafe LZ4_compress_default(
            source.bindMemory(to: CChar.self).baseAddress,
            UnsafeMutableRawBufferPointer(target).bindMemory(to: CChar.self).baseAddress,
            Int32(source.count), Int32(bound))
        }
        initializedCount = max(0, Int(written))
      }
    }
    if written > 0, Int(written) < source.byteCount { return .lz4 }
    buffer.removeLast(max(0, Int(written)))
    buffer.append(copying: source)
    return .raw
  }

  /// No stored byte stands for more: one that lengthens a match adds 255 at most
  /// (lz4_Block_format.md, "Match length"), and every other stands for fewer.
  private static let expansionMax = 255

  /// Appends exactly `rawByteCount` bytes, or throws and leaves `buffer` as it was.
  ///
  /// - Precondition: `rawByteCount` is at most `FormatLimits.blockByteCountMax`; callers check it
  ///   before this allocates.
  static func decompress(_ stored: RawSpan, rawByteCount: Int, to buffer: inout ByteBuffer)
    throws(FormatError)
  {
    guard rawByteCount <= expansionMax * stored.byteCount else {
      throw .decompressionFailed(expectedByteCount: rawByteCount)
    }
    var written: Int32 = 0
    // Into uninitialised room: zeros first would cost as much as the decompression.
    buffer.append(addingCapacity: rawByteCount) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        written = unsafe stored.withUnsafeBytes { stored in
          unsafe LZ4_decompress_safe(
            stored.bindMemory(to: CChar.self).baseAddress,
            UnsafeMutableRawBufferPointer(target).bindMemory(to: CChar.self).baseAddress,
            Int32(stored.count), Int32(rawByteCount))
        }
        initializedCount = max(0, Int(written))
      }
    }
    guard Int(written) == rawByteCount else {
      buffer.removeLast(max(0, Int(written)))
      throw .decompressionFailed(expectedByteCount: rawByteCount)
    }
  }
}
