internal import LedgerCryptography
internal import LedgerFormat

/// A body slot whose body was erased, and the record of the plan that its tombstone names.
struct Tombstone: Hashable, Sendable {
  var slot: BodySlot
  var plan: UInt64
}

/// What one block of bodies holds, compared with the commitments.
struct BodyBlockResult: Sendable {
  /// Positions in the list of expected bodies that the block's entries stand for; nil where that
  /// could not be told.
  var expected: Range<Int>?
  var presentCount: UInt64 = 0
  var tombstones: [Tombstone] = []
  var problems: [Finding] = []
  /// The stored bytes do not have the digest they should: a tear, if at the end of the log.
  var isDamaged = false
}

/// Checks one block of bodies; a pure function of its bytes and the commitments.
enum BodyBlockCheck {
  /// - Parameters:
  ///   - expected: in slot order; must hold all bodies of the records that the block spans.
  ///   - records: the records it should hold, where the bytes themselves cannot be read.
  ///   - raw: a buffer to reuse; its content is replaced.
  static func run(
    _ bytes: RawSpan, at place: Place, records: ClosedRange<UInt64>, expected: [ExpectedBody],
    raw: inout [UInt8]
  ) -> BodyBlockResult {
    raw.removeAll(keepingCapacity: true)
    do throws(FormatError) {
      var reader = ByteReader(bytes)
      let header = try Block.decode(.bodies, from: &reader, into: &raw)
      try reader.finish()
      return check(raw.rawSpan, header: header, at: place, expected: expected)
    } catch {
      var result = BodyBlockResult()
      result.isDamaged = true
      result.problems.append(
        salvage(bytes, at: place, records: records, expected: expected, error: error))
      return result
    }
  }

  private static func check(
    _ raw: RawSpan, header: BlockHeader, at place: Place, expected: [ExpectedBody]
  ) -> BodyBlockResult {
    var result = BodyBlockResult()
    var entries = ByteReader(raw)
    var position: Int?
    var start: Int?
    var previous: BodySlot?
    for number in 0..<header.entryCount {
      let entry: BodyEntry
      do throws(FormatError) {
        entry = try BodyEntry.decode(from: &entries)
      } catch {
        let record = previous?.record ?? header.firstRecord
        result.problems.append(
          Finding(
            .blockDamaged, "entry \(number) of the body block is not readable: \(error)",
            at: place, records: record...max(record, header.lastRecord)))
        return result
      }
      let slot = entry.slot
      if let previous, slot <= previous {
        result.problems.append(unexpected(slot, "is out of order", at: place))
        return result
      }
      previous = slot
      if number == 0, slot.record != header.firstRecord {
        result.problems.append(
          unexpected(slot, "is not in the first record that its block names", at: place))
      }
      let next = position ?? firstPosition(of: slot, in: expected)
      guard next < expected.count, expected[next].slot == slot else {
        result.problems.append(
          next < expected.count && expected[next].slot < slot
            ? missing(expected[next].slot, at: place)
            : unexpected(slot, "is named by no header", at: place))
        return result
      }
      if start == nil { start = next }
      position = next + 1
      result.take(entry, expected[next], at: place)
    }
    if let previous, previous.record != header.lastRecord {
      result.problems.append(
        unexpected(previous, "is not in the last record that its block names", at: place))
    }
    if entries.remaining > 0 {
      result.problems.append(
        Finding(.blockDamaged, "the body block holds more than its entries", at: place))
    }
    if let start, let position { result.expected = start..<position }
    return result
  }

  /// The position of the first expected body that is not before `slot`.
  private static func firstPosition(of slot: BodySlot, in expected: [ExpectedBody]) -> Int {
    var low = 0
    var high = expected.count
    while low < high {
      let middle = (low + high) / 2
      if expected[middle].slot < slot { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func unexpected(_ slot: BodySlot, _ what: String, at place: Place) -> Finding {
    Finding(
      .bodyUnexpected, "body \(slot.body) of record \(slot.record) \(what)", at: place,
      records: slot.record...slot.record)
  }

  static func missing(_ slot: BodySlot, at place: Place) -> Finding {
    Finding(
      .bodyMissing,
      "body \(slot.body) of record \(slot.record) is neither there nor marked as erased",
      at: place, records: slot.record...slot.record)
  }

  /// Looks into a block whose digest is wrong for the first bad body.
  private static func salvage(
    _ bytes: RawSpan, at place: Place, records: ClosedRange<UInt64>, expected: [ExpectedBody],
    error: FormatError
  ) -> Finding {
    let general = Finding(
      .blockDamaged, "the body block is damaged: \(error)", at: place, records: records)
    guard let (header, raw) = DamagedBytes.expand(.bodies, bytes) else { return general }
    let inside = check(raw.rawSpan, header: header, at: place, expected: expected)
    guard let first = inside.problems.first else {
      return Finding(
        .blockDamaged,
        "the body block is damaged (\(error)), but its bodies read as committed to", at: place,
        records: records)
    }
    return first
  }
}

extension BodyBlockResult {
  fileprivate mutating func take(
    _ entry: borrowing BodyEntry, _ expected: ExpectedBody, at place: Place
  ) {
    let slot = expected.slot
    if let plan = entry.erasedBy {
      tombstones.append(Tombstone(slot: slot, plan: plan))
      return
    }
    presentCount += 1
    guard UInt64(entry.bytes.byteCount) == expected.byteCount else {
      problems.append(
        Finding(
          .bodyMismatch,
          "body \(slot.body) has \(entry.bytes.byteCount) bytes; the header says "
            + "\(expected.byteCount)", at: place, records: slot.record...slot.record))
      return
    }
    if SHA256Hasher.hash(entry.saltAndBytes) != expected.commitment {
      problems.append(
        Finding(
          .bodyMismatch, "body \(slot.body) or its salt is not the one the header commits to",
          at: place, records: slot.record...slot.record))
    }
  }
}
