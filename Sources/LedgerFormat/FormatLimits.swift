/// Every bound of the format, in one place; the table in `Format.md` is this file in prose.
///
/// Readers check a length against these before they allocate; writers refuse what exceeds them.
public enum FormatLimits {
  /// The version written into `ledger.json`, record 0 and every file header.
  public static let formatVersion: UInt32 = 1

  /// The longest header, which is the longest entry C2SP tlog-tiles can bundle.
  public static let headerByteCountMax = 65_535
  /// The longest single name (namespace, name, version, source, producer) in UTF-8 bytes.
  public static let nameByteCountMax = 4_096
  /// The longest kind, attribute key or content type in ASCII bytes.
  public static let tokenByteCountMax = 128
  /// The longest text or byte-string value of an attribute.
  public static let attributeByteCountMax = 1_024
  /// The most attributes in one header.
  public static let attributeCountMax = 64
  /// The longest body.
  public static let bodyByteCountMax = 16 * 1_024 * 1_024
  /// All bodies of one record together; with the largest headers they still fit into one group.
  public static let recordBodyByteCountMax = 32 * 1_024 * 1_024
  /// The most bodies of one record.
  public static let bodyCountMax = 256
  /// The raw bytes (headers, bodies and salts) of one group; one larger body goes alone.
  public static let groupByteCountMax = 8 * 1_024 * 1_024
  /// The most records in one group.
  public static let groupRecordCountMax = 65_536
  /// The most parts of one record with its continuations: 16 MiB of headers, so that a record
  /// never needs a group that readers would refuse.
  public static let partCountMax = 256
  /// The raw bytes after which a block is closed.
  public static let blockByteCountTarget = 64 * 1_024
  /// The raw bytes of the largest block: one body of the largest size with its entry header.
  public static let blockByteCountMax = bodyByteCountMax + 1_024
  /// The stored bytes of all sections of one group, blocks' own headers included.
  public static let groupStoredByteCountMax = 64 * 1_024 * 1_024
  /// The stored bytes at which the active file is sealed.
  public static let segmentByteCountTarget = 64 * 1_024 * 1_024
  /// The most blocks a segment's footer can name.
  public static let segmentBlockCountMax = 1 << 20
  /// The largest index, count, time or offset: what fits in 63 bits.
  public static let integerMax = UInt64(Int64.max)
  /// The highest level of an index run.
  public static let runLevelMax: UInt64 = 15
  /// The most verifier keys in record 0.
  public static let verifierKeyCountMax = 16
  /// The longest origin in ASCII bytes.
  public static let originByteCountMax = 255
  /// The longest `ledger.json`.
  public static let ledgerFileByteCountMax = 4_096
  /// The most bytes behind the last whole group that can be a torn write.
  public static let tornTailByteCountMax = 268_435_456
  /// The most zeros behind the last whole group that are room a writer has made for the next ones.
  public static let reserveByteCountMax = 262_144
  /// The longest checkpoint or other signed note file.
  public static let noteByteCountMax = 1_048_576
  /// The highest level of a run whose records can all be numbered: 65,536 · 16^11 are 2^60.
  public static let fullRunLevelMax: UInt64 = 11
  /// The records of a full run of level 0.
  public static let runRecordCount = 65_536
  /// The most children of a block in a run's or a list's tree, and the entries of a page.
  public static let runFanOut = 64
  /// The records of one full chunk of an entry's list.
  public static let chunkRecordCount = 256
  /// The longest block of a run file, its digest included.
  public static let runBlockByteCountMax = 262_144
  /// The entities of one full block of a name dictionary.
  public static let nameBlockEntryCount = 128
  /// The longest block of a name dictionary, its digest included.
  public static let nameBlockByteCountMax = 2_097_152
  /// The longest proof about the index, and the longest certificate before its note.
  public static let indexProofByteCountMax = 67_108_864
}
