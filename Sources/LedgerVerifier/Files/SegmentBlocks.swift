internal import LedgerCryptography
internal import LedgerFormat

/// Reads and checks single blocks of a sealed file; called on any thread.
extension SegmentFile {
  /// Checks one header block against itself and the directory.
  func headerBlock(_ number: Int, scratch: inout Scratch)
    -> Result<HeaderBlockOutcome, EvidenceError>
  {
    let location = blocks[number]
    let place = Place(file: path, offset: location.offset, block: number)
    do throws(EvidenceError) {
      try read(location, into: &scratch.stored)
    } catch {
      return .failure(error)
    }
    let stored = scratch.stored
    do throws(FormatError) {
      let result = try HeaderBlockCheck.run(stored.rawSpan, at: place, raw: &scratch.raw)
      try Self.check(result.header, location)
      return .success(.sound(result, place))
    } catch {
      return .success(
        .damaged(
          DamagedBlock(
            place: place, bytes: stored,
            records: location.firstRecord...location.lastRecord, error: error)))
    }
  }

  /// Checks one body block against the bodies that the headers name.
  func bodyBlock(_ number: Int, expected: [ExpectedBody], scratch: inout Scratch)
    -> Result<BodyBlockResult, EvidenceError>
  {
    let location = blocks[number]
    let place = Place(file: path, offset: location.offset, block: number)
    do throws(EvidenceError) {
      try read(location, into: &scratch.stored)
    } catch {
      return .failure(error)
    }
    let stored = scratch.stored
    var result = BodyBlockCheck.run(
      stored.rawSpan, at: place, records: location.firstRecord...location.lastRecord,
      expected: expected,
      raw: &scratch.raw)
    if !result.isDamaged {
      var reader = ByteReader(stored.rawSpan)
      do throws(FormatError) {
        try Self.check(try BlockHeader.decode(.bodies, from: &reader), location)
      } catch {
        result.problems.append(
          Finding(
            .blockDamaged, "the block is not as the file's directory has it: \(error)",
            at: place, records: location.firstRecord...location.lastRecord))
      }
    }
    return .success(result)
  }

  private func read(_ location: SegmentFooter.BlockLocation, into buffer: inout [UInt8])
    throws(EvidenceError)
  {
    buffer.removeAll(keepingCapacity: true)
    let start = Int(location.offset)
    try file.read(start..<start + Int(location.blockByteCount), into: &buffer)
  }

  private static func check(_ header: BlockHeader, _ location: SegmentFooter.BlockLocation)
    throws(FormatError)
  {
    guard header.firstRecord == location.firstRecord, header.lastRecord == location.lastRecord
    else { throw .inconsistent(field: "block records", offset: 16) }
    guard header.entryCount == location.entryCount else {
      throw .inconsistent(field: "entry count", offset: 12)
    }
    guard header.blockByteCount == Int(location.blockByteCount) else {
      throw .inconsistent(field: "stored byte count", offset: 36)
    }
  }
}
