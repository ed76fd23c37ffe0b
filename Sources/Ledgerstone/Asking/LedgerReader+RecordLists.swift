internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage

/// The records of many entities at once: run by run, so that what one run has in memory stays close
/// to the processor, and what no run covers is gone through once.
extension LedgerReader {
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
      var found: [(place: Int, record: UInt64)] = []
      for (position, piece) in view.pieces.enumerated() {
        let part = piece.records.clamped(to: range)
        guard !part.isEmpty else { continue }
        let before = found.count
        if let run = piece.run {
          let isWhole: Void? = try? run.forEachRecord(keyHashes: sorted, in: part) {
            found.append((order[$0], $1))
          }
          if isWhole != nil { continue }
        } else if position == view.pieces.count - 1,
          try collectRecent(keys, in: part, into: &found)
        {
          continue
        }
        found.removeLast(found.count - before)
        try collect(keys, in: part, into: &found)
      }
      return RecordLists(found, count: keys.count)
    }
  }

  /// What the memory knows of the newest records; false if it does not know all of that yet.
  private func collectRecent(
    _ keys: [EntityKey], in part: Range<UInt64>,
    into found: inout [(place: Int, record: UInt64)]
  ) throws -> Bool {
    for (place, key) in keys.enumerated() {
      guard let records = try indexMemory.recentRecords(naming: key, in: part, of: log) else {
        return false
      }
      for record in records { found.append((place, record)) }
    }
    return true
  }

  private func collect(
    _ keys: [EntityKey], in part: Range<UInt64>,
    into found: inout [(place: Int, record: UInt64)]
  ) throws {
    var places: [ArraySlice<UInt8>: [Int]] = [:]
    for (place, key) in keys.enumerated() { places[key.bytes[1...], default: []].append(place) }
    // A record can name an entity in several roles.
    var last = [UInt64?](repeating: nil, count: keys.count)
    try log.forEachHeader(in: part) { index, header, _ in
      var walk = try EntityKeyWalk(header)
      while let items = try walk.next() {
        for place in places[header.extracting(items).copied()[...]] ?? []
        where last[place] != index {
          last[place] = index
          found.append((place, index))
        }
      }
    }
  }
}
