internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import Provenance
internal import SubjectVault

/// The first stage of an append: numbers records, chains them and grows the tree, in memory only.
///
/// It runs ahead of the disk by the groups under way. If one of those fails, the ledger is
/// poisoned and this state is thrown away with it.
struct Sequencer {
  private(set) var nextRecord: UInt64
  private(set) var lastLeafHash: SHA256Digest
  private(set) var frontier: TreeFrontier
  private var window: DuplicateWindow
  private var header: ByteBuffer = []

  /// What one record of a batch became; the receipts of duplicates are completed by the committer.
  enum Outcome: Sendable {
    case recorded(Receipt)
    case duplicate(of: UInt64, identifier: String?)
    case conflict(with: UInt64, identifier: String)
    case unknownReference(to: UInt64)
  }

  init(
    nextRecord: UInt64, lastLeafHash: SHA256Digest, frontier: TreeFrontier,
    window: DuplicateWindow
  ) {
    self.nextRecord = nextRecord
    self.lastLeafHash = lastLeafHash
    self.frontier = frontier
    self.window = window
  }

  /// Forgets the duplicate keys of records whose bodies were erased.
  mutating func forgetDuplicates(of records: Set<UInt64>) { window.forget(records) }

  /// Begins a group at the next record.
  func begin(_ pending: inout PendingGroup, at time: Timestamp) {
    pending.begin(firstRecord: nextRecord, recordedTime: time)
  }

  /// Adds records of `batch` from `cursor` on until the batch ends or the group is full.
  ///
  /// - Parameter outcomes: gets one element per record taken.
  /// - Returns: whether all records were taken; if not, the group has to be committed first.
  mutating func add(
    _ batch: RecordBatch, from cursor: inout BatchCursor, to pending: inout PendingGroup,
    outcomes: inout [Outcome]
  ) -> Bool {
    defer {
      pending.frontier = frontier
      pending.lastLeafHash = lastLeafHash
    }
    let records = batch.records.span
    while cursor.record < records.count {
      let record = records[cursor.record]
      if let known = record.duplicateKey.flatMap({
        window.entry(for: $0, nextRecord: nextRecord)
      }) {
        if known.contentKey == record.contentKey {
          outcomes.append(.duplicate(of: known.record, identifier: record.identifier))
        } else {
          outcomes.append(
            .conflict(with: known.record, identifier: record.identifier ?? ""))
        }
        cursor.skip(record)
        continue
      }
      if let reference = record.highestReference, reference >= nextRecord {
        outcomes.append(.unknownReference(to: reference))
        cursor.skip(record)
        continue
      }
      let isFull =
        pending.group.recordCount > 0
        && (pending.group.byteCount + record.byteCount > FormatLimits.groupByteCountMax
          || Int(pending.group.recordCount) + record.partCount
            > FormatLimits.groupRecordCountMax)
      if isFull { return false }
      outcomes.append(.recorded(append(record, batch, cursor, to: &pending)))
      cursor.skip(record)
    }
    return true
  }

  private mutating func append(
    _ record: RecordBatch.Record, _ batch: RecordBatch, _ cursor: BatchCursor,
    to pending: inout PendingGroup
  ) -> Receipt {
    let first = nextRecord
    var firstLeafHash = SHA256Digest.zero
    for position in 0..<record.partCount {
      let part = cursor.part + position
      let tailStart = part == 0 ? 0 : batch.parts[part - 1].tailEnd
      header.removeAll(keepingCapacity: true)
      RecordHeader.encode(
        previousLeafHash: lastLeafHash, index: nextRecord, recordedTime: pending.recordedTime,
        tail: batch.tails.rawSpan.extracting(tailStart..<batch.parts[part].tailEnd),
        tailPairCount: batch.parts[part].pairCount, into: &header)
      pending.group.append(header: header.rawSpan, leafHashBefore: lastLeafHash)
      lastLeafHash = MerkleHash.leaf(header.rawSpan)
      if position == 0 {
        firstLeafHash = lastLeafHash
        appendBodies(record, batch, cursor, to: &pending)
      }
      pending.add(hash: lastLeafHash, level: 0)
      frontier.append(lastLeafHash) { level, _, hash in
        if level.isMultiple(of: 8) { pending.add(hash: hash, level: level / 8) }
      }
      nextRecord += 1
    }
    if let key = record.duplicateKey {
      window.remember(key: key, contentKey: record.contentKey, record: first)
      pending.duplicates.append(
        RememberedDuplicate(record: first, key: key, contentKey: record.contentKey))
    }
    return Receipt(
      index: first, leafHash: firstLeafHash, recordedTime: pending.recordedTime,
      identifier: record.identifier)
  }

  private func appendBodies(
    _ record: RecordBatch.Record, _ batch: RecordBatch, _ cursor: BatchCursor,
    to pending: inout PendingGroup
  ) {
    for body in 0..<record.bodyCount {
      let position = cursor.body + body
      let start = position == 0 ? 0 : batch.bodyEnds[position - 1]
      let whole = batch.bodies.rawSpan.extracting(start..<batch.bodyEnds[position])
      pending.group.append(
        body: UInt64(body), salt: whole.extracting(..<BodyEntry.saltByteCount),
        bytes: whole.extracting(BodyEntry.saltByteCount...))
    }
    if let key = record.duplicateKey {
      pending.group.append(deduplicationKey: key, content: record.contentKey)
    }
  }
}

/// How far a batch has been taken.
struct BatchCursor: Sendable {
  var record = 0
  var part = 0
  var body = 0

  mutating func skip(_ taken: RecordBatch.Record) {
    record += 1
    part += taken.partCount
    body += taken.bodyCount
  }
}
