import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Testing

/// Proof files of each kind, sound and damaged.
struct ProofTests {
  private let builder: EvidenceBuilder
  private let index = 6

  init() throws { builder = try EvidenceBuilder.withEvents(10) }

  private var tree: NaiveTree { NaiveTree(entries: builder.records.map(\.header)) }
  private var entry: [UInt8] { builder.records[index].header }

  private func inclusion(index: Int? = nil, size: Int = 11) throws -> [UInt8] {
    let index = index ?? self.index
    return try InclusionProofFile(
      proof: InclusionProof(
        index: UInt64(index), treeSize: UInt64(size), hashes: tree.path(index, 0, size)),
      note: SignedNote(parsing: builder.note(size: size))
    ).encoded
  }

  private func consistency(_ old: Int, _ new: Int) throws -> [UInt8] {
    try ConsistencyProofFile(
      proof: ConsistencyProof(
        oldSize: UInt64(old), newSize: UInt64(new), hashes: tree.proof(old, new)),
      oldNote: SignedNote(parsing: builder.note(size: old)),
      newNote: SignedNote(parsing: builder.note(size: new))
    ).encoded
  }

  private func verify(_ bytes: [UInt8], _ change: (inout ProofOptions) -> Void = { _ in })
    -> ProofReport
  {
    var options = ProofOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.entry = entry
    change(&options)
    return ProofVerification.verify(bytes, options: options)
  }

  private func obstacle(_ report: ProofReport) -> Obstacle.Code? {
    guard case .couldNotCheck(let obstacle) = report.status else { return nil }
    return obstacle.code
  }

