import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// A small log with an index record at its end, signed, and the proofs about it.
struct IndexedLog {
  static let origin = "test.example/log"
  let signer: NoteSignerKey
  let keys: [NoteVerifierKey]
  /// The headers, the index record's last.
  var headers: [[UInt8]] = []
  /// What the run file says, which need not be what the headers say.
  var file: [UInt8] = []

  /// - Parameters:
  ///   - entities: the entities of each record.
  ///   - lie: changes what the committed run holds.
  init(
    _ entities: [[Entity]], origin: String = Self.origin,
    lie: (inout NaiveIndex) -> Void = { _ in }, change: (inout RecordHeader) -> Void = { _ in }
  ) throws {
    signer = try NoteSignerKey.generate(name: origin)
    keys = [signer.verifierKey]
    var index = NaiveIndex()
    for (number, named) in entities.enumerated() {
      var content = RecordContent(kind: "access", source: "etl")
      content.entities = named
      headers.append(header(content).encoded())
      index.add(UInt64(number), keys: named.map { EntityKey($0).bytes })
    }
    lie(&index)
    let extent = IndexTesting.extent(0, 0, UInt64(entities.count))
    let (file, commitment) = IndexTesting.file(index, extent)
    self.file = file
    var content = RecordContent(kind: "index", source: "local")
    content.runs = [commitment]
    var last = header(content)
    change(&last)
    headers.append(last.encoded())
  }

  private func header(_ content: RecordContent) -> RecordHeader {
    RecordHeader(
      previousLeafHash: headers.last.map { MerkleHash.leaf($0) } ?? .zero,
      index: UInt64(headers.count), recordedTime: Golden.recordedTime, content: content)
  }

  /// The inclusion hashes of a record in the whole tree.
  func inclusion(_ index: Int) -> [SHA256Digest] {
    NaiveTree(entries: headers).path(index, 0, headers.count)
  }

  /// The note of the checkpoint over the first `count` records.
  func note(_ count: Int, origin: String = Self.origin, signer: NoteSignerKey? = nil) throws
    -> SignedNote
  {
    let root = NaiveTree(entries: headers).hash(0, count)
    let checkpoint = Checkpoint(origin: origin, size: UInt64(count), root: root)
    return try SignedNote.sign(checkpoint.text, with: [signer ?? self.signer])
  }

  func evidence() throws -> IndexEvidence {
    try IndexEvidence(
      headerBytes: headers[headers.count - 1], inclusionHashes: inclusion(headers.count - 1),
      note: try note(headers.count))
  }

  func completeness(_ key: EntityKey, since: UInt64 = 0) throws -> CompletenessProofFile {
    let reader = try IndexTesting.reader(file)
    let answer = try reader.answer(keyHash: key.digest, since: since)
    return try CompletenessProofFile(
      key: key, since: since, evidence: try evidence(), answers: [answer])
  }

  func omission(_ key: EntityKey, _ record: Int) throws -> OmissionProofFile {
    let reader = try IndexTesting.reader(file)
    let range = UInt64(record)..<UInt64(record) + 1
    return try OmissionProofFile(
      key: key, index: UInt64(record), recordBytes: headers[record],
      recordHashes: inclusion(record), evidence: try evidence(),
      answer: try reader.answer(keyHash: key.digest, covering: range))
  }

  /// Entity `number`, as a record names it.
  static func entity(_ number: Int) -> Entity {
    Entity(
      role: .input, type: .dataset, namespace: "s3://lake", name: "table/\(number)",
      version: "v\(number)")
  }

  /// 40 records: entity 0 in every third, entity 1 in the last, entities 2… in one each.
  static func entities() -> [[Entity]] {
    (0..<40).map { number in
      var named: [Entity] = [entity(2 + number)]
      if number.isMultiple(of: 3) { named.append(entity(0)) }
      if number == 39 { named.append(entity(1)) }
      return named
    }
  }
}

/// The error of a completeness check; nil if it accepts.
func refusal(_ proof: CompletenessProofFile, _ keys: [NoteVerifierKey]) -> IndexProofError? {
  IndexTesting.refusal { () throws(IndexProofError) in _ = try proof.check(keys: keys) }
}

/// The error of an omission check; nil if it accepts.
func refusal(_ proof: OmissionProofFile, _ keys: [NoteVerifierKey]) -> IndexProofError? {
  IndexTesting.refusal { () throws(IndexProofError) in _ = try proof.check(keys: keys) }
}

/// A list of hashes with one bit of one changed, one dropped, or one added.
func damaged(_ hashes: [SHA256Digest]) -> [[SHA256Digest]] {
  var lists: [[SHA256Digest]] = [hashes + [Golden.digest(1)]]
  for position in hashes.indices {
    var flipped = hashes
    var bytes: [UInt8] = []
    flipped[position].append(to: &bytes)
    bytes[position % 32] ^= 1
    flipped[position] = SHA256Digest(bytes.rawSpan)
    lists.append(flipped)
    lists.append(Array(hashes[..<position] + hashes[(position + 1)...]))
    if position > 0 {
      var swapped = hashes
      swapped.swapAt(position, position - 1)
      lists.append(swapped)
    }
  }
  return lists
}
