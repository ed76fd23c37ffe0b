internal import LedgerCryptography
public import LedgerFormat

/// The physical removal of bodies from sealed segments.
extension LogReader {
  /// Puts a tombstone in the place of each body in `slots`, durably.
  ///
  /// Each body segment concerned is copied into a new file, without those bodies and their salts,
  /// synchronised, and renamed over the old one; a block without any of them is copied as it is. A
  /// crash leaves the old file or the new one, and perhaps a temporary file, which the next opening
  /// removes. Slots that have a tombstone already are passed over, so that repeating the call is
  /// harmless. Headers are not touched.
  ///
  /// A call whose last synchronisation failed may have left a segment that only looks replaced:
  /// after it, `anew` has to be set.
  ///
  /// Whoever has the old file open still reads it until closing it.
  ///
  /// - Parameters:
  ///   - slots: of sealed records, ascending.
  ///   - plan: the record of the plan, for the tombstones.
  ///   - anew: also replaces the segments in which nothing is left to remove.
  /// - Returns: the bodies removed by this call.
  /// - Throws: `damaged` if a slot is not there or a segment is not what was written; file errors,
  ///   a full medium among them: what was not replaced yet is as before then.
  /// - Complexity: reads and writes each segment concerned once; holds one block in memory.
  public func eraseBodies(
    _ slots: [BodySlot], plan: UInt64, anew: Bool = false
  ) throws(StorageEngineError) -> Int {
    defer { forgetBodies() }
    var removedCount = 0
    var position = 0
    while position < slots.count {
      let record = slots[position].record
      try require(record)
      guard case .segment(let segment) = part(at: partPosition(of: record)) else {
        throw .damaged(
          location.activePath, records: record..<record + 1, "the record is not sealed yet")
      }
      var end = position
      while end < slots.count, slots[end].record < segment.endRecord { end += 1 }
      removedCount += try location.eraseBodies(
        Set(slots[position..<end]), plan: plan, segment: segment.firstRecord, anew: anew)
      position = end
    }
    return removedCount
  }
}

extension StorageLocation {
  /// Removes the files in `torn/`, which may hold bodies.
  public func purgeTornTails() throws(StorageEngineError) {
    let found = try onDisk { () throws(StorageError) in try fileSystem.information(tornFolder) }
    guard found != nil else { return }
    for file in try entries(of: tornFolder) where file.kind == .file {
      try removeIfPresent(tornFolder + "/" + file.name)
    }
    // Also where nothing is left: an earlier call may have failed just here.
    try synchronizeFolder(tornFolder)
  }

  func eraseBodies(
    _ slots: Set<BodySlot>, plan: UInt64, segment first: UInt64, anew: Bool
  ) throws(StorageEngineError) -> Int {
    let path = bodiesPath(first)
    let temporary = path + Self.temporarySuffix
    try removeIfPresent(temporary)
    var rewriting = BodyRewriting(slots: slots, plan: plan)
    do throws(StorageEngineError) {
      try withFile(path, .readOnly) { source throws(StorageEngineError) in
        let footer = try segmentFooter(.bodies, first, source, path: path)
        try withFile(temporary, .createNew(permissions: .file)) {
          target throws(StorageEngineError) in
          try rewriting.run(footer, ledgerID, from: source, path: path, into: target)
        }
      }
      if let missing = slots.subtracting(rewriting.found).min() {
        throw .damaged(
          path, records: missing.record..<missing.record + 1,
          "body \(missing.body) is neither there nor marked as erased")
      }
      guard rewriting.removedCount > 0 || anew else {
        try removeIfPresent(temporary)
        return 0
      }
      try rename(temporary, to: path)
    } catch {
      // A full medium needs the room back; the failure is what matters to the caller.
      try? removeIfPresent(temporary)
      throw error
    }
    try synchronizeFolder(bodiesFolder)
    return rewriting.removedCount
  }
}

/// Copies one body segment without some of its bodies.
private struct BodyRewriting {
  let slots: Set<BodySlot>
  let plan: UInt64
  /// Slots of `slots` that were met, removed now or before.
  private(set) var found: Set<BodySlot> = []
  private(set) var removedCount = 0
  private var output: ByteBuffer = []
  private var writtenByteCount = 0
  private var raw: ByteBuffer = []

  init(slots: Set<BodySlot>, plan: UInt64) {
    self.slots = slots
    self.plan = plan
  }

  mutating func run(
    _ footer: SegmentFooter, _ ledgerID: LedgerID, from source: borrowing StorageFile,
    path: String, into target: borrowing StorageFile
  ) throws(StorageEngineError) {
    output = SegmentFileHeader(
      kind: .bodies, ledgerID: ledgerID, firstRecord: footer.firstRecord
    ).encoded()
    let records = slots.map(\.record).sorted()
    var next = 0
    var copied = footer
    for (position, place) in footer.blocks.enumerated() {
      // Blocks ascend, and two of them may share a record.
      while next < records.count, records[next] < place.firstRecord { next += 1 }
      let isConcerned = next < records.count && records[next] <= place.lastRecord
      copied.blocks[position].offset = UInt64(writtenByteCount + output.count)
      let start = output.count
      // Read and checked also where it is copied: damage must not be carried on unseen.
      _ = try StoredBlock.read(.bodies, place, from: source, path: path, into: &raw)
      if isConcerned, try removeBodies(place, path: path) {
        copied.blocks[position].blockByteCount = UInt32(output.count - start)
      } else {
        try onDisk { () throws(StorageError) in
          try source.append(Int(place.blockByteCount), to: &output, at: Int(place.offset))
        }
      }
      if output.count >= FileWindow.byteCountTarget { try drain(into: target) }
    }
    output += copied.encoded()
    try drain(into: target)
    try onDisk { () throws(StorageError) in try target.synchronizeAll() }
  }

  /// Appends the block in `raw` with tombstones; false if it holds none of the bodies.
  private mutating func removeBodies(
    _ place: SegmentFooter.BlockLocation, path: String
  ) throws(StorageEngineError) -> Bool {
    var rewritten: ByteBuffer = []
    var met: Set<BodySlot> = []
    var count = 0
    let records = place.firstRecord..<place.lastRecord + 1
    do throws(FormatError) {
      var reader = ByteReader(raw.rawSpan)
      for _ in 0..<place.entryCount {
        let entry = try BodyEntry.decode(from: &reader)
        let isWanted = slots.contains(entry.slot)
        if isWanted { met.insert(entry.slot) }
        if let earlier = entry.erasedBy {
          BodyEntry.encode(erased: entry.slot, plan: earlier, into: &rewritten)
        } else if isWanted {
          BodyEntry.encode(erased: entry.slot, plan: plan, into: &rewritten)
          count += 1
        } else {
          BodyEntry.encode(
            slot: entry.slot, salt: entry.salt, bytes: entry.bytes, into: &rewritten)
        }
      }
      try reader.finish()
    } catch {
      throw StorageEngineError(error, path: path, offset: place.offset, records: records)
    }
    found.formUnion(met)
    guard count > 0 else { return false }
    removedCount += count
    Block.encode(
      .bodies, raw: rewritten.rawSpan, entryCount: place.entryCount,
      firstRecord: place.firstRecord, lastRecord: place.lastRecord, effort: .thoroughIfMuchRepeats,
      into: &output)
    return true
  }

  private mutating func drain(into file: borrowing StorageFile) throws(StorageEngineError) {
    let offset = writtenByteCount
    let bytes = output
    try onDisk { () throws(StorageError) in try file.write(bytes.span, at: offset) }
    writtenByteCount += output.count
    output.removeAll(keepingCapacity: true)
  }
}
