public import LedgerCryptography
public import MerkleLog

/// What a run says of one entity, with the hashes that lead to the run's root.
public enum RunAnswer: Hashable, Sendable {
  /// The run has an entry for it: this part of its records.
  case listed(ListedEntry)
  /// The run has none: its place lies between these neighbours.
  case absent(AbsentEntry)

  /// Returns if the answer follows from what an index record says of the run; throws otherwise.
  public func check(
    keyHash: SHA256Digest, run: IndexRunCommitment
  ) throws(RunAnswerError) {
    switch self {
    case .listed(let entry): try entry.check(keyHash: keyHash, run: run)
    case .absent(let entry): try entry.check(keyHash: keyHash, run: run)
    }
  }
}

/// Consecutive chunks of an entry's records, and where the entry is in its run.
public struct ListedEntry: Hashable, Sendable {
  /// The entry's position among the run's entries.
  public let position: UInt64
  /// How many records the whole list has.
  public let recordCount: UInt64
  /// The chunks that are here; never none.
  public let chunks: Range<UInt64>
  /// Their records, ascending.
  public let records: [UInt64]
  /// What proves the chunks in the list.
  public let listHashes: [SHA256Digest]
  /// What proves the entry in the run.
  public let entryHashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(
    position: UInt64, recordCount: UInt64, chunks: Range<UInt64>, records: [UInt64],
    listHashes: [SHA256Digest], entryHashes: [SHA256Digest]
  ) {
    self.position = position
    self.recordCount = recordCount
    self.chunks = chunks
    self.records = records
    self.listHashes = listHashes
    self.entryHashes = entryHashes
  }

  /// Whether all records of the list in `range` are among those here. Meaningful after `check`.
  public func covers(_ range: Range<UInt64>) -> Bool {
    guard let first = records.first, let last = records.last else { return false }
    let isCompleteBelow = chunks.lowerBound == 0 || first <= range.lowerBound
    let isCompleteAbove =
      chunks.upperBound == IndexList.chunkCount(recordCount: recordCount)
      || last >= range.upperBound - 1
    return isCompleteBelow && isCompleteAbove
  }

  func check(keyHash: SHA256Digest, run: IndexRunCommitment) throws(RunAnswerError) {
    guard position < run.entryCount else { throw .positionBeyondRun }
    guard recordCount > 0, recordCount <= run.recordCount else { throw .impossibleCount }
    let chunkCount = IndexList.chunkCount(recordCount: recordCount)
    guard !chunks.isEmpty, chunks.upperBound <= chunkCount else { throw .chunksBeyondList }
    let places =
      IndexList.records(ofChunk: chunks.lowerBound, recordCount: recordCount)
      .lowerBound..<IndexList
      .records(ofChunk: chunks.upperBound - 1, recordCount: recordCount).upperBound
    guard UInt64(records.count) == places.upperBound - places.lowerBound else {
      throw .wrongRecordCount(expected: places.upperBound - places.lowerBound, found: records.count)
    }
    try checkOrder(run)
    let size = FormatLimits.chunkRecordCount
    var leaves: [SHA256Digest] = []
    for start in stride(from: 0, to: records.count, by: size) {
      leaves.append(IndexHash.chunk(records[start..<min(records.count, start + size)]))
    }
    do throws(ProofError) {
      let listRoot = try RangeProof(range: chunks, treeSize: chunkCount, hashes: listHashes)
        .root(leafHashes: leaves)
      let leaf = IndexHash.entry(
        keyHash: keyHash, recordCount: recordCount, listRoot: listRoot)
      try RangeProof(
        range: position..<position + 1, treeSize: run.entryCount, hashes: entryHashes
      ).check(leafHashes: [leaf], root: run.root)
    } catch {
      throw .proof(error)
    }
  }

  private func checkOrder(_ run: IndexRunCommitment) throws(RunAnswerError) {
    guard let extent = run.extent else { throw .recordOutsideRun }
    var least = extent.firstRecord
    for record in records {
      guard record < extent.endRecord, record >= extent.firstRecord else {
        throw .recordOutsideRun
      }
      guard record >= least else { throw .recordsOutOfOrder }
      least = record + 1
    }
  }
}

/// What the leaf of an entry is hashed from.
public struct EntrySummary: Hashable, Sendable {
  public let keyHash: SHA256Digest
  public let recordCount: UInt64
  public let listRoot: SHA256Digest

  public init(keyHash: SHA256Digest, recordCount: UInt64, listRoot: SHA256Digest) {
    self.keyHash = keyHash
    self.recordCount = recordCount
    self.listRoot = listRoot
  }

  var leafHash: SHA256Digest {
    IndexHash.entry(keyHash: keyHash, recordCount: recordCount, listRoot: listRoot)
  }
}

/// The two neighbouring entries between which an entity would be; one at an end of the run, none
/// in an empty run.
public struct AbsentEntry: Hashable, Sendable {
  /// Where the entity's entry would have to be inserted: as many entries are below it.
  public let position: UInt64
  /// The entry before that place.
  public let left: EntrySummary?
  /// The entry at that place.
  public let right: EntrySummary?
  /// What proves the neighbours in the run.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(
    position: UInt64, left: EntrySummary?, right: EntrySummary?, hashes: [SHA256Digest]
  ) {
    self.position = position
    self.left = left
    self.right = right
    self.hashes = hashes
  }

  /// The positions of the neighbours of an insertion at `position`.
  static func neighbours(_ position: UInt64, entryCount: UInt64) -> Range<UInt64> {
    (position == 0 ? 0 : position - 1)..<min(entryCount, position + 1)
  }

  func check(keyHash: SHA256Digest, run: IndexRunCommitment) throws(RunAnswerError) {
    guard position <= run.entryCount else { throw .positionBeyondRun }
    guard (left != nil) == (position > 0) else { throw .wrongNeighbours }
    guard (right != nil) == (position < run.entryCount) else { throw .wrongNeighbours }
    if let left, !(left.keyHash < keyHash) { throw .notExcluded }
    if let right, !(keyHash < right.keyHash) { throw .notExcluded }
    let leaves = [left, right].compactMap { $0?.leafHash }
    if leaves.isEmpty {
      guard hashes.isEmpty else { throw .wrongNeighbours }
      guard run.root == MerkleHash.empty else {
        throw .proof(.rootMismatch(expected: run.root, computed: MerkleHash.empty))
      }
      return
    }
    do throws(ProofError) {
      let range = Self.neighbours(position, entryCount: run.entryCount)
      try RangeProof(range: range, treeSize: run.entryCount, hashes: hashes)
        .check(leafHashes: leaves, root: run.root)
    } catch {
      throw .proof(error)
    }
  }
}

/// Why an answer does not follow from a run's root.
public enum RunAnswerError: Error, Hashable, Sendable {
  /// The run has no such entry, or no such place between two.
  case positionBeyondRun
  /// An entry of no records, or of more than the run covers.
  case impossibleCount
  /// The chunks are none, or not the list's.
  case chunksBeyondList
  /// The chunks hold another number of records.
  case wrongRecordCount(expected: UInt64, found: Int)
  /// A record that the run does not cover.
  case recordOutsideRun
  /// The records do not ascend.
  case recordsOutOfOrder
  /// A neighbour is missing, or one is there that cannot be.
  case wrongNeighbours
  /// The entity does not lie between the neighbours.
  case notExcluded
  /// The hashes do not lead to the run's root.
  case proof(ProofError)
}
