import Dispatch
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import Synchronization
import Testing

/// The engine writes a ledger with every kind of file; one bit of every byte of each is changed,
/// and the independent verifier must find every one.
@Suite struct VerifiedBitFlipTests {
  /// A record whose header is so long that it has a continuation, and yet compresses well.
  private static func long() -> RecordContent {
    var content = RecordContent(kind: "transformation", source: "test")
    content.entities = [Entity(role: .run, type: .run, namespace: "", name: "run")]
    for number in 0..<17 {
      content.entities.append(
        Entity(
          role: .input, type: .dataset, namespace: "w", name: "wide",
          version: String(repeating: "x", count: 4_000) + "\(number)"))
    }
    return content
  }

  /// Sealed segments, an active file, a continuation, a body larger than a block, an index record,
  /// checkpointed to its end; the evidence and the verifier key.
  private func ledger() async throws -> (evidence: DiskEvidence, key: NoteVerifierKey) {
    var fixture = EngineFixture(seed: 7)
    fixture.segmentByteCountTarget = 1_500
    let vkey = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<2, to: ledger)
    var batch = ledger.makeBatch()
    try batch.append(
      Self.long(),
      bodies: [
        RecordBatch.Body(
          contentType: "text/plain", bytes: [UInt8](repeating: 0x20, count: 66_000))
      ])
    _ = try await ledger.append(batch)
    try await EngineFixture.append(2..<3, to: ledger)
    _ = try await ledger.index()
    try await EngineFixture.append(3..<4, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    return (DiskEvidence(fixture.disk), try NoteVerifierKey(vkey: vkey))
  }

  private func expectAllFound(_ sound: DiskEvidence, _ key: NoteVerifierKey, _ paths: [String]) {
    var options = VerificationOptions()
    options.trustedKeys = [key]
    options.workerCount = 1
    let report = LedgerVerification.verify(sound, options: options)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.summary.indexRecordCount == 1 && report.summary.indexedSize != nil)
    let places = paths.flatMap { path in
      sound.bytes(path).indices.map { (path: path, offset: $0) }
    }
    let missed = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { [options] part in
      var generator = ModelGenerator(state: UInt64(part) + 1)
      for place in places[(places.count * part / 2)..<(places.count * (part + 1) / 2)] {
        let bit = Int.random(in: 0..<8, using: &generator)
        let flipped = sound.flipping(bit: bit, of: place.offset, in: place.path)
        let report = LedgerVerification.verify(flipped, options: options)
        if report.status == .notValid, !report.findings.isEmpty { continue }
        missed.withLock {
          $0.append("bit \(bit) of \(place.path) at \(place.offset): \(report.lines)")
        }
      }
    }
    let found = missed.withLock { $0 }
    #expect(found.isEmpty, "\(found.count) of \(places.count): \(found.first ?? "")")
  }

  @Test func everyByteOfEveryFile() async throws {
    let (evidence, key) = try await ledger()
    let paths = evidence.paths.filter { $0 != "LOCK" && !$0.hasPrefix("torn/") }
    for folder in ["log/", "bodies/", "tree/", "index/"] {
      #expect(paths.contains { $0.hasPrefix(folder) }, "\(folder)")
    }
    // Record 0, two, both parts of the long one, and one more lie before the index record.
    for end in ["0-0-6.run", "0-0-6.names", "6.note"] {
      #expect(paths.contains { $0.hasSuffix(end) }, "\(end)")
    }
    expectAllFound(evidence, key, paths)
  }

  /// Between the rename of the full file and the beginning of the next one.
  @Test func everyByteOfAFileBeingSealed() async throws {
    let (evidence, key) = try await ledger()
    let sealing = evidence.renaming("active", to: "active.sealing")
    expectAllFound(sealing, key, ["active.sealing"])
  }
}
