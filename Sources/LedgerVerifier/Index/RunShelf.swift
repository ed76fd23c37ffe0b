internal import LedgerCryptography
internal import LedgerFormat

/// The runs and name dictionaries derived so far.
///
/// The bytes of a run are kept until it is merged into a larger one, in the stored file where that
/// is the same, else in memory. Levels are derived only as far as a stored file or an index record
/// asks for them; what an index record says of a run is kept for all.
struct RunShelf: Sendable {
  let ledgerID: LedgerID
  let stored: StoredIndex
  /// Above this a difference may be a file that a writer replaces.
  let checkpointSize: UInt64
  private(set) var findings: [Finding] = []
  private(set) var remarks: [Remark] = []
  /// The evidence could not be read.
  private(set) var failure: EvidenceError?

  private var commitments: [IndexRunExtent: IndexRunCommitment] = [:]
  private var runs: [IndexRunExtent: DerivedFile] = [:]
  private var names: [IndexRunExtent: DerivedFile] = [:]
  /// Runs that are not full: of no use when the log goes on.
  private var tails: [IndexRunExtent] = []
  /// Stored files that were held against derived ones.
  private(set) var comparedPaths: Set<String> = []
  /// Entities of the run derived last, to name one that is missing.
  var entities: [EntityKey] = []

  init(ledgerID: LedgerID, stored: StoredIndex, checkpointSize: UInt64) {
    self.ledgerID = ledgerID
    self.stored = stored
    self.checkpointSize = checkpointSize
  }

  mutating func add(_ finding: Finding) { findings.append(finding) }
  mutating func add(_ remark: Remark) { remarks.append(remark) }

  /// Where the run is derived and not merged into another yet.
  func run(_ extent: IndexRunExtent) -> DerivedFile? { runs[extent] }
  func names(_ extent: IndexRunExtent) -> DerivedFile? { names[extent] }
  func isDerived(_ extent: IndexRunExtent) -> Bool { commitments[extent] != nil }

  func storedTails(endingAt record: UInt64) -> Set<IndexRunExtent> {
    Set(
      (Array(stored.runs.keys) + Array(stored.names.keys)).filter {
        !$0.isFull && $0.endRecord == record
      })
  }

  /// Takes the run of level 0 that the builder has.
  mutating func derive(_ builder: RunBuilder) {
    guard failure == nil,
      let extent = IndexRunExtent(
        level: 0, firstRecord: builder.firstRecord, recordCount: builder.recordCount),
      commitments[extent] == nil
    else { return }
    let (file, commitment) = builder.run(ledgerID: ledgerID)
    // What a run stored or committed lacks is named by the names of what was derived.
    entities = []
    reading { shelf throws(EvidenceError) in
      var comparison = shelf.comparison(with: shelf.stored.runs[extent])
      try comparison.append(file)
      shelf.commitments[extent] = commitment
      if !extent.isFull { shelf.tails.append(extent) }
      shelf.runs[extent] = try comparison.finish()
      if let offset = comparison.difference {
        shelf.entities = builder.keys()
        shelf.reportRun(extent, commitment, offset: offset)
      }
      if shelf.wantsNames(extent) {
        var comparison = shelf.comparison(with: shelf.stored.names[extent])
        try comparison.append(builder.nameDictionary(ledgerID: shelf.ledgerID))
        shelf.names[extent] = try comparison.finish()
        if let offset = comparison.difference { shelf.reportNames(extent, offset: offset) }
      }
    }
    if extent.isFull { mergeUpwards(from: extent) }
  }

  /// What an index record must say of the run; nil if not all of its records were readable.
  mutating func commitment(of extent: IndexRunExtent) -> IndexRunCommitment? {
    if let known = commitments[extent] { return known }
    guard extent.level > 0, failure == nil else { return nil }
    merge(into: extent)
    return commitments[extent]
  }

  private mutating func comparison(with file: StoredIndexFile?) -> DerivedFileComparison {
    if let file { comparedPaths.insert(file.path) }
    return DerivedFileComparison(file)
  }

  /// Drops the runs that are not full.
  mutating func forgetTail() {
    for extent in tails {
      commitments[extent] = nil
      runs[extent] = nil
      names[extent] = nil
    }
    tails.removeAll()
  }

  /// Whether a dictionary is stored that the names of the run go into.
  private func wantsNames(_ extent: IndexRunExtent) -> Bool {
    stored.names[extent] != nil || stored.names.keys.contains { $0.covers(extent) }
  }

