internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

/// Links blocks that were checked one by one: indexes, chain, times, parts, tree.
final class RecordChain {
  /// Index of the next record.
  private(set) var nextRecord: UInt64 = 0
  /// Leaf hash of the record before it; nil after damage that left it unknown.
  private(set) var leafHash: SHA256Digest? = .zero
  private(set) var lastTime: Timestamp?
  /// The tree over all records so far; nil after damage that left leaf hashes unknown.
  private(set) var frontier: TreeFrontier? = TreeFrontier()
  /// Some leaf hashes are not of records but from `tree/0`.
  private(set) var isSubstituted = false
  /// The roots at the sizes asked for.
  private(set) var roots: [UInt64: SHA256Digest] = [:]
  var collector: FindingCollector
  var erasures: ErasureCheck
  /// Records that rotate the signing key, in their order.
  private(set) var rotations: [NotableRecord] = []
  /// Takes the headers for the index; nil where it cannot be known whose runs to derive.
  var index: IndexFeed?
  let tree: TreeComparison

  private var parts = PartAssembler()
  /// Sizes at which the root is wanted, ascending.
  private var wantedSizes: [UInt64]
  /// Leaf hashes from `retainedFrom` on, for files that repeat sealed records.
  private var retained: [SHA256Digest] = []
  private var retainedFrom: UInt64?
  /// Called with record 0.
  private let acceptFirst: (NotableRecord?) -> [Finding]

  /// - Parameter signedSize: as `ErasureCheck` takes it.
  init(
    tree: TreeComparison, wantedSizes: Set<UInt64>, signedSize: UInt64, findings: FindingCollector,
    acceptFirst: @escaping (NotableRecord?) -> [Finding]
  ) {
    self.tree = tree
    self.wantedSizes = wantedSizes.sorted()
    self.acceptFirst = acceptFirst
    erasures = ErasureCheck(signedSize: signedSize)
    collector = findings
    noteRoot()
  }

  /// Keeps the leaf hashes from the next record on.
  func retain() {
    retained.removeAll()
    retainedFrom = nextRecord
  }

  /// Whether records from `record` on can be compared with files that repeat them.
  func holdsLeafHashes(from record: UInt64) -> Bool {
    retainedFrom.map { $0 <= record } ?? false
  }

  /// Takes the next header block.
  func accept(_ outcome: HeaderBlockOutcome) throws(EvidenceError) {
    switch outcome {
    case .sound(let result, let place): try accept(result, at: place)
    case .damaged(let block): try accept(damaged: block)
    }
  }

  private func accept(_ result: HeaderBlockResult, at place: Place) throws(EvidenceError) {
    let header = result.header
    let records = header.firstRecord...header.lastRecord
    guard header.firstRecord <= nextRecord else {
      // The records in between are reported by whoever knows the file.
      skip(to: header.firstRecord)
      return try accept(result, at: place)
    }
    let repeated = Int(min(nextRecord - header.firstRecord, UInt64(result.leafHashes.count)))
    if repeated > 0 { compareRepeated(result, count: repeated, at: place) }
    guard repeated < result.leafHashes.count else { return }
    if repeated == 0, let leafHash, header.leafHashBefore != leafHash {
      collector.add(
        Finding(
          .chainBroken,
          "the block continues another record than the one before it"
            + (header.firstRecord == 0 ? " (record 0 follows none)" : ""),
          at: place, records: records.lowerBound...records.lowerBound))
    }
    if repeated == 0, let lastTime, let firstTime = result.firstTime, firstTime < lastTime {
      collector.add(
        Finding(
          .timeDecreased, "recorded at \(firstTime), the record before at \(lastTime)", at: place,
          records: records.lowerBound...records.lowerBound))
    }
    lastTime = result.lastTime ?? lastTime
    let notable = result.notable.filter { $0.index >= nextRecord }
    if nextRecord == 0 { collector.add(acceptFirst(notable.first { $0.index == 0 })) }
    reportIdentityElsewhere(notable, at: place)
    collector.add(parts.accept(notable, upTo: header.lastRecord))
    erasures.accept(notable)
    rotations += notable.filter { $0.content.kind == KeyRotation.kind }
    index?.take(result, skipping: repeated)
    try extend(result.leafHashes[repeated...])
  }

  private func reportIdentityElsewhere(_ notable: [NotableRecord], at place: Place) {
    for record in notable where record.index > 0 {
      guard record.content.identity != nil || record.content.kind == "ledger/created" else {
        continue
      }
      collector.add(
        Finding(
          .identityMismatch, "a record after the first says that it created the ledger", at: place,
          records: record.index...record.index))
    }
  }

