/// Merges the name dictionaries of consecutive runs, in bounded memory: one block of each.
public struct NameDictionaryMerger {
  private struct Cursor {
    let reader: NameDictionaryReader
    var names: [IndexedName] = []
    var place = 0
    var nextBlock = 0
  }

  private var cursors: [Cursor] = []
  private var writer: NameDictionaryWriter
  private var isFinished = false

  /// Merges `dictionaries`, which must be those of the runs that make up `extent`.
  ///
  /// - Throws: `FormatError`, or what the source throws.
  public init(
    _ dictionaries: [NameDictionaryReader], into extent: IndexRunExtent,
    ledgerID: LedgerID
  ) throws {
    var next = extent.firstRecord
    for dictionary in dictionaries {
      precondition(dictionary.extent.firstRecord == next, "runs to merge follow each other")
      precondition(dictionary.ledgerID == ledgerID, "runs to merge are of one ledger")
      next = dictionary.extent.endRecord
    }
    precondition(next == extent.endRecord, "a merged run covers what its parts do")
    writer = NameDictionaryWriter(ledgerID: ledgerID, extent: extent)
    for dictionary in dictionaries {
      cursors.append(Cursor(reader: dictionary))
      try load(cursors.count - 1)
    }
  }

  /// Goes on until about `byteCount` bytes wait in the output, or all is written.
  ///
  /// - Returns: whether the dictionary is complete.
  /// - Throws: `FormatError`, or what the source throws; the merger is not to be used afterwards.
  public mutating func advance(byteCount: Int) throws -> Bool {
    while !isFinished, writer.output.count < byteCount {
      var least: IndexedName?
      for cursor in cursors where cursor.place < cursor.names.count {
        let name = cursor.names[cursor.place]
        if least.map({ name < $0 }) ?? true { least = name }
      }
      guard let least else {
        writer.finish()
        isFinished = true
        break
      }
      writer.append(least)
      for number in cursors.indices
      where cursors[number].place < cursors[number].names.count
        && cursors[number].names[cursors[number].place] == least
      {
        cursors[number].place += 1
        if cursors[number].place == cursors[number].names.count { try load(number) }
      }
    }
    return isFinished
  }

  /// Hands over what was written since the last call: the next bytes of the file.
  public mutating func takeOutput() -> [UInt8] { writer.takeOutput() }

  private mutating func load(_ number: Int) throws {
    guard cursors[number].nextBlock < cursors[number].reader.blockCount else { return }
    let last = cursors[number].names.last
    let names = try cursors[number].reader.names(inBlock: cursors[number].nextBlock)
    if let last, let first = names.first, first <= last {
      throw FormatError.notAscending(field: "name", offset: 2)
    }
    cursors[number].names = names
    cursors[number].place = 0
    cursors[number].nextBlock += 1
  }
}
