internal import LedgerFormat

extension LedgerCheck {
  /// Names everything in the folder that no ledger has there. Links are never followed.
  func remarkForeignFiles() throws(EvidenceError) {
    let files: Set<String> = ["ledger.json", "LOCK", "checkpoint", "active", "active.sealing"]
    let folders: Set<String> = ["log", "bodies", "tree", "index", "keys", "erased", "torn"]
    for entry in try sortedEntries(of: "") {
      let isKnown =
        entry.kind == .file && files.contains(entry.name)
        || entry.kind == .folder && folders.contains(entry.name)
      if !isKnown { remark(entry, path: entry.name) }
    }
    for kind in [BlockKind.headers, .bodies] {
      let folder = SegmentFile.folder(kind)
      for entry in try sortedEntries(of: folder) {
        let isKnown =
          entry.kind == .file && SegmentFile.firstRecord(kind, name: entry.name) != nil
        if !isKnown { remark(entry, path: "\(folder)/\(entry.name)") }
      }
    }
    for entry in try sortedEntries(of: "index")
    where entry.kind != .file || !Self.isIndexFile(entry.name) {
      remark(entry, path: "index/\(entry.name)")
    }
    for entry in try sortedEntries(of: "keys")
    where entry.kind != .file || Self.handoverRecord(name: entry.name) == nil {
      remark(entry, path: "keys/\(entry.name)")
    }
    for entry in try sortedEntries(of: "erased")
    where entry.kind != .file || BroughtPlan.record(name: entry.name) == nil {
      remark(entry, path: "erased/\(entry.name)")
    }
    let levels = Set((0..<TreeComparison.levelCount).map(String.init))
    for entry in try sortedEntries(of: "tree")
    where entry.kind != .file || !levels.contains(entry.name) {
      remark(entry, path: "tree/\(entry.name)")
    }
  }

  /// Whether the name is that of a run, a name dictionary or the note of an index record.
  private static func isIndexFile(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    let stem = String(parts[0])
    switch parts[1] {
    case "run", "names": return IndexRunExtent(name: stem) != nil
    case "note": return UInt64(stem).map { String($0) == stem } ?? false
    default: return false
    }
  }

  private func sortedEntries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
    try evidence.entries(of: folder).sorted { $0.name < $1.name }
  }

  private func remark(_ entry: EvidenceEntry, path: String) {
    switch entry.kind {
    case .file where entry.name.hasSuffix(".tmp"):
      collector.add(
        Remark(.temporaryFile, "a temporary file that the next writer removes", file: path))
    case .symbolicLink:
      collector.add(
        Remark(.foreignFile, "a symbolic link, which was not followed", file: path))
    default:
      collector.add(Remark(.foreignFile, "is no part of a ledger and was not read", file: path))
    }
  }
}
