import LedgerVerifier

/// A ledger's folder in memory, for damage by the thousand.
struct MemoryEvidence: Evidence {
  var files: [String: [UInt8]] = [:]
  /// Names that are symbolic links.
  var links: Set<String> = []
  /// Files that cannot be read although they are there.
  var unreadable: Set<String> = []

  func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
    var entries = Set<EvidenceEntry>()
    for path in Array(files.keys) + Array(links) {
      let parts = path.split(separator: "/").map(String.init)
      let kind: EvidenceEntry.Kind = links.contains(path) ? .symbolicLink : .file
      if folder.isEmpty {
        entries.insert(
          EvidenceEntry(name: parts[0], kind: parts.count == 1 ? kind : .folder))
      } else if parts.count == 2, parts[0] == folder {
        entries.insert(EvidenceEntry(name: parts[1], kind: kind))
      }
    }
    return Array(entries)
  }

  func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)? {
    if unreadable.contains(path) {
      throw EvidenceError(operation: "open", path: path, number: 13, reason: "Permission denied")
    }
    guard let bytes = files[path], !links.contains(path) else { return nil }
    return MemoryFile(bytes: bytes)
  }
}

struct MemoryFile: EvidenceFile {
  let bytes: [UInt8]
  var byteCount: Int { bytes.count }

  func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError) {
    buffer.append(contentsOf: bytes[range])
  }
}
