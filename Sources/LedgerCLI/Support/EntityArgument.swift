internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// The entity that a reading command is asked about.
enum EntityArgument {
  /// Reads `TYPE:NAMESPACE:NAME[@VERSION]`, and also takes the form without percent-encoding where
  /// it means exactly one entity of the ledger.
  static func resolve(_ text: String, in reader: LedgerReader) throws -> CommandLineEntity {
    let failure: CommandLineEntityError
    do throws(CommandLineEntityError) {
      return try CommandLineEntity(parsing: text)
    } catch {
      failure = error
    }
    let candidates = CommandLineEntity.unencodedCandidates(text)
    var present: [CommandLineEntity] = []
    for candidate in candidates
    where try !records(of: candidate, in: reader, limit: 1).isEmpty {
      present.append(candidate)
    }
    switch present.count {
    case 0: throw CommandFailure(.usage, "\(text): \(failure)")
    case 1: return present[0]
    default:
      let list = present.map { "\n  \($0.text)" }.joined()
      throw CommandFailure(
        .usage, "\(text) may mean \(present.count) entities; name one of them:\(list)")
    }
  }

  /// The records that name the entity; of one with a version, those that name that version.
  static func records(
    of entity: CommandLineEntity, in reader: LedgerReader, range: Range<UInt64>? = nil,
    limit: Int = .max
  ) throws -> [UInt64] {
    let all = try reader.records(
      naming: entity.key, in: range, limit: entity.version == nil ? limit : .max)
    guard let version = entity.version else { return all }
    var matching: [UInt64] = []
    for record in all where matching.count < limit {
      let entities = try reader.record(at: record).header.content.entities
      let isNamed = entities.contains {
        EntityKey($0) == entity.key
          && $0.version.map { $0.utf8.elementsEqual(version.utf8) } ?? false
      }
      if isNamed { matching.append(record) }
    }
    return matching
  }
}
