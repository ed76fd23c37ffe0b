import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

/// SplitMix64.
struct ModelGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A ledger and its model, to which the same is done.
struct ModelWork {
  enum Operation: CaseIterable {
    case append, appendMore, appendOne, appendTwice, sendOld, sendConflict, mix
    case checkpoint, reopen, crash, crashWhileAppending
    case prove, proveConsistency, exportTiles
  }

  var generator: ModelGenerator
  private var fixture: EngineFixture
  private var ledger: Ledger
  private var model = ModelLedger()
  /// By index; none for the ledger's own records.
  private var receipts: [Int: Receipt] = [:]
  /// Every note so far, oldest first.
  private var notes: [[UInt8]] = []
  /// Records before it were compared lately.
  private var checkedCount = 0
  private var exportCount = 0

  init(seed: UInt64) async throws {
    generator = ModelGenerator(state: seed)
    fixture = EngineFixture(seed: seed)
    fixture.segmentByteCountTarget = [300, 2_000, 20_000].randomElement(using: &generator) ?? 300
    _ = try await fixture.create()
    ledger = try fixture.open()
    model.noteOwnRecord()
    notes.append(try await ledger.checkpoint())
    try compare(isWhole: true)
  }

  mutating func perform(_ operation: Operation) async throws {
    switch operation {
    case .append, .appendMore: try await send(newRecords(Int.random(in: 1...12, using: &generator)))
    case .appendOne: try await send(newRecords(1))
    case .appendTwice:
      let one = newRecords(1)
      try await send(one + one)
    case .sendOld: try await send(oldRecords(6))
    case .sendConflict: try await send(conflicts(3))
    case .mix:
      try await send((newRecords(4) + oldRecords(3) + conflicts(2)).shuffled(using: &generator))
    case .checkpoint: notes.append(try await ledger.checkpoint())
    case .reopen:
      try await ledger.close()
      ledger = try fixture.open()
      try #require(ledger.remarks == [])
    case .crash: try cutPower()
    case .crashWhileAppending: try await crashWhileAppending()
    case .prove: try prove()
    case .proveConsistency: try proveConsistency()
    case .exportTiles: try exportTiles()
    }
  }

  mutating func finish() async throws {
    notes.append(try await ledger.checkpoint())
    try await ledger.close()
    checkedCount = 0
    try compare(isWhole: true)
    for _ in notes { try proveConsistency() }
    try exportTiles()
  }
}

// MARK: - Appending

extension ModelWork {
  typealias Sent = (body: [UInt8], identity: ModelLedger.Identity)

  private mutating func newRecords(_ count: Int) -> [Sent] {
    (0..<count).map { position in
      let number = model.count * 100 + position
      let length = Int.random(in: 0..<400, using: &generator)
      let body =
        Array("\(number) ".utf8)
        + (0..<length).map { _ in UInt8.random(in: 32...126, using: &generator) }
      let identity: ModelLedger.Identity =
        [.none, .body, .identifier("id \(number)")].randomElement(using: &generator) ?? .none
      return (body, identity)
    }
  }

  private mutating func oldRecords(_ count: Int) -> [Sent] {
    (0..<count).compactMap { _ in
      guard let record = model.records.randomElement(using: &generator), let body = record.body,
        record.identity != .none
      else { return nil }
      return (body, record.identity)
    }
  }

  private mutating func conflicts(_ count: Int) -> [Sent] {
    oldRecords(count * 3).compactMap { body, identity in
      guard case .identifier = identity else { return nil }
      return (body + [33], identity)
    }
  }

  private func batch(_ sent: [Sent]) throws -> RecordBatch {
    var batch = ledger.makeBatch()
    for (body, identity) in sent {
      let rule: DuplicateRule =
        switch identity {
        case .none: .none
        case .body: .bodyBytes
        case .identifier(let identifier): .identifier(identifier)
        }
      try batch.append(
        EngineFixture.content(1),
        bodies: [RecordBatch.Body(contentType: "text/plain", bytes: body)], duplicates: rule)
    }
    return batch
  }

  private mutating func send(_ sent: [Sent]) async throws {
    let outcomes = try await ledger.append(batch(sent))
    try #require(outcomes.count == sent.count)
    for ((body, identity), outcome) in zip(sent, outcomes) {
      switch model.send(body, identity) {
      case .recorded(let index):
        let receipt = try DuplicateTests.receipt(outcome)
        try #require(receipt.index == UInt64(index) && !receipt.isDuplicate)
        receipts[index] = receipt
      case .duplicate(let index):
        var receipt = try DuplicateTests.receipt(outcome)
        try #require(receipt.isDuplicate)
        receipt.isDuplicate = false
        try #require(receipt == receipts[index])
      case .conflict(let index):
        guard case .conflict(UInt64(index), _) = outcome else {
          throw EngineFixture.Unexpected.conflict
        }
      }
    }
  }

  private mutating func cutPower() throws {
    fixture.disk = fixture.disk.crashed(
      seed: generator.next(),
      survival: SimulatedSurvival.allCases.randomElement(using: &generator) ?? .everything)
    ledger = try fixture.open()
    let size = try fixture.reader().size
    // A torn tail leaves a record of its own.
    if size == UInt64(model.count + 1) {
      try #require(try kind(at: model.count) == "ledger/recovered")
      model.noteOwnRecord()
    }
  }

  private func kind(at index: Int) throws -> String {
    try fixture.reader().record(at: UInt64(index)).header.content.kind
  }

