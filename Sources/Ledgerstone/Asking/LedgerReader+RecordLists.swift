internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage

/// The records of many entities at once: run by run, so that what one run has in memory stays close
/// to the processor, and what no run covers is gone through once.
extension LedgerReader {
  /// A record that names an entity, by the entity's place among those asked for.
  private typealias Found = (place: Int, record: UInt64)

  /// For each of `keys`, as `records(naming:in:)`.
  func records(
    namingEach keys: [EntityKey], in range: Range<UInt64>, _ view: IndexView
  ) throws(LedgerError) -> RecordLists {
    try translatingErrors {
      let range = range.clamped(to: 0..<size)
      let digests = keys.map(\.digest)
      // In a run's own order, one goes through its memory once and not to and fro.
      let order = digests.indices.sorted { digests[$0] < digests[$1] }
      let sorted = order.map { digests[$0] }
      let search = { @Sendable (position: Int) -> [Found]? in
        let part = view.pieces[position].records.clamped(to: range)
        guard !part.isEmpty, let run = view.pieces[position].run else { return nil }
        var found: [Found] = []
        do {
          try run.forEachRecord(keyHashes: sorted, in: part) { found.append((order[$0], $1)) }
          return found
        } catch {
          return nil
        }
      }
      // Few questions are answered sooner than another thread is woken.
      let pieceCount = view.pieces.count
      let inRuns =
        keys.count < 64 ? (0..<pieceCount).map(search) : inParallel(pieceCount, search)
      var found: [Found] = []
      for (position, piece) in view.pieces.enumerated() {
        let part = piece.records.clamped(to: range)
        guard !part.isEmpty else { continue }
        if let listed = inRuns[position] {
          found += listed
        } else if position == view.pieces.count - 1,
          let recent = try recentRecords(naming: keys, in: part)
        {
          found += recent
        } else {
          found += try scan(part, for: keys)
        }
      }
      return RecordLists(found, count: keys.count)
    }
  }

  /// What the memory knows of the newest records; nil if it does not know all of that yet.
  private func recentRecords(
    naming keys: [EntityKey], in part: Range<UInt64>
  ) throws -> [Found]? {
    var found: [Found] = []
    for (place, key) in keys.enumerated() {
      guard let records = try indexMemory.recentRecords(naming: key, in: part, of: log) else {
        return nil
      }
      for record in records { found.append((place, record)) }
    }
    return found
  }

  private func scan(_ part: Range<UInt64>, for keys: [EntityKey]) throws -> [Found] {
    var places: [ArraySlice<UInt8>: [Int]] = [:]
    var lengths: Set<Int> = []
    for (place, key) in keys.enumerated() {
      places[key.bytes[1...], default: []].append(place)
      lengths.insert(key.bytes.count - 1)
    }
    // A record can name an entity in several roles.
    var last = [UInt64?](repeating: nil, count: keys.count)
    var found: [Found] = []
    try log.forEachHeader(in: part) { index, header, _ in
      var walk = try EntityKeyWalk(header)
      while let items = try walk.next() {
        guard lengths.contains(items.count) else { continue }
        for place in places[header.extracting(items).copied()[...]] ?? []
        where last[place] != index {
          last[place] = index
          found.append((place, index))
        }
      }
    }
    return found
  }
}
