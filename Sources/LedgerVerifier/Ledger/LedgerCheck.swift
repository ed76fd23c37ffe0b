internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

/// One verification of a ledger, from the checkpoint to the report. Used once, on one thread.
final class LedgerCheck {
  let evidence: any Evidence
  let options: VerificationOptions
  let workers: Workers
  var summary = VerificationSummary()
  /// Findings and remarks from before there is a chain.
  var collector: FindingCollector

  // What names the ledger; set by `readIdentity`.
  var ledgerFile: LedgerFile?
  var ledgerFileHash: SHA256Digest?
  /// The keys as the records name them; set once these were read.
  var succession: KeySuccession?
  /// Plans under `erased/`, not checked against keys and records yet.
  var broughtPlans: [BroughtPlan] = []
  /// Notes whose signatures are checked in the end.
  var waitingNotes: [WaitingNote] = []

  // Heads to compare with; set by `readHeads`.
  var checkpoint: Checkpoint?
  var checkpointNote: SignedNote?
  var saved: Checkpoint?
  var vault: Checkpoint?

  // Files of the log; set by `openLog`.
  var activeFiles: [ActiveFile] = []
  /// First records of the sealed segments, ascending.
  var segments: [UInt64] = []
  /// First records of the files of bodies, listed before the segments were.
  var bodySegments: [UInt64] = []
  var byteCountTotal: UInt64 = 0
  /// Bodies of the records before this were met in `bodies/`.
  var sealedBodiesEnd: UInt64 = 0
  /// The end of the log was found damaged below the checkpoint, and that was reported.
  var isTailReported = false
  /// The last group met: the record after it, its number and digest.
  var lastGroup: (endRecord: UInt64, number: UInt64, digest: TruncatedDigest)?

  init(_ evidence: any Evidence, options: VerificationOptions) {
    self.evidence = evidence
    self.options = options
    workers = Workers(count: options.workerCount)
    collector = FindingCollector(limit: options.findingCountMax)
  }

  func run() -> VerificationReport {
    do throws(EvidenceError) {
      if let obstacle = try check() { return report(obstacle) }
    } catch {
      return report(Obstacle(.unreadable, error.description))
    }
    return report(nil)
  }

  /// Findings outweigh an obstacle that did not keep the rest from being checked: what is wrong
  /// stays wrong.
  private func report(_ obstacle: Obstacle?) -> VerificationReport {
    let status: VerificationStatus
    let isOutweighed = obstacle?.code == .unreadable || obstacle?.code == .noCheckpoint
    if let obstacle, collector.isEmpty || !isOutweighed {
      status = .couldNotCheck(obstacle)
    } else {
      if let obstacle { collector.add(Remark(.notCompared, obstacle.message)) }
      status = collector.isEmpty ? .valid : .notValid
    }
    return VerificationReport(
      status: status, findings: collector.ordered, findingCount: collector.count,
      remarks: collector.remarks, summary: summary, checkpoint: checkpointNote)
  }

  /// All checks in their order. The checkpoint is read before any file is opened or listed, so
  /// that all it covers must be found although a writer goes on.
  private func check() throws(EvidenceError) -> Obstacle? {
    let checkpointBytes = try boundedBytes("checkpoint", limit: FormatLimits.noteByteCountMax)
    // Listed before the log is read, so that the log reaches as far as what is derived from it.
    let index = try StoredIndex(evidence)
    let handovers = try handoverRecords()
    try openLog()
    if checkpointBytes == nil { try reportCheckpointOfAnotherKind() }
    if let obstacle = try readIdentity(hasCheckpoint: checkpointBytes != nil) { return obstacle }
    if let obstacle = readHeads(checkpointBytes) { return obstacle }
    try readBroughtPlans()
    let chain = RecordChain(
      tree: try TreeComparison(evidence),
      wantedSizes: Set(
        [checkpoint, saved, vault].compactMap { $0?.size } + index.wantedSizes
          + handovers.map { $0 + 1 } + broughtPlans.map(\.proof.checkpoint.size)),
      signedSize: checkpoint?.size ?? .max, findings: collector
    ) { [self] in firstRecordFaults($0) }
    defer { collector = chain.collector }
    chain.index = indexFeed(index)
    try checkSegments(chain)
    try checkActiveFiles(chain)
    succession = readSuccession(chain)
    acceptBroughtPlans(chain)
    try acceptNewerCheckpoint(chain)
    conclude(chain)
    reportMissingLog(chain)
    try conclude(index, chain)
    try concludeKeys(handovers, chain)
    return checkpointBytes == nil ? missingCheckpoint(chain) : nil
  }

  /// Without a checkpoint the records were held against each other and against the heads that were
  /// at hand, but nobody signed that they are all there.
  private func missingCheckpoint(_ chain: RecordChain) -> Obstacle {
    let heads = [(saved, "the saved checkpoint"), (vault, "the vault's note")]
      .compactMap { head, name in head.map { "\(name) of size \($0.size)" } }
    return Obstacle(
      .noCheckpoint,
      "the ledger has no checkpoint, so there is nothing to check against; its "
        + counted(chain.nextRecord, "record")
        + (heads.isEmpty
          ? " agree with each other" : " agree with " + heads.joined(separator: " and with ")))
  }

  /// All bytes of a small file; nil if it is missing, one byte over the limit if it is longer.
  func boundedBytes(_ path: String, limit: Int) throws(EvidenceError) -> [UInt8]? {
    guard let file = try evidence.open(path) else { return nil }
    summary.byteCount += UInt64(file.byteCount)
    return try file.bytes(0..<min(file.byteCount, limit + 1))
  }

  func advance(_ chain: RecordChain, byteCount: Int) {
    summary.byteCount += UInt64(byteCount)
    options.progress?(
      VerificationProgress(
        byteCount: min(summary.byteCount, byteCountTotal), byteCountTotal: byteCountTotal,
        recordCount: chain.nextRecord))
  }

  /// Goes on at `record`; whatever lies before it and was not met is missing.
  func closeGap(_ chain: RecordChain, to record: UInt64, before place: Place) {
    guard record > chain.nextRecord else { return }
    chain.collector.add(
      Finding(
        .recordsMissing, "there are no records under these indexes", at: place,
        records: chain.nextRecord...record - 1))
    chain.skip(to: record)
  }
}
