import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import Testing

/// What a client knows of a ledger it writes to: what it sent, what it was told, and which notes
/// it was given. Records are numbered by the client, from 0, in the order sent.
struct WrittenLedger: Sendable {
  /// How many records were handed over, acknowledged or not.
  var sentCount = 0
  /// By the client's number, what was acknowledged.
  var receipts: [Int: Receipt] = [:]
  /// Every note that was returned, by its size.
  var notes: [UInt64: [UInt8]] = [:]
  var vkey: String?
  /// The key of the newest rotation that was acknowledged.
  var rotatedKey: String?
  /// Acknowledged records whose bodies a request begins to erase, and whether that is done.
  var erasing: Set<Int> = []
  var isErased = false

  /// The body of a record: one is larger than a block, one in thirteen is hard to compress.
  static func body(_ number: Int) -> [UInt8] {
    var bytes = Array("{\"number\":\(number)}".utf8)
    if number == 7 { bytes += [UInt8](repeating: 0x20, count: 66_000) }
    if number % 13 == 5 {
      var state = UInt32(truncatingIfNeeded: number) &* 2_654_435_761 | 1
      for _ in 0..<700 {
        state = state &* 1_664_525 &+ 1_013_904_223
        bytes.append(UInt8(truncatingIfNeeded: state >> 24))
      }
    }
    return bytes
  }

  static func rule(_ number: Int) -> DuplicateRule {
    number.isMultiple(of: 2) ? .bodyBytes : .identifier("id-\(number)")
  }

  static func add(_ number: Int, to batch: inout RecordBatch) throws {
    try batch.append(
      EngineFixture.content(number),
      bodies: [RecordBatch.Body(contentType: "application/json", bytes: body(number))],
      duplicates: rule(number))
  }

  /// Sends the next `count` records as one batch.
  mutating func send(_ count: Int, to ledger: Ledger) async throws {
    var batch = ledger.makeBatch()
    let first = sentCount
    for number in first..<first + count { try Self.add(number, to: &batch) }
    sentCount += count
    try take(await ledger.append(batch), from: first)
  }