  /// Compares a block that repeats records met before with those.
  private func compareRepeated(_ result: HeaderBlockResult, count: Int, at place: Place) {
    guard let retainedFrom, result.header.firstRecord >= retainedFrom else { return }
    for position in 0..<count {
      let record = result.header.firstRecord + UInt64(position)
      let held = Int(record - retainedFrom)
      guard held < retained.count, retained[held] != result.leafHashes[position] else { continue }
      collector.add(
        Finding(
          .orderBroken, "the record differs from the one sealed under the same index", at: place,
          records: record...record))
      return
    }
  }

  private func extend(_ leafHashes: ArraySlice<SHA256Digest>) throws(EvidenceError) {
    guard let last = leafHashes.last else { return }
    try tree.compare(leafHashes, level: 0, from: nextRecord)
    if retainedFrom != nil { retained.append(contentsOf: leafHashes) }
    var rest = leafHashes
    while let size = wantedSizes.first, size <= nextRecord + UInt64(rest.count) {
      let count = Int(size - nextRecord)
      try grow(by: rest.prefix(count))
      rest = rest.dropFirst(count)
      noteRoot()
    }
    try grow(by: rest)
    leafHash = last
  }

  /// Takes leaf hashes into the tree, and compares the hashes of the subtrees that they complete.
  private func grow(by leafHashes: ArraySlice<SHA256Digest>) throws(EvidenceError) {
    nextRecord += UInt64(leafHashes.count)
    // Taken out meanwhile, so that it is changed in place.
    guard var frontier = frontier.take() else { return }
    var nodes: [(level: Int, index: UInt64, hash: SHA256Digest)] = []
    for hash in leafHashes {
      frontier.append(hash) { level, index, hash in
        if level.isMultiple(of: 8) { nodes.append((level / 8, index, hash)) }
      }
    }
    self.frontier = frontier
    for node in nodes { try tree.compare([node.hash], level: node.level, from: node.index) }
  }

  private func noteRoot() {
    while let size = wantedSizes.first, size <= nextRecord {
      if size == nextRecord, let frontier { roots[size] = frontier.root }
      wantedSizes.removeFirst()
    }
  }

  /// Takes a block that could not be read, and names the first bad record in it if it can.
  private func accept(damaged block: DamagedBlock) throws(EvidenceError) {
    guard block.records.upperBound >= nextRecord else {
      collector.add(
        Finding(
          .blockDamaged, "the block is damaged: \(block.error)", at: block.place,
          records: block.records))
      return
    }
    if block.records.lowerBound > nextRecord { skip(to: block.records.lowerBound) }
    let hashes = try tree.leafHashes(of: block.records)
    let before = block.records.lowerBound == nextRecord ? leafHash : nil
    let outcome = HeaderBlockSalvage.run(block, leafHashBefore: before, treeHashes: hashes)
    switch outcome {
    case .storedBytesOnly:
      collector.add(
        Finding(
          .blockDamaged,
          "the stored block is damaged (\(block.error)), but its headers read as tree/0 has them",
          at: block.place, records: block.records))
    case .firstBad(let record):
      collector.add(
        Finding(
          .blockDamaged, "the block is damaged (\(block.error)); this is its first bad record",
          at: block.place, records: record...record))
    case .unknown:
      collector.add(
        Finding(
          .blockDamaged, "the block of headers is damaged: \(block.error)", at: block.place,
          records: block.records))
    }
    collector.add(parts.finish())
    lastTime = nil
    let wanted = hashes.dropFirst(Int(nextRecord - block.records.lowerBound))
    if hashes.count == block.records.count, nextRecord >= block.records.lowerBound {
      isSubstituted = isSubstituted || outcome != .storedBytesOnly
      try extend(wanted)
      // The next block says itself what it continues, and tree/0 is no authority on that.
      if outcome != .storedBytesOnly { leafHash = nil }
    } else {
      skip(to: block.records.upperBound + 1)
    }
  }

  /// Goes on after records that could not be read; the tree is unknown from here on.
  func skip(to record: UInt64) {
    guard record > nextRecord else { return }
    collector.add(parts.finish())
    erasures.accept(unread: nextRecord...record - 1)
    nextRecord = record
    leafHash = nil
    lastTime = nil
    frontier = nil
    retained.removeAll()
    retainedFrom = nil
    noteRoot()
  }

  /// The log ends here.
  func finish() {
    collector.add(parts.finish())
    erasures.conclude(recordCount: nextRecord, into: &collector)
  }
}
