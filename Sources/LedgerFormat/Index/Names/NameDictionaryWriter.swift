internal import LedgerCryptography

/// Writes the name dictionary beside a run: the names of its entities in order, for prefix search.
/// A convenience that nothing trusts; the runs know entities by their hashes only.
///
/// ```
/// file    header 64 as a run file has it, magic "LSTINNAM"
///         blocks of up to 128 names
///         table: per block offset 8, byte count 4; then 16 digest of the table
///         footer
///
/// footer
///  0      8   magic "LSTINNFT"
///  8      8   name count
///  16     8   offset of the table
///  24     16  digest of all before it
/// ```
public struct NameDictionaryWriter: Sendable {
  static let magic: UInt64 = 0x4D41_4E4E_4954_534C  // "LSTINNAM"
  static let footerMagic: UInt64 = 0x5446_4E4E_4954_534C  // "LSTINNFT"
  static let footerByteCount = 40

  /// Bytes written and not taken yet.
  public private(set) var output: ByteBuffer
  private var takenByteCount: UInt64 = 0
  private var block: [IndexedName] = []
  private var table: ByteBuffer = []
  private var nameCount: UInt64 = 0
  private var last: IndexedName?

  public init(ledgerID: LedgerID, extent: IndexRunExtent) {
    output = RunFileHeader.encoded(Self.magic, ledgerID, extent)
  }

  /// Adds a name, which must be above the one before.
  public mutating func append(_ name: IndexedName) {
    if let last { precondition(last < name, "names come in order") }
    last = name
    block.append(name)
    nameCount += 1
    if block.count == FormatLimits.nameBlockEntryCount { writeBlock() }
  }

  /// Hands over what was written since the last call.
  public mutating func takeOutput() -> [UInt8] {
    defer {
      takenByteCount += UInt64(output.count)
      output = []
    }
    return output
  }

  /// Writes what is left, the table and the footer. Nothing may be added afterwards.
  public mutating func finish() {
    if !block.isEmpty { writeBlock() }
    let tableOffset = takenByteCount + UInt64(output.count)
    output.append(contentsOf: table)
    output.append(TruncatedDigest.hash(table.rawSpan))
    var footer: ByteBuffer = []
    footer.append(littleEndian: Self.footerMagic)
    footer.append(littleEndian: nameCount)
    footer.append(littleEndian: tableOffset)
    footer.append(TruncatedDigest.hash(footer.rawSpan))
    output.append(contentsOf: footer)
  }

  private mutating func writeBlock() {
    let start = output.count
    NameBlock.append(block, to: &output)
    RunBlockLocation(
      offset: takenByteCount + UInt64(start), byteCount: output.count - start
    ).append(to: &table)
    block.removeAll(keepingCapacity: true)
  }
}

extension RunBuilder {
  /// The name dictionary of the entities so far.
  public func nameDictionary(ledgerID: LedgerID) -> [UInt8] {
    guard let extent = IndexRunExtent(level: 0, firstRecord: firstRecord, recordCount: recordCount)
    else { preconditionFailure("a run covers at least one record") }
    var writer = NameDictionaryWriter(ledgerID: ledgerID, extent: extent)
    for name in names().sorted() { writer.append(name) }
    writer.finish()
    return writer.takeOutput()
  }
}
