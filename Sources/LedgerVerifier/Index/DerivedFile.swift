internal import LedgerFormat

/// A file of the index as the records give it: in memory, or, where the stored one is the same,
/// in that.
struct DerivedFile: Sendable {
  let source: any RunByteSource
  let byteCount: UInt64
}

/// Compares the bytes of a derived file with the stored one as they come, and keeps them only
/// where they differ.
struct DerivedFileComparison {
  private let stored: StoredIndexFile?
  private var position = 0
  /// The bytes so far, once they are not those of the stored file.
  private var memory: [UInt8]?
  /// Where the two differ first.
  private(set) var difference: UInt64?

  init(_ stored: StoredIndexFile?) {
    self.stored = stored
    if stored == nil { memory = [] }
  }

  mutating func append(_ bytes: [UInt8]) throws(EvidenceError) {
    if memory != nil {
      memory?.append(contentsOf: bytes)
    } else if let stored {
      let end = min(stored.file.byteCount, position + bytes.count)
      let held = try stored.file.bytes(position..<end)
      if held.count != bytes.count || held != bytes {
        let same = zip(held, bytes).prefix { $0 == $1 }.count
        difference = UInt64(position + same)
        memory = try stored.file.bytes(0..<position) + bytes
      }
    }
    position += bytes.count
  }

  /// All bytes were appended.
  mutating func finish() throws(EvidenceError) -> DerivedFile {
    if let memory {
      return DerivedFile(source: RunBytes(memory), byteCount: UInt64(memory.count))
    }
    guard let stored, stored.file.byteCount > position else {
      return DerivedFile(
        source: stored?.source ?? RunBytes([]), byteCount: UInt64(position))
    }
    difference = UInt64(position)
    let bytes = try stored.file.bytes(0..<position)
    return DerivedFile(source: RunBytes(bytes), byteCount: UInt64(position))
  }
}
