internal import LedgerFormat
internal import SegmentStorage

/// The bytes of a run file or name dictionary, read from its file as they are asked for.
///
/// The file stays open, so that one which is merged away meanwhile can still be read.
final class RunFileSource: RunByteSource, Sendable {
  private let file: StorageFile
  let byteCount: UInt64

  init(_ path: String, on fileSystem: any FileSystem) throws(StorageError) {
    file = try fileSystem.open(path, .readOnly)
    byteCount = UInt64(try file.size())
  }

  func read(offset: UInt64, byteCount: Int) throws -> [UInt8] {
    guard offset <= self.byteCount, byteCount <= Int(clamping: self.byteCount - offset) else {
      throw FormatError.truncated(
        needed: byteCount, available: Int(clamping: self.byteCount - min(offset, self.byteCount)),
        offset: Int(clamping: offset))
    }
    return try file.bytes(count: byteCount, at: Int(offset))
  }
}