  /// Merges as long as the last part of a larger run was derived and one of these is stored.
  private mutating func mergeUpwards(from extent: IndexRunExtent) {
    var extent = extent
    while extent.number % 16 == 15, extent.level < FormatLimits.fullRunLevelMax {
      let capacity = IndexRunExtent.capacity(level: extent.level + 1)
      let isAsked = (Array(stored.runs.keys) + Array(stored.names.keys)).contains {
        $0.level > extent.level && $0.covers(extent)
      }
      guard isAsked,
        let parent = IndexRunExtent(
          level: extent.level + 1, firstRecord: extent.endRecord - capacity, recordCount: capacity)
      else { return }
      guard commitment(of: parent) != nil else { return }
      extent = parent
    }
  }

  /// The largest derived runs below the level of `extent` that tile it; nil if some are unknown.
  private mutating func parts(of extent: IndexRunExtent) -> [IndexRunExtent]? {
    var parts: [IndexRunExtent] = []
    var next = extent.firstRecord
    while next < extent.endRecord {
      guard let part = part(of: extent, at: next) else { return nil }
      parts.append(part)
      next = part.endRecord
    }
    return parts
  }

  private mutating func part(of extent: IndexRunExtent, at first: UInt64) -> IndexRunExtent? {
    let capacity = IndexRunExtent.capacity(level: extent.level - 1)
    guard
      let part = IndexRunExtent(
        level: extent.level - 1, firstRecord: first,
        recordCount: min(capacity, extent.endRecord - first)),
      commitment(of: part) != nil, runs[part] != nil
    else { return nil }
    return part
  }

  private mutating func merge(into extent: IndexRunExtent) {
    guard let parts = parts(of: extent) else { return }
    entities = []
    reading { shelf throws(EvidenceError) in
      try shelf.mergeRuns(parts, into: extent)
      try shelf.mergeNames(parts, into: extent)
    }
    if extent.isFull {
      for part in parts {
        runs[part] = nil
        names[part] = nil
      }
    } else {
      tails.append(extent)
    }
  }

  private static let stepByteCount = 1 << 20

  private mutating func mergeRuns(
    _ parts: [IndexRunExtent], into extent: IndexRunExtent
  ) throws(EvidenceError) {
    let sources = parts.compactMap { runs[$0] }
    var comparison = comparison(with: stored.runs[extent])
    let id = ledgerID
    let commitment: IndexRunCommitment = try translating { () throws in
      let readers = try sources.map {
        try RunReader(source: $0.source, fileByteCount: $0.byteCount, ledger: id)
      }
      var merger = try RunMerger(readers, into: extent, ledgerID: id)
      while true {
        let commitment = try merger.advance(byteCount: Self.stepByteCount)
        try comparison.append(merger.takeOutput())
        if let commitment { return commitment }
      }
    }
    commitments[extent] = commitment
    runs[extent] = try comparison.finish()
    if let offset = comparison.difference {
      reportRun(extent, commitment, offset: offset)
    }
  }

  private mutating func mergeNames(
    _ parts: [IndexRunExtent], into extent: IndexRunExtent
  ) throws(EvidenceError) {
    let sources = parts.compactMap { names[$0] }
    guard sources.count == parts.count, wantsNames(extent) else { return }
    var comparison = comparison(with: stored.names[extent])
    let id = ledgerID
    try translating { () throws in
      let readers = try sources.map {
        try NameDictionaryReader(source: $0.source, fileByteCount: $0.byteCount, ledger: id)
      }
      var merger = try NameDictionaryMerger(readers, into: extent, ledgerID: id)
      var isComplete = false
      while !isComplete {
        isComplete = try merger.advance(byteCount: Self.stepByteCount)
        try comparison.append(merger.takeOutput())
      }
    }
    names[extent] = try comparison.finish()
    if let offset = comparison.difference { reportNames(extent, offset: offset) }
  }

  /// Does what reads evidence, and remembers the first failure.
  private mutating func reading(_ work: (inout RunShelf) throws(EvidenceError) -> Void) {
    guard failure == nil else { return }
    do throws(EvidenceError) {
      try work(&self)
    } catch {
      failure = error
    }
  }

  /// Derived bytes always decode, so what fails is the evidence, or its file changed meanwhile.
  private func translating<Value>(_ work: () throws -> Value) throws(EvidenceError) -> Value {
    do {
      return try work()
    } catch let error as EvidenceError {
      throw error
    } catch {
      throw EvidenceError(
        operation: "read", path: "index", number: 0,
        reason: "a file changed while it was read (\(error))")
    }
  }
}

extension IndexRunExtent {
  func covers(_ other: IndexRunExtent) -> Bool {
    firstRecord <= other.firstRecord && endRecord >= other.endRecord
  }
}
