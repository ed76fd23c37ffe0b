internal import LedgerFormat

/// A stretch of a file in memory, so that many small structures cost few reads.
struct FileWindow {
  /// What was read last; reused.
  private(set) var bytes: ByteBuffer = []
  private var start: UInt64 = 0
  /// Bytes of the file when it was measured; what was appended since is not looked at.
  let fileByteCount: UInt64

  static let byteCountTarget = 1 << 20

  init(over file: borrowing StorageFile) throws(StorageEngineError) {
    do throws(StorageError) {
      fileByteCount = UInt64(try file.size())
    } catch {
      throw StorageEngineError(error)
    }
  }

  /// Makes `count` bytes from `offset` on available and says where in `bytes` they are; nil if the
  /// file ends before.
  mutating func load(_ count: Int, at offset: UInt64, from file: borrowing StorageFile)
    throws(StorageEngineError) -> Range<Int>?
  {
    guard offset <= fileByteCount, UInt64(count) <= fileByteCount - offset else { return nil }
    if offset < start || offset - start + UInt64(count) > UInt64(bytes.count) {
      let available = fileByteCount - offset
      let wanted = Int(min(available, UInt64(max(count, Self.byteCountTarget))))
      bytes.removeAll(keepingCapacity: true)
      start = offset
      do throws(StorageError) {
        try file.append(wanted, to: &bytes, at: Int(offset))
      } catch {
        throw StorageEngineError(error)
      }
    }
    let position = Int(offset - start)
    return position..<position + count
  }

  /// Whether nothing of a group log lies from `offset` on: the file ends there, or holds nothing
  /// but the zeros that a writer put there for the groups to come (`Format.md`, "Active file").
  mutating func holdsOnlyReserve(from offset: UInt64, of file: borrowing StorageFile)
    throws(StorageEngineError) -> Bool
  {
    guard offset < fileByteCount else { return offset == fileByteCount }
    let count = fileByteCount - offset
    guard count <= UInt64(FormatLimits.reserveByteCountMax),
      let range = try load(Int(count), at: offset, from: file)
    else { return false }
    let rest = bytes.span.extracting(range)
    for position in rest.indices where rest[position] != 0 { return false }
    return true
  }
}
