internal import LedgerFormat

/// A run file or name dictionary of the evidence, opened before the log is read, so that a writer
/// that merges it away meanwhile cannot take it.
struct StoredIndexFile: Sendable {
  let path: String
  let extent: IndexRunExtent
  let file: any EvidenceFile

  var source: StoredRunSource { StoredRunSource(file: file) }
  var byteCount: UInt64 { UInt64(file.byteCount) }
}

/// The bytes of a file of the evidence, for the readers of the format.
struct StoredRunSource: RunByteSource {
  let file: any EvidenceFile

  func read(offset: UInt64, byteCount: Int) throws -> [UInt8] {
    guard byteCount >= 0, offset <= UInt64(file.byteCount),
      byteCount <= file.byteCount - Int(offset)
    else {
      throw FormatError.truncated(
        needed: byteCount, available: max(0, file.byteCount - Int(clamping: offset)),
        offset: Int(clamping: offset))
    }
    return try file.bytes(Int(offset)..<Int(offset) + byteCount)
  }
}

/// What is stored under `index/`, by name.
struct StoredIndex: Sendable {
  var runs: [IndexRunExtent: StoredIndexFile] = [:]
  var names: [IndexRunExtent: StoredIndexFile] = [:]
  /// The index records that have a note, ascending.
  var notes: [UInt64] = []

  static func notePath(_ record: UInt64) -> String { "index/\(record).note" }

  /// Lists and opens the files; those gone since they were listed are left out.
  init(_ evidence: any Evidence) throws(EvidenceError) {
    for entry in try evidence.entries(of: "index") where entry.kind == .file {
      let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let stem = String(parts[0])
      if parts[1] == "note" {
        if let record = UInt64(stem), String(record) == stem { notes.append(record) }
        continue
      }
      let path = "index/\(entry.name)"
      guard parts[1] == "run" || parts[1] == "names", let extent = IndexRunExtent(name: stem),
        let file = try evidence.open(path)
      else { continue }
      let stored = StoredIndexFile(path: path, extent: extent, file: file)
      if parts[1] == "run" { runs[extent] = stored } else { names[extent] = stored }
    }
    notes.sort()
  }

  /// Sizes at which the root must be known.
  var wantedSizes: [UInt64] { notes.filter { $0 < FormatLimits.integerMax }.map { $0 + 1 } }

  /// Where runs that are stored end without being full.
  var tailEnds: Set<UInt64> {
    Set((Array(runs.keys) + Array(names.keys)).filter { !$0.isFull }.map(\.endRecord))
  }
}
