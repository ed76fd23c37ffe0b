import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Synchronization
import Testing

/// A ledger whose checkpoint is another one when it is read again.
private final class ChangingEvidence: Evidence {
  private let first: MemoryEvidence
  private let later: MemoryEvidence
  private let count = Mutex(0)

  init(_ evidence: MemoryEvidence, later checkpoint: [UInt8]?) {
    first = evidence
    var changed = evidence
    changed.files["checkpoint"] = checkpoint
    later = changed
  }

  var readCount: Int { count.withLock { $0 } }

  func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
    try first.entries(of: folder)
  }

  func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)? {
    guard path == "checkpoint" else { return try first.open(path) }
    let isFirst = count.withLock { count in
      count += 1
      return count == 1
    }
    return try (isFirst ? first : later).open(path)
  }
}

/// Tombstones against plans and outcomes.
struct ErasureTests {
  private func builder(
    slots: [BodySlot], erased: [BodySlot], plan: UInt64 = 8, hasOutcome: Bool
  ) throws -> EvidenceBuilder {
    var builder = try EvidenceBuilder.withEvents(7)
    var planned = RecordContent(kind: "erasure/plan", source: "local")
    planned.slots = slots
    builder.append(planned)
    for slot in erased {
      builder.change(Int(slot.record)) { $0.bodies[Int(slot.body)].erasedBy = plan }
    }
    if hasOutcome {
      var outcome = RecordContent(kind: "erasure/outcome", source: "local")
      outcome.references = [RecordReference(relation: .answers, index: 8)]
      builder.append(outcome)
    }
    return builder
  }

  private let slots = [BodySlot(record: 3, body: 0), BodySlot(record: 6, body: 1)]

  private func report(_ builder: EvidenceBuilder) throws -> VerificationReport {
    let count = builder.records.count
    return verify(try builder.build(.init(segments: [0..<8], active: 8..<count)), builder)
  }