  @Test func inclusionSaysWhatTheEntrySays() throws {
    let report = verify(try inclusion())
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.kind == .inclusion)
    #expect(report.index == 6)
    #expect(report.size == 11)
    #expect(report.origin == builder.origin)
    #expect(report.leafHash == builder.leafHashes[6])
    #expect(report.record?.content.kind == "run")
    #expect(
      report.lines == ["valid: the entry is record 6 of 11 records of acme.example/provenance"])
    #expect(
      report.json().hasPrefix("{\"status\":\"valid\",\"obstacle\":null,\"kind\":\"inclusion\""))
  }

  @Test func everyFlipOfAnInclusionProofIsRefused() throws {
    let sound = try inclusion()
    for offset in sound.indices {
      for bit in 0..<8 {
        var damaged = sound
        damaged[offset] ^= 1 << UInt8(bit)
        #expect(verify(damaged).status != .valid, "bit \(bit) at \(offset)")
      }
    }
    for length in 0..<sound.count {
      #expect(verify(Array(sound[..<length])).status != .valid, "cut at \(length)")
    }
    #expect(verify(sound + [10]).status != .valid)
  }

  @Test func everyFlipOfTheEntryIsRefused() throws {
    let sound = try inclusion()
    for offset in entry.indices {
      var damaged = entry
      damaged[offset] ^= 0x20
      let report = verify(sound) { $0.entry = damaged }
      #expect(report.findings.map(\.code) == [.proofInvalid])
      #expect(report.record == nil)
    }
  }

  @Test func entryOfAnotherIndex() throws {
    // A log may hold an entry that lies about its index; this format does not.
    var builder = builder
    builder.append(raw: entry, time: Timestamp(microseconds: 0))
    let tree = NaiveTree(entries: builder.records.map(\.header))
    let proof = try InclusionProofFile(
      proof: InclusionProof(index: 11, treeSize: 12, hashes: tree.path(11, 0, 12)),
      note: SignedNote(parsing: builder.note(size: 12)))
    let report = verify(proof.encoded)
    #expect(report.findings.map(\.code) == [.proofInvalid])
    // Nor an entry that is no record at all.
    builder.append(raw: [1, 2, 3], time: Timestamp(microseconds: 0))
    let larger = NaiveTree(entries: builder.records.map(\.header))
    let other = try InclusionProofFile(
      proof: InclusionProof(index: 12, treeSize: 13, hashes: larger.path(12, 0, 13)),
      note: SignedNote(parsing: builder.note(size: 13)))
    #expect(
      verify(other.encoded) { $0.entry = [1, 2, 3] }.findings.map(\.code) == [.headerInvalid])
  }

  @Test func whatIsMissingIsSaid() throws {
    #expect(obstacle(verify(try inclusion()) { $0.entry = nil }) == .argumentMissing)
    #expect(obstacle(verify(try inclusion()) { $0.trustedKeys = [] }) == .argumentMissing)
    for text in ["", "hello\n", "c2sp.org/tlog-proof@v2\nindex 0\n", "ledgerstone/omission@v2\n"] {
      #expect(obstacle(verify(Array(text.utf8))) == .unknownProof)
    }
  }

  @Test func anotherKey() throws {
    let other = try EvidenceBuilder.withEvents(0, seed: 2).key.verifierKey
    for bytes in [try inclusion(), try consistency(4, 11), try builder.note(size: 11)] {
      let report = verify(bytes) { $0.trustedKeys = [other] }
      #expect(report.status == .notValid)
      #expect(report.findings.allSatisfy { $0.code == .signatureInvalid })
    }
  }

  @Test func consistencyOfEverySize() throws {
    for new in 1...11 {
      for old in 0...new {
        let report = verify(try consistency(old, new))
        #expect(report.status == .valid, "\(old) \(new): \(report.lines)")
        #expect(report.oldSize == UInt64(old))
        #expect(report.size == UInt64(new))
      }
    }
  }

  @Test func everyFlipOfAConsistencyProofIsRefused() throws {
    let sound = try consistency(5, 11)
    for offset in sound.indices {
      for bit in 0..<8 {
        var damaged = sound
        damaged[offset] ^= 1 << UInt8(bit)
        #expect(verify(damaged).status != .valid, "bit \(bit) at \(offset)")
      }
    }
    for length in 0..<sound.count {
      #expect(verify(Array(sound[..<length])).status != .valid, "cut at \(length)")
    }
  }

  @Test func consistencyWithAFork() throws {
    let fork = try builder.note(size: 5, root: SHA256Hasher.hash([5]))
    let proof = try ConsistencyProofFile(
      proof: ConsistencyProof(oldSize: 5, newSize: 11, hashes: tree.proof(5, 11)),
      oldNote: SignedNote(parsing: fork), newNote: SignedNote(parsing: builder.note(size: 11)))
    #expect(verify(proof.encoded).findings.map(\.code) == [.proofInvalid])
  }

  @Test func checkpoints() throws {
    let report = verify(try builder.note(size: 11))
    #expect(report.status == .valid)
    #expect(report.kind == .checkpoint)
    #expect(report.root == builder.root(11))
  }

  @Test func openings() throws {
    let body = try #require(builder.records[index].bodies.last)
    let slot = BodySlot(record: 6, body: UInt64(builder.records[index].bodies.count - 1))
    let opening = BodyOpening(slot: slot, salt: body.salt, bytes: body.bytes)
    let text = opening.encoded
    let proof = try inclusion()
    func codes(_ text: String) -> [Finding.Code] {
      verify(proof) { $0.opening = Array(text.utf8) }.findings.map(\.code)
    }
    let report = verify(proof) { $0.opening = Array(text.utf8) }
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.opening == opening)
    #expect(try BodyOpening(parsing: Array(text.utf8)) == opening)
    let wrong = [
      BodyOpening(slot: BodySlot(record: 5, body: slot.body), salt: body.salt, bytes: body.bytes),
      BodyOpening(slot: BodySlot(record: 6, body: 7), salt: body.salt, bytes: body.bytes),
      BodyOpening(
        slot: slot, salt: [UInt8](repeating: 0, count: 16), bytes: body.bytes),
      BodyOpening(slot: slot, salt: body.salt, bytes: body.bytes + [0]),
      BodyOpening(slot: slot, salt: body.salt, bytes: Array(body.bytes.reversed())),
    ]
    for opening in wrong { #expect(codes(opening.encoded) == [.openingInvalid]) }
    for text in [
      "", "[]", "{}", text.replacing("\"body\"", with: "\"bodies\""),
      text.replacing("{", with: "{\"body\":0,"),
      text.replacing("\"record\":6", with: "\"record\":6.0"),
      text.replacing("\"record\":6", with: "\"record\":\"6\""),
      text.replacing("\"salt\":\"", with: "\"salt\":\"00"),
      text.replacing("\"bytes\":\"", with: "\"bytes\":\"!"), text + "x",
    ] { #expect(codes(text) == [.openingInvalid], "\(text)") }
  }
}
