import LedgerCryptography
import LedgerTestSupport
import MerkleLog

@testable import LedgerFormat

/// An index over any number of records without the records: the runs are made up, and so are the
/// hashes of all other records in the tree.
struct SyntheticIndex {
  let keys: [NoteVerifierKey]
  let evidence: IndexEvidence
  let readers: [RunReader]

  /// - Parameters:
  ///   - entryCount: entities 0..<entryCount, of which each full run of level 0 has this many and
  ///     larger ones up to eight times as many.
  ///   - rare: ten records of `rareKey`.
  init(recordCount: UInt64, entryCount: Int, seed: UInt64, rare: [UInt64] = []) throws {
    var random = RepeatableRandom(seed: seed)
    var readers: [RunReader] = []
    for extent in IndexRunExtent.tiling(recordCount: recordCount) {
      var entries: [(SHA256Digest, [UInt64])] = []
      for number in 0..<(entryCount * (extent.level > 0 ? 8 : 1)) {
        let first = UInt64.random(
          in: extent.firstRecord..<extent.endRecord, using: &random)
        entries.append((IndexTesting.key(number).digest, [first]))
      }
      let own = rare.filter { $0 >= extent.firstRecord && $0 < extent.endRecord }
      if !own.isEmpty { entries.append((Self.rareKey.digest, own)) }
      var writer = RunWriter(ledgerID: Golden.ledgerID, extent: extent)
      for (keyHash, records) in entries.sorted(by: { $0.0 < $1.0 }) {
        writer.beginEntry(keyHash)
        for record in records { writer.append(record) }
        writer.endEntry()
      }
      _ = writer.finish()
      readers.append(try IndexTesting.reader(writer.takeOutput()))
    }
    self.readers = readers
    var content = RecordContent(kind: "index", source: "local")
    content.runs = readers.map(\.commitment)
    let header = RecordHeader(
      previousLeafHash: random.digest(), index: recordCount, recordedTime: Golden.recordedTime,
      content: content
    ).encoded()
    let frontier = (0..<recordCount.nonzeroBitCount).map { _ in random.digest() }
    var tree = TreeFrontier(size: recordCount, hashes: frontier)!
    tree.append(MerkleHash.leaf(header))
    let signer = try NoteSignerKey.generate(name: IndexedLog.origin)
    keys = [signer.verifierKey]
    let checkpoint = Checkpoint(
      origin: IndexedLog.origin, size: recordCount + 1, root: tree.root)
    evidence = try IndexEvidence(
      headerBytes: header, inclusionHashes: frontier.reversed(),
      note: try SignedNote.sign(checkpoint.text, with: [signer]))
  }

  static let rareKey = EntityKey(type: .dataset, namespace: "s3://lake", name: "rare")

  func completeness(_ key: EntityKey, since: UInt64 = 0) throws -> CompletenessProofFile {
    let keyHash = key.digest
    return try CompletenessProofFile(
      key: key, since: since, evidence: evidence,
      answers: try evidence.runNumbers(since: since).map {
        try readers[$0].answer(keyHash: keyHash, since: since)
      })
  }
}
