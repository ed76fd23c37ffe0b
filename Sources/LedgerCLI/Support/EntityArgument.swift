internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// The entity that a reading command is asked about.
enum EntityArgument {
  /// Reads `TYPE:NAMESPACE:NAME[@VERSION]`, and also takes the form without percent-encoding where
  /// it means exactly one entity of the ledger.
  static func resolve(_ text: String, in reader: LedgerReader) throws -> CommandLineEntity {
    try reader.entity(named: text)
  }

  /// The same, of an entity that has lineage.
  static func resolve(data text: String, in reader: LedgerReader) throws -> CommandLineEntity {
    try reader.data(named: text)
  }

  /// The records that name the entity; of one with a version, those that name that version.
  static func records(
    of entity: CommandLineEntity, in reader: LedgerReader, range: Range<UInt64>? = nil,
    limit: Int = .max
  ) throws -> [UInt64] {
    try reader.records(of: entity, in: range, limit: limit)
  }
}
