import LedgerCryptography
import LedgerFormat
import SegmentStorage

/// The obvious ledger: an array of records, each kept exactly as it was handed over.
struct ModelLedger {
  struct Record: Equatable {
    var header: [UInt8]
    var leafHash: SHA256Digest
    var time: Timestamp
    var bodies: [StoredBodyValue]
    var deduplicationKey: TruncatedDigest?
  }

  struct StoredBodyValue: Equatable {
    var salt: [UInt8]
    var bytes: [UInt8]
  }

  var records: [Record] = []
  var generator: TestGenerator

  init(seed: UInt64) { generator = TestGenerator(seed: seed) }

  var count: UInt64 { UInt64(records.count) }
  /// RFC 6962 leaf hash of the last record, written out.
  var lastLeafHash: SHA256Digest { records.last?.leafHash ?? .zero }

  /// Makes the next record; every third has the time of the one before.
  mutating func makeRecord(bodyByteCounts: [Int]) {
    let index = count
    var content = RecordContent(kind: "access", source: "test")
    content.attributes["nonce"] = .integer(Int64(truncatingIfNeeded: generator.next() >> 1))
    // Long enough that some hundred headers fill a block.
    content.attributes["noise"] = .bytes(generator.bytes(120))
    let last = records.last?.time.microseconds ?? -1_000
    let time = Timestamp(microseconds: index % 3 == 2 ? last : last + 1_000)
    let header = RecordHeader(
      previousLeafHash: lastLeafHash, index: index, recordedTime: time, content: content
    ).encoded()
    let bodies = bodyByteCounts.map {
      StoredBodyValue(salt: generator.bytes(16), bytes: generator.bytes($0))
    }
    let key = index % 2 == 0 ? TruncatedDigest.hash(generator.bytes(8).rawSpan) : nil
    records.append(
      Record(
        header: header, leafHash: SHA256Hasher.hash([0] + header), time: time, bodies: bodies,
        deduplicationKey: key))
  }

  mutating func makeRecords(_ count: Int, maximumBodyByteCount: Int = 200) {
    for _ in 0..<count {
      let bodyCount = Int.random(in: 0...2, using: &generator)
      let sizes = (0..<bodyCount).map { _ in
        Int.random(in: 0...maximumBodyByteCount, using: &generator)
      }
      makeRecord(bodyByteCounts: sizes)
    }
  }

  /// The records from `first` on as a group.
  func group(from first: UInt64) -> RawGroup {
    var group = RawGroup()
    group.begin(firstRecord: first)
    for index in Int(first)..<records.count {
      let record = records[index]
      let before = index == 0 ? SHA256Digest.zero : records[index - 1].leafHash
      group.append(header: record.header.rawSpan, leafHashBefore: before)
      for (slot, body) in record.bodies.enumerated() {
        group.append(
          body: UInt64(slot), salt: body.salt.rawSpan, bytes: body.bytes.rawSpan)
      }
      if let key = record.deduplicationKey {
        group.append(deduplicationKey: key, content: key)
      }
    }
    return group
  }

  /// Stands in for the roots of the complete subtrees, of which storage knows only the count.
  func frontier(_ size: UInt64) -> [SHA256Digest] {
    (0..<size.nonzeroBitCount).map { SHA256Hasher.hash([UInt8($0)]) }
  }
}

/// What a reader shows that differs from the model; nil if nothing does.
func difference(_ reader: LogReader, _ model: ModelLedger) throws -> String? {
  if reader.endRecord != model.count {
    return "\(reader.endRecord) records, the model has \(model.count)"
  }
  if let damage = reader.damage { return "damage: \(damage)" }
  var next: UInt64 = 0
  var problem: String?
  try reader.forEachHeader(in: 0..<reader.endRecord) { index, header, leafHash in
    let expected = model.records[Int(next)]
    if index != next || header.copied() != expected.header || leafHash != expected.leafHash {
      problem = problem ?? "header \(index) differs"
    }
    next += 1
  }
  if next != model.count { return "\(next) headers given" }
  for index in 0..<model.count {
    let expected = model.records[Int(index)].bodies.enumerated().map { slot, body in
      (BodySlot(record: index, body: UInt64(slot)), body)
    }
    let found = try reader.bodies(of: index)
    if found.count != expected.count { return "record \(index) has \(found.count) bodies" }
    for (stored, (slot, body)) in zip(found, expected)
    where stored.slot != slot || stored.content != .present(salt: body.salt, bytes: body.bytes) {
      return "body \(slot) differs"
    }
  }
  return problem
}
