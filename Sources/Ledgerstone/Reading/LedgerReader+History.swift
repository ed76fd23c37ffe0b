internal import LedgerCryptography
public import LedgerFormat
internal import SegmentStorage

extension LedgerReader {
  /// The records that name an entity, in whatever role, ascending.
  ///
  /// Runs answer for the records they cover; the others are gone through. The answer is what the
  /// files say: a completeness proof is what convinces somebody else.
  ///
  /// - Parameters:
  ///   - range: the records to look among.
  ///   - limit: the most to give; the first ones are given.
  /// - Complexity: O(log n) blocks per run, and the first time all headers that no run covers.
  public func records(
    naming key: EntityKey, in range: Range<UInt64>? = nil, limit: Int = .max
  ) throws(LedgerError) -> [UInt64] {
    let view = try translatingErrors { try indexView() }
    return try records(naming: key, in: range ?? 0..<size, limit: limit, view)
  }

  /// The same for several questions about one view of the index.
  func records(
    naming key: EntityKey, in range: Range<UInt64>, limit: Int = .max, _ view: IndexView
  ) throws(LedgerError) -> [UInt64] {
    try translatingErrors {
      let range = range.clamped(to: 0..<size)
      let digest = key.digest
      var found: [UInt64] = []
      for (position, piece) in view.pieces.enumerated() where found.count < limit {
        let part = piece.records.clamped(to: range)
        guard !part.isEmpty else { continue }
        let room = limit - found.count
        if let run = piece.run,
          let records = try? run.records(keyHash: digest, in: part, limit: room)
        {
          found += records
        } else if position == view.pieces.count - 1,
          let records = try indexMemory.recentRecords(naming: key, in: part, of: log)
        {
          found += records.prefix(room)
        } else {
          try scan(part, for: key, limit: room, into: &found)
        }
      }
      return found
    }
  }

  /// The index files as they are.
  func indexView() throws -> IndexView {
    try IndexView(indexFolder, endRecord: size, memory: indexMemory) {
      indexMemory.runs(listedBy: $0, in: log)
    }
  }

  var indexFolder: IndexFolder {
    IndexFolder(location, fileSystem, ledgerID: identity.ledgerID)
  }

  private struct LimitReached: Error {}

  private func scan(
    _ range: Range<UInt64>, for key: EntityKey, limit: Int, into found: inout [UInt64]
  ) throws {
    let end = found.count + limit
    let items = key.bytes[1...]
    do {
      try log.forEachHeader(in: range) { index, header, _ in
        var walk = try EntityKeyWalk(header)
        while let place = try walk.next() {
          guard place.count == items.count,
            header.extracting(place).copied().elementsEqual(items)
          else { continue }
          found.append(index)
          if found.count == end { throw LimitReached() }
          break
        }
      }
    } catch is LimitReached {
      return
    }
  }

  /// Where the record begins that follows the one which `index` is, or is a part of; `size` if
  /// there is none.
  public func record(after index: UInt64) throws(LedgerError) -> UInt64 {
    guard index < size else { return size }
    return (try parts(at: index).last?.header.index ?? index) + 1
  }

  /// The first record that was recorded at `time` or later; `size` if there is none.
  public func firstRecord(atOrAfter time: Timestamp) throws(LedgerError) -> UInt64 {
    try translatingErrors { try log.firstRecord(atOrAfter: time) }
  }
}

extension LedgerReader {
  /// Names of entities, ascending by type, namespace and name.
  ///
  /// - Parameters:
  ///   - start: where to go on after an earlier call: nothing below it is given.
  ///   - limit: the most to give.
  /// - Complexity: O(log n) blocks per run, and all headers that no run covers.
  public func entityNames(
    matching query: NameQuery, from start: IndexedName? = nil, limit: Int
  ) throws(LedgerError) -> [IndexedName] {
    try translatingErrors {
      var found: Set<IndexedName> = []
      let view = try indexView()
      for piece in view.pieces {
        if let extent = piece.extent,
          let names = try? view.folder.names(extent)
            .names(matching: query, from: start, limit: limit)
        {
          found.formUnion(names)
        } else {
          try collectNames(piece.records, matching: query, from: start, into: &found)
        }
      }
      return Array(found.sorted().prefix(limit))
    }
  }

  private func collectNames(
    _ range: Range<UInt64>, matching query: NameQuery, from start: IndexedName?,
    into found: inout Set<IndexedName>
  ) throws {
    var seen: Set<[UInt8]> = []
    try log.forEachHeader(in: range) { _, header, _ in
      var walk = try EntityKeyWalk(header)
      while let place = try walk.next() {
        let items = header.extracting(place).copied()
        guard seen.insert(items).inserted else { continue }
        let name = IndexedName(try EntityKey(parsing: [0x83] + items))
        if query.matches(name), start.map({ name >= $0 }) ?? true { found.insert(name) }
      }
    }
  }
}
