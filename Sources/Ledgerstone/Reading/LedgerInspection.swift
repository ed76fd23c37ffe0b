public import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

/// What the files of a ledger are and hold, for `inspect`.
public struct LedgerInspection: Sendable {
  public struct File: Sendable {
    /// Relative to the ledger's folder.
    public let path: String
    public let sizeBytes: Int
    /// What the file is, in a word or two.
    public let role: String
    /// Of sealed files and the active ones.
    public let records: Range<UInt64>?
    /// Blocks of sealed files.
    public let blockCount: Int?
  }

  public let identity: LedgerIdentity
  /// The C2SP verifier key that signs what comes next.
  public let verifierKey: String
  public let recordCount: UInt64
  /// Records under the newest checkpoint; nil without one.
  public let checkpointSize: UInt64?
  public let files: [File]
  /// Damage met while the files were listed; the records behind it are not counted.
  public let damage: String?

  /// Bytes of all files.
  public var sizeBytes: Int { files.reduce(0) { $0 + $1.sizeBytes } }
}

extension LedgerReader {
  /// Lists the ledger's files. Reads footers and frames; verifies nothing else.
  public func inspection() throws(LedgerError) -> LedgerInspection {
    try translatingErrors {
      var files: [LedgerInspection.File] = []
      try collect("", into: &files)
      return LedgerInspection(
        identity: identity, verifierKey: verifierKey, recordCount: size,
        checkpointSize: (try? newestNote())?.checkpoint.size, files: files,
        damage: log.damage?.description)
    }
  }

  private func collect(_ folder: String, into files: inout [LedgerInspection.File]) throws {
    let path = folder.isEmpty ? location.directory : location.path(folder)
    for entry in try fileSystem.list(path) {
      let relative = folder.isEmpty ? entry.name : folder + "/" + entry.name
      switch entry.kind {
      case .directory: try collect(relative, into: &files)
      case .file:
        guard let information = try fileSystem.information(location.path(relative)) else { break }
        files.append(describe(relative, sizeBytes: information.sizeBytes))
      case .symbolicLink, .other:
        files.append(
          LedgerInspection.File(
            path: relative, sizeBytes: 0, role: "foreign", records: nil, blockCount: nil))
      }
    }
  }

  private func describe(_ path: String, sizeBytes: Int) -> LedgerInspection.File {
    let segment = log.segments.first {
      path == "log/" + Self.fileName($0.firstRecord, "log")
        || path == "bodies/" + Self.fileName($0.firstRecord, "body")
    }
    let isHeaders = path.hasPrefix("log/")
    return LedgerInspection.File(
      path: path, sizeBytes: sizeBytes, role: Self.role(path),
      records: segment.map { $0.firstRecord..<$0.endRecord },
      blockCount: isHeaders ? segment?.footer.blocks.count : nil)
  }

  private static func fileName(_ record: UInt64, _ suffix: String) -> String {
    let digits = String(record)
    return String(repeating: "0", count: 20 - digits.utf8.count) + digits + "." + suffix
  }

  private static func role(_ path: String) -> String {
    switch path.split(separator: "/").first {
    case "ledger.json": "identity"
    case "LOCK": "lock"
    case "checkpoint": "checkpoint"
    case "active": "active groups"
    case "active.sealing": "groups being sealed"
    case "log": "header segment"
    case "bodies": "body segment"
    case "tree": "tree level"
    case "torn": "cut-off tail"
    case "keys": "handover of the key"
    case "erased": "plan of an erasure"
    case "index" where path.hasSuffix(".run"): "run of the index"
    case "index" where path.hasSuffix(".names"): "names of a run"
    case "index" where path.hasSuffix(".note"): "checkpoint of an index record"
    default: "foreign"
    }
  }
}