  /// Sends one batch per count at the same time: while the clock holds up the group of the first,
  /// the others queue behind it in this order, and share the next.
  mutating func produce(
    _ counts: [Int], to ledger: Ledger, clock: ManualClock
  ) async throws {
    clock.hold()
    var tasks: [(first: Int, task: Task<[AppendOutcome], any Error>)] = []
    for count in counts {
      var batch = ledger.makeBatch()
      let first = sentCount
      for number in first..<first + count { try Self.add(number, to: &batch) }
      sentCount += count
      let before = ledger.queuedByteCount
      let complete = batch
      tasks.append((first, Task { try await ledger.append(complete) }))
      while ledger.queuedByteCount == before || !clock.isHoldingSomebody { await Task.yield() }
    }
    clock.release()
    var failure: (any Error)?
    for (first, task) in tasks {
      do { try take(await task.value, from: first) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private mutating func take(_ outcomes: [AppendOutcome], from first: Int) throws {
    for (position, outcome) in outcomes.enumerated() {
      guard case .recorded(let receipt) = outcome, !receipt.isDuplicate else {
        throw EngineFixture.Unexpected.conflict
      }
      receipts[first + position] = receipt
    }
  }

  /// Sends everything from the beginning again, as a client does that was cut off; afterwards
  /// every record is acknowledged, those known before by the same receipt.
  mutating func sendAgain(to ledger: Ledger) async throws {
    try await sendAgain(0..<sentCount, to: ledger)
  }

  /// Sends some of the records again.
  mutating func sendAgain(_ numbers: Range<Int>, to ledger: Ledger) async throws {
    guard !numbers.isEmpty else { return }
    var batch = ledger.makeBatch()
    // What tells a duplicate goes with an erased body: sent again it would be a new record.
    let sent = numbers.filter { !erasing.contains($0) }
    for number in sent { try Self.add(number, to: &batch) }
    for (number, outcome) in zip(sent, try await ledger.append(batch)) {
      guard case .recorded(var receipt) = outcome else {
        throw EngineFixture.Unexpected.conflict
      }
      if let known = receipts[number] {
        #expect(receipt.isDuplicate, "record \(number) was acknowledged and stored again")
        receipt.isDuplicate = false
        #expect(receipt == known)
      }
      receipt.isDuplicate = false
      receipts[number] = receipt
    }
  }

  mutating func checkpoint(_ ledger: Ledger) async throws {
    try note(try await ledger.checkpoint())
  }

  /// Takes note of notes that others may have seen.
  mutating func noteAll(_ seen: [[UInt8]]) throws {
    for bytes in seen { try note(bytes) }
  }

  /// Takes note of a note: there must never be two of one size.
  mutating func note(_ bytes: [UInt8]) throws {
    let size = try Checkpoint(parsing: SignedNote(parsing: bytes).text).size
    #expect(notes[size] == nil || notes[size] == bytes, "two notes of size \(size)")
    notes[size] = bytes
  }
}

extension WrittenLedger {
  /// Requires that `reader` holds everything acknowledged, in order, nothing half, and nothing that
  /// contradicts a note ever returned.
  ///
  /// - Parameter isComplete: everything sent must be there.
  func check(_ reader: LedgerReader, isComplete: Bool = false) throws {
    var leaves: [[UInt8]] = []
    var numbers: [Int] = []
    var previous = SHA256Digest.zero
    var lastTime = Timestamp(microseconds: 0)
    var indexes: [Int: UInt64] = [:]
    for index in 0..<reader.size {
      let record = try reader.record(at: index)
      let leafHash = SHA256Hasher.hash([0] + record.bytes)
      try #require(record.header.index == index && record.leafHash == leafHash)
      try #require(record.header.previousLeafHash == previous)
      try #require(record.header.recordedTime >= lastTime)
      lastTime = record.header.recordedTime
      previous = leafHash
      leaves.append(record.bytes)
      for (position, description) in record.header.content.bodies.enumerated() {
        let number = numbers.count
        indexes[number] = index
        numbers.append(number)
        guard let opening = try opening(of: number, reader, index, position) else { continue }
        try #require(
          description.commitment == SHA256Hasher.hash(opening.salt + opening.bytes))
        try #require(opening.bytes == Self.body(number), "at \(index) is not record \(number)")
      }
      if record.header.content.bodies.isEmpty {
        let kind = record.header.content.kind
        try #require(
          index == 0
            ? kind == "ledger/created"
            : ["ledger/recovered", "ledger/clock", "index", KeyRotation.kind].contains(kind)
              || !erasing.isEmpty && kind.hasPrefix("erasure/"), "\(kind)")
      }
    }
    try #require(numbers.count <= sentCount)
    if isComplete { try #require(numbers.count == sentCount) }
    for (number, receipt) in receipts {
      try #require(indexes[number] == receipt.index, "record \(number) was acknowledged")
      let bytes = leaves[Int(receipt.index)]
      try #require(receipt.leafHash == SHA256Hasher.hash([0] + bytes))
    }
    try checkNotes(reader, NaiveTree(entries: leaves))
  }

  private func checkNotes(_ reader: LedgerReader, _ tree: NaiveTree) throws {
    let keys = try keys(reader)
    var all = Array(notes.values)
    if let published = reader.checkpoint {
      let size = try Checkpoint(parsing: SignedNote(parsing: published).text).size
      try #require(size >= notes.keys.max() ?? 0, "a note was returned before it was published")
      try #require(notes[size] == nil || notes[size] == published)
      all.append(published)
    } else {
      try #require(notes.isEmpty)
    }
    for bytes in all {
      let note = try SignedNote(parsing: bytes)
      _ = try note.verify(keys: keys)
      let checkpoint = try Checkpoint(parsing: note.text)
      try #require(checkpoint.size <= tree.entries.count)
      try #require(checkpoint.root == tree.hash(0, Int(checkpoint.size)))
    }
  }
}
