import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone

/// A clock that stands still: recorded times do not matter here.
struct FixedClock: LedgerClock {
  func now() -> Timestamp { Timestamp(microseconds: 1_790_000_000_000_000) }
  func monotonicMicroseconds() -> Int64 { 0 }
}

/// The ledger's folder as the verifier sees it.
struct DiskFiles: Evidence {
  private var files: [String: [UInt8]] = [:]

  init(_ disk: SimulatedFileSystem) {
    for path in disk.filePaths(below: "/l") {
      files[String(path.dropFirst(3))] = disk.contents(path)
    }
  }

  func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
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

  func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)? {
    files[path].map { Bytes(bytes: $0) }
  }

  private struct Bytes: EvidenceFile {
    let bytes: [UInt8]
    var byteCount: Int { bytes.count }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError) {
      buffer += bytes[range]
    }
  }
}
