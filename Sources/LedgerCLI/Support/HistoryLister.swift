internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Prints the records of one entity, all parts of a continued record together.
struct HistoryLister {
  let reader: LedgerReader
  let entity: CommandLineEntity
  let kind: String?
  let isJSON: Bool
  /// Records printed, parts not counted.
  private(set) var listedCount = 0
  /// The last record printed, if more follow it.
  private(set) var next: UInt64?

  init(reader: LedgerReader, entity: CommandLineEntity, kind: String?, isJSON: Bool) {
    self.reader = reader
    self.entity = entity
    self.kind = kind
    self.isJSON = isJSON
  }

  mutating func list(_ range: Range<UInt64>, limit: Int) throws {
    var output = StandardOutput()
    var count = 0
    next = try reader.forEachRecord(of: entity, in: range, kind: kind, limit: limit) { parts in
      count += 1
      if isJSON {
        for part in parts {
          try output.write(line: RecordJSON.text(part.header, leafHash: part.leafHash))
        }
      } else {
        try output.write(line: PlainText.escaped(line(parts)))
      }
    }
    listedCount = count
    try output.flush()
  }

  /// `17  2026-01-02T03:04:05.000000Z  run COMPLETE  as input, output  by spark  (4 parts)`
  private func line(_ parts: [StoredRecord]) -> String {
    let first = parts[0].header
    let content = first.content
    var roles: [String] = []
    for part in parts {
      for named in part.header.content.entities where EntityKey(named) == entity.key {
        let version = named.version.map { "@" + $0 } ?? ""
        let role = named.role.codeName + version
        // By bytes: versions that only normalisation makes alike are two.
        if !roles.contains(where: { $0.utf8.elementsEqual(role.utf8) }) { roles.append(role) }
      }
    }
    let event = content.eventType.map { " " + $0.codeName } ?? ""
    return "\(first.index)  \(first.recordedTime)  \(content.kind)\(event)"
      + "  as \(roles.joined(separator: ", "))  by \(content.source)"
      + (parts.count > 1 ? "  (\(parts.count) parts)" : "")
  }
}
