public import LedgerVerifier

/// The ledger in the folder `/l` of a simulated disk, as the independent verifier sees it.
public struct DiskEvidence: Evidence {
  private var files: [String: [UInt8]] = [:]

  public init(_ disk: SimulatedFileSystem) {
    for path in disk.filePaths(below: "/l") {
      files[String(path.dropFirst(3))] = disk.contents(path)
    }
  }

  /// The files' paths, sorted.
  public var paths: [String] { files.keys.sorted() }

  public func bytes(_ path: String) -> [UInt8] { files[path] ?? [] }

  /// The same with one bit changed.
  public func flipping(bit: Int, of offset: Int, in path: String) -> DiskEvidence {
    var changed = self
    changed.files[path]?[offset] ^= 1 << UInt8(bit)
    return changed
  }

  /// The same with a file under another name.
  public func renaming(_ path: String, to other: String) -> DiskEvidence {
    var changed = self
    changed.files[other] = changed.files.removeValue(forKey: path)
    return changed
  }

  public func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
    var entries = Set<EvidenceEntry>()
    for path in files.keys {
      let parts = path.split(separator: "/").map(String.init)
      if folder.isEmpty {
        entries.insert(EvidenceEntry(name: parts[0], kind: parts.count == 1 ? .file : .folder))
      } else if parts.count == 2, parts[0] == folder {
        entries.insert(EvidenceEntry(name: parts[1], kind: .file))
      }
    }
    return Array(entries)
  }

  public func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)? {
    files[path].map { File(bytes: $0) }
  }

  private struct File: EvidenceFile {
    let bytes: [UInt8]
    var byteCount: Int { bytes.count }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError) {
      buffer += bytes[range]
    }
  }
}