  /// The power fails while new records are on their way: as a whole group they are there or not.
  private mutating func crashWhileAppending() async throws {
    let sent = newRecords(Int.random(in: 1...5, using: &generator))
    let faults: [SimulatedFault] = [.crash, .crashBefore, .crashTearing]
    fixture.disk.inject(
      faults.randomElement(using: &generator) ?? .crash,
      at: Int.random(in: 1...4, using: &generator))
    do {
      try await send(sent)
      fixture.disk.crash()
      try cutPower()
    } catch let error as LedgerError where fixture.disk.isPowerLost {
      try #require([.storage, .poisoned].contains(error.code))
      let before = model.count
      fixture.disk = fixture.disk.crashed(seed: generator.next())
      ledger = try fixture.open()
      let reader = try fixture.reader()
      let isThere = reader.size > UInt64(before) ? try kind(at: before) == "access" : false
      if isThere {
        try #require(reader.size >= UInt64(before + sent.count), "half a group")
        for (body, identity) in sent {
          guard case .recorded(let index) = model.send(body, identity) else { continue }
          let record = try reader.record(at: UInt64(index))
          receipts[index] = Receipt(
            index: UInt64(index), leafHash: record.leafHash,
            recordedTime: record.header.recordedTime, identifier: identity.identifier)
        }
      }
      if reader.size == UInt64(model.count + 1) {
        try #require(try kind(at: model.count) == "ledger/recovered")
        model.noteOwnRecord()
      }
    }
  }
}

extension ModelLedger.Identity {
  fileprivate var identifier: String? {
    if case .identifier(let identifier) = self { identifier } else { nil }
  }
}

// MARK: - Comparing

extension ModelWork {
  /// Compares what is new since the last comparison and the published note, or everything.
  mutating func compare(isWhole: Bool) throws {
    let reader = try fixture.reader()
    try #require(reader.size == UInt64(model.count))
    try #require(reader.checkpoint == notes.last)
    for index in (isWhole ? 0 : checkedCount)..<model.count {
      let record = try reader.record(at: UInt64(index))
      let isAsBefore = model.note(leaf: record.bytes, at: index)
      try #require(isAsBefore, "record \(index) changed")
      try #require(record.header.index == UInt64(index))
      guard let body = model.records[index].body else {
        try #require(record.header.content.kind.hasPrefix("ledger/"))
        continue
      }
      let receipt = try #require(receipts[index])
      try #require(record.leafHash == receipt.leafHash)
      try #require(record.header.recordedTime == receipt.recordedTime)
      try #require(record.header.content.entities == EngineFixture.content(1).entities)
      try #require(try reader.body(record: UInt64(index), body: 0) == body)
    }
    checkedCount = max(0, model.count - 20)
  }

  /// The newest note's size; the model's tree under it has its root.
  private func signedTree() throws -> (size: Int, tree: NaiveTree) {
    let note = try #require(notes.last)
    let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
    let size = Int(checkpoint.size)
    let tree = model.tree(size: size)
    try #require(tree.hash(0, size) == checkpoint.root)
    return (size, tree)
  }

  private mutating func prove() throws {
    let reader = try fixture.reader()
    let (size, tree) = try signedTree()
    let index = Int.random(in: 0..<model.count, using: &generator)
    guard index < size else {
      #expect(throws: LedgerError(.notFound, "")) { try reader.inclusionProof(at: UInt64(index)) }
      return
    }
    let file = try InclusionProofFile(parsing: reader.inclusionProof(at: UInt64(index)))
    try #require(file.proof.index == UInt64(index) && file.proof.treeSize == UInt64(size))
    try #require(file.proof.hashes == tree.path(index, 0, size))
  }

  private mutating func proveConsistency() throws {
    let reader = try fixture.reader()
    let old = try #require(notes.randomElement(using: &generator))
    let oldSize = Int(try Checkpoint(parsing: SignedNote(parsing: old).text).size)
    let (size, tree) = try signedTree()
    let file = try ConsistencyProofFile(parsing: reader.consistencyProof(since: old))
    try #require(file.proof.oldSize == UInt64(oldSize) && file.proof.newSize == UInt64(size))
    try #require(file.proof.hashes == (oldSize == size ? [] : tree.proof(oldSize, size)))
  }

  private mutating func exportTiles() throws {
    exportCount += 1
    let folder = "/export \(exportCount)"
    try fixture.reader().exportTiles(to: folder)
    try #require(fixture.disk.contents(folder + "/checkpoint") == notes.last)
    let (size, tree) = try signedTree()
    for start in stride(from: 0, to: size, by: 256) {
      let end = min(size, start + 256)
      let suffix = end - start == 256 ? "" : ".p/\(end - start)"
      let name = String(repeating: "0", count: start < 2_560 ? 2 : 1) + "\(start / 256)"
      var tile: [UInt8] = []
      for index in start..<end { tree.leafHash(index).append(to: &tile) }
      try #require(fixture.disk.contents("\(folder)/tile/0/\(name)\(suffix)") == tile)
      var entries: [UInt8] = []
      for index in start..<end {
        let leaf = tree.entries[index]
        entries += [UInt8(leaf.count >> 8), UInt8(leaf.count & 255)] + leaf
      }
      try #require(fixture.disk.contents("\(folder)/tile/entries/\(name)\(suffix)") == entries)
    }
  }
}
