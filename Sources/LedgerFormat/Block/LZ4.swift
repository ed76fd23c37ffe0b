internal import CLZ4
internal import LedgerCryptography

/// How the bytes of a block are stored.
public enum CompressionMethod: UInt32, Sendable {
  case raw = 1
  /// One LZ4 block (`lz4_Block_format.md`), without frame or dictionary.
  case lz4 = 2
}

/// How long is searched for what repeats. The format and who reads it are the same.
public enum CompressionEffort: Sendable {
  /// For what somebody waits for.
  case fast
  /// Where the fast search makes it so small that this is worth its time, it is searched again with
  /// chains of candidates, level 3 of `lz4hc.h`: events of a kind become smaller by a third, in six
  /// times the time. What is compressed to a half or a third would become smaller by some
  /// hundredths.
  case thoroughIfMuchRepeats

  static func isMuchRepeated(rawByteCount: Int, compressedByteCount: Int) -> Bool {
    rawByteCount >= 5 * compressedByteCount
  }
}

/// The only caller of liblz4, and one of the files that may hold `unsafe`: all calls are given
/// the exact bounds of their buffers.
enum LZ4 {
  /// Appends `source` compressed, or as it is where that is not smaller.
  static func append(
    _ source: RawSpan, effort: CompressionEffort = .fast, to buffer: inout ByteBuffer
  ) -> CompressionMethod {
    let start = buffer.count
    var count = compress(source, thoroughly: false, to: &buffer)
    if effort == .thoroughIfMuchRepeats, count > 0,
      CompressionEffort.isMuchRepeated(
        rawByteCount: source.byteCount, compressedByteCount: count)
    {
      // May fail for want of memory, and need not be smaller.
      let thoroughCount = compress(source, thoroughly: true, to: &buffer)
      if thoroughCount > 0, thoroughCount < count {
        buffer.removeSubrange(start..<start + count)
        count = thoroughCount
      } else {
        buffer.removeLast(thoroughCount)
      }
    }
    if count > 0, count < source.byteCount { return .lz4 }
    buffer.removeLast(count)
    buffer.append(copying: source)
    return .raw
  }

  /// Appends `source` compressed; nothing where liblz4 fails.
  ///
  /// - Returns: how many bytes that are.
  private static func compress(
    _ source: RawSpan, thoroughly: Bool, to buffer: inout ByteBuffer
  ) -> Int {
    let bound = Int(LZ4_compressBound(Int32(source.byteCount)))
    let start = buffer.count
    // Into uninitialised room: zeros first would cost as much as half the compression.
    buffer.append(addingCapacity: bound) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        let written = unsafe source.withUnsafeBytes { source in
          let from = unsafe source.bindMemory(to: CChar.self).baseAddress
          let to = unsafe UnsafeMutableRawBufferPointer(target)
            .bindMemory(to: CChar.self).baseAddress
          let (count, room) = (Int32(source.count), Int32(bound))
          return thoroughly
            ? unsafe LZ4_compress_HC(from, to, count, room, 3)
            : unsafe LZ4_compress_default(from, to, count, room)
        }
        initializedCount = max(0, Int(written))
      }
    }
    return buffer.count - start
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
