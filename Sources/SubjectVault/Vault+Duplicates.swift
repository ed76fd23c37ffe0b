public import LedgerCryptography
internal import SegmentStorage

/// The duplicate key of one record.
public struct RememberedDuplicate: Hashable, Sendable {
  /// Index of the record.
  public var record: UInt64
  public var key: TruncatedDigest
  public var contentKey: TruncatedDigest

  public init(record: UInt64, key: TruncatedDigest, contentKey: TruncatedDigest) {
    self.record = record
    self.key = key
    self.contentKey = contentKey
  }
}

/// The side file `duplicates`: the keys of groups that have been sealed.
///
/// ```
/// one chunk per sealed segment:
///  0      8   magic "LSTDUPES"
///  8      8   entry count n
///  16     40n record 8, key 16, content key 16; little-endian
///         16  digest of all before it in the chunk
/// ```
///
/// A chunk that a crash cut short is dropped at the next reading: its groups are still in the
/// active file, because they are retired only after the chunk was synced.
extension Vault {
  private static let magic: UInt64 = 0x5345_5055_4454_534C
  private static let entryByteCount = 40
  private static let chunkOverheadByteCount = 32
  /// Entries after which the file is rewritten with the newest half.
  private static let entryCountMax = 1 << 21

  /// The remembered keys of records from `record` on, in record order.
  public func duplicates(from record: UInt64) throws(VaultError) -> [RememberedDuplicate] {
    let limit = (Self.entryCountMax + (1 << 20)) * (Self.entryByteCount + 32)
    let bytes =
      try Self.wrapping { () throws(StorageError) in
        try fileSystem.contentsIfPresent(
          Self.filePath("duplicates", in: path), limitBytes: limit)
      } ?? []
    return Self.decodeChunks(bytes, from: record).entries
  }

  /// Adds the keys of one sealed segment, durable on return.
  ///
  /// Adding a segment twice is harmless, and writes the whole file anew: what an earlier call left
  /// may be in the page cache only, and synchronising it again would prove nothing.
  ///
  /// - Parameter windowStart: keys of records before it may be forgotten.
  public func remember(
    _ entries: [RememberedDuplicate], windowStart: UInt64
  ) throws(VaultError) {
    guard !entries.isEmpty else { return }
    let file = Self.filePath("duplicates", in: path)
    let old =
      try Self.wrapping { () throws(StorageError) in
        try fileSystem.contentsIfPresent(file, limitBytes: .max)
      } ?? []
    var known = Self.decodeChunks(old)
    let repeated = Set(entries.map(\.record))
    let isRepetition = known.entries.last.map { repeated.contains($0.record) } ?? false
    if isRepetition { known.entries.removeAll { repeated.contains($0.record) } }
    if isRepetition || known.entries.count + entries.count > Self.entryCountMax
      || known.validByteCount < old.count || old.isEmpty
    {
      let kept = known.entries.filter { $0.record >= windowStart }
      return try Self.write(
        "duplicates", Self.encodeChunk(kept) + Self.encodeChunk(entries), in: path,
        on: fileSystem)
    }
    try Self.wrapping { () throws(StorageError) in
      try fileSystem.withFile(file, .readWrite) { handle throws(StorageError) in
        try handle.write(Self.encodeChunk(entries).span, at: old.count)
        try handle.synchronizeAll()
      }
    }
  }

  /// Forgets the keys of records whose bodies were erased, durable on return.
  ///
  /// Not to be called while `remember` is.
  public func forgetDuplicates(of records: Set<UInt64>) throws(VaultError) {
    let old =
      try Self.wrapping { () throws(StorageError) in
        try fileSystem.contentsIfPresent(
          Self.filePath("duplicates", in: path), limitBytes: .max)
      } ?? []
    let known = Self.decodeChunks(old).entries
    let kept = known.filter { !records.contains($0.record) }
    guard kept.count < known.count else { return }
    try Self.write("duplicates", Self.encodeChunk(kept), in: path, on: fileSystem)
  }

  private static func encodeChunk(_ entries: [RememberedDuplicate]) -> [UInt8] {
    guard !entries.isEmpty else { return [] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * entryByteCount + chunkOverheadByteCount)
    append(magic, to: &bytes)
    append(UInt64(entries.count), to: &bytes)
    for entry in entries {
      append(entry.record, to: &bytes)
      entry.key.append(to: &bytes)
      entry.contentKey.append(to: &bytes)
    }
    TruncatedDigest.hash(bytes.rawSpan).append(to: &bytes)
    return bytes
  }

  /// The entries of records from `least` on, of the chunks before the first that is damaged or cut
  /// short.
  static func decodeChunks(
    _ bytes: [UInt8], from least: UInt64 = 0
  ) -> (entries: [RememberedDuplicate], validByteCount: Int) {
    var entries: [RememberedDuplicate] = []
    entries.reserveCapacity(bytes.count / entryByteCount)
    var start = 0
    while bytes.count - start >= chunkOverheadByteCount,
      word(bytes, at: start) == magic,
      let count = Int(exactly: word(bytes, at: start + 8)),
      count <= (bytes.count - start - chunkOverheadByteCount) / entryByteCount
    {
      let end = start + 16 + count * entryByteCount
      let whole = bytes.rawSpan
      guard
        TruncatedDigest.hash(whole.extracting(start..<end))
          == TruncatedDigest(whole.extracting(end..<end + 16))
      else { break }
      for position in stride(from: start + 16, to: end, by: entryByteCount) {
        let record = word(bytes, at: position)
        guard record >= least else { continue }
        entries.append(
          RememberedDuplicate(
            record: record,
            key: TruncatedDigest(whole.extracting(position + 8..<position + 24)),
            contentKey: TruncatedDigest(whole.extracting(position + 24..<position + 40))))
      }
      start = end + 16
    }
    return (entries, start)
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  private static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}