  @Test func completed() throws {
    let report = try report(try builder(slots: slots, erased: slots, hasOutcome: true))
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.summary.erasedBodyCount == 2)
    #expect(report.summary.bodyCount == 4)
    #expect(!report.remarkCodes.contains(.erasureInProgress))
  }

  @Test func inProgress() throws {
    for erased in [[], [slots[0]], slots] {
      let report = try report(try builder(slots: slots, erased: erased, hasOutcome: false))
      #expect(report.status == .valid)
      #expect(report.remarkCodes.contains(.erasureInProgress))
    }
  }

  @Test func reintroduced() throws {
    let report = try report(try builder(slots: slots, erased: [slots[0]], hasOutcome: true))
    #expect(report.codes == [.bodyReintroduced])
    #expect(report.firstRecords == 6...6)
  }

  /// What is missing or unreadable is not known to be there again.
  @Test func bodiesThatAreMissingAreNotReintroduced() throws {
    let builder = try builder(slots: slots, erased: slots, hasOutcome: true)
    let count = builder.records.count
    let whole = try builder.build(.init(segments: [0..<8], active: 8..<count))
    let path = "bodies/00000000000000000000.body"
    let bytes = try #require(whole.files[path])
    var damages: [(String, [UInt8]?)] = [("missing", nil), ("empty", [])]
    for position in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[position] ^= 1
      damages.append(("byte \(position)", changed))
    }
    for (name, changed) in damages {
      var evidence = whole
      evidence.files[path] = changed
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "\(name)")
      #expect(!report.codes.contains(.bodyReintroduced), "\(name): \(report.lines)")
    }
  }

  @Test func tombstoneThatNoPlanLists() throws {
    let other = BodySlot(record: 2, body: 0)
    let report = try report(try builder(slots: slots, erased: slots + [other], hasOutcome: true))
    #expect(report.codes == [.erasureUnplanned])
    #expect(report.firstRecords == 2...2)
  }

  @Test func tombstoneThatNamesAnotherRecord() throws {
    for plan in [0, 7, 9, 100] as [UInt64] {
      let report = try report(
        try builder(slots: slots, erased: slots, plan: plan, hasOutcome: false))
      #expect(report.codes == [.erasureUnplanned, .erasureUnplanned], "\(plan)")
    }
  }

  /// Anybody who can write to the folder can append a record that nobody signed, and no body goes
  /// before its plan is signed.
  @Test func planAboveTheCheckpoint() throws {
    let builder = try builder(slots: slots, erased: slots, hasOutcome: true)
    let layout = EvidenceBuilder.Layout(segments: [0..<8], active: 8..<10)
    for (size, codes) in [
      (8, [.erasureUnplanned, .erasureUnplanned]), (9, []), (10, []),
    ] as [(Int, [Finding.Code])] {
      let report = verify(try builder.build(layout, checkpointSize: size), builder)
      #expect(report.codes == codes, "\(size): \(report.lines)")
    }
    let untouched = try self.builder(slots: slots, erased: [], hasOutcome: false)
    let sound = try untouched.build(.init(segments: [0..<8], active: 8..<9), checkpointSize: 8)
    #expect(verify(sound, untouched).status == .valid)
  }

  /// Beside a writer the plan may be signed, and carried out, once the checkpoint was read.
  @Test func planSignedSinceTheCheckpointWasRead() throws {
    let builder = try builder(slots: slots, erased: slots, hasOutcome: true)
    let evidence = try builder.build(
      .init(segments: [0..<8], active: 8..<10), checkpointSize: 8)
    let other = try EvidenceBuilder(seed: 2)
    let wrongOrigin = try EvidenceBuilder(origin: "other.example/x")
    let later: [(String, [UInt8]?, Bool)] = [
      ("signed", try builder.note(size: 9), true), ("to the end", try builder.note(size: 10), true),
      ("the same", try builder.note(size: 8), false), ("gone", nil, false), ("empty", [], false),
      ("older", try builder.note(size: 5), false),
      ("longer than the log", try builder.note(size: 11, root: builder.root(10)), false),
      ("another key", try builder.note(size: 9, key: other.key), false),
      ("another origin", try wrongOrigin.note(size: 9, root: builder.root(9)), false),
    ]
    for (name, note, isValid) in later {
      let changing = ChangingEvidence(evidence, later: note)
      let report = verify(changing, builder)
      #expect((report.status == .valid) == isValid, "\(name): \(report.lines)")
      #expect(report.codes.allSatisfy { $0 == .erasureUnplanned }, "\(name)")
      #expect(changing.readCount == 2, "\(name)")
    }
  }

  /// A key that a record above the checkpoint names is nobody's, and proves no plan.
  @Test func planBroughtByAKeyAboveTheCheckpoint() throws {
    let slots = [BodySlot(record: 3, body: 0)]
    var builder = try builder(slots: [], erased: [], hasOutcome: false)
    var forger = try EvidenceBuilder(origin: builder.origin, seed: 2)
    builder.append(
      KeyRotation(previous: builder.key.verifierKey, next: forger.key.verifierKey)
        .content(source: "ledgerstone"))
    forger.appendEvents(11)
    var plan = RecordContent(kind: "erasure/plan", source: "ledgerstone")
    plan.slots = slots
    forger.append(plan)
    builder.change(3) { $0.bodies[0].erasedBy = 12 }
    let tree = NaiveTree(entries: forger.records.map(\.header))
    let proof = try InclusionProofFile(
      proof: InclusionProof(index: 12, treeSize: 13, hashes: tree.path(12, 0, 13)),
      note: SignedNote(parsing: try forger.note(size: 13)))
    for size in [9, 10] {
      var evidence = try builder.build(
        .init(segments: [0..<8], active: 8..<10), checkpointSize: size)
      evidence.files["erased/12.entry"] = forger.records[12].header
      evidence.files["erased/12.proof"] = proof.encoded
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "\(size): \(report.lines)")
      if size == 9 {
        #expect(report.codes.contains(.erasureUnplanned))
        #expect(report.codes.contains(.signatureInvalid))
        #expect(!report.remarkCodes.contains(.keyRotated))
        #expect(report.summary.verifierKey == builder.key.verifierKey.vkey)
      }
    }
  }

  /// The newest outcome of a plan counts: what stood elsewhere may have been erased since.
  @Test func residual() throws {
    for codes in [["RESIDUAL"], ["RESIDUAL", "ERASED"], ["ERASED", "RESIDUAL"], ["ERASED"]] {
      var builder = try builder(slots: slots, erased: slots, hasOutcome: false)
      for code in codes {
        var outcome = RecordContent(kind: "erasure/outcome", source: "local")
        outcome.references = [RecordReference(relation: .answers, index: 8)]
        outcome.attributes["outcome"] = .text(code)
        builder.append(outcome)
      }
      let report = try report(builder)
      #expect(report.status == .valid, "\(report.lines)")
      #expect(report.remarkCodes.contains(.erasureResidual) == (codes.last == "RESIDUAL"))
    }
  }
}
