import Foundation
import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance

/// A small estate with an erasure, and the certificates about it.
struct CertificateFixture {
  static let request = "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11"
  let erasure: ErasureFixture
  let ledger: Ledger

  init() async throws {
    erasure = try ErasureFixture()
    ledger = try await erasure.create()
  }

  /// Runs raw → clean → features, as pairs of START and COMPLETE; `second` orders the estate.
  func run(
    _ job: String, _ second: Int, from input: String?, to output: String, isFull: Bool = true
  ) async throws {
    for (offset, type) in ["START", "COMPLETE"].enumerated() {
      let mode = "\"lifecycleStateChange\":{\"lifecycleStateChange\":\"TRUNCATE\"}"
      let facets = isFull ? ",\"facets\":{\(mode)}" : ""
      let inputs = input.map { "{\"namespace\":\"n\",\"name\":\"\($0)\"}" } ?? ""
      let time = String(
        format: "%02d:%02d:%02d", 5 + second / 3_600, second / 60 % 60, second % 60 + offset)
      let text =
        "{\"eventType\":\"\(type)\",\"eventTime\":\"2026-03-01T\(time)Z\",\"run\":{"
        + "\"runId\":\"0193a1de-7c51-7c3b-9c55-1fd1f2c5\(String(format: "%04d", second))\"},"
        + "\"job\":{\"namespace\":\"n\",\"name\":\"\(job)\"},\"inputs\":[\(inputs)],"
        + "\"outputs\":[{\"namespace\":\"n\",\"name\":\"\(output)\"\(facets)}]}"
      try await append(OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "test"))
    }
  }

  func append(_ draft: RecordDraft) async throws {
    var batch = ledger.makeBatch()
    try batch.append(draft)
    _ = try await ledger.append(batch)
  }

  func native(_ json: String) async throws {
    try await append(NativeRecord.draft(parsing: Array(json.utf8), source: "test"))
  }

  private static let named =
    #"{"role":"request","type":"request","namespace":"","name":"\#(request)"}"#

  private static func target(_ name: String) -> String {
    #"{"role":"target","type":"dataset","namespace":"n","name":"\#(name)"}"#
  }

  private static let actor =
    #"{"role":"actor","type":"service","namespace":"n","name":"desk"}"#

  func askForErasure(regulation: String = "eu-gdpr:A17") async throws {
    try await native(
      #"{"kind":"erasure/request","entities":[\#(Self.named)],"attributes":{"regulation":""#
        + regulation + #"","received":"2026-03-04"}}"#)
  }

  func execute(_ dataset: String, method: String = "row-erasure") async throws {
    try await native(
      #"{"kind":"erasure/execution","eventTime":"2026-03-01T06:00:00Z","entities":"#
        + #"[\#(Self.named),\#(Self.target(dataset)),\#(Self.actor)],"#
        + #""attributes":{"method":"\#(method)","rows":3}}"#)
  }

  func checkExecution(_ dataset: String) async throws {
    try await native(
      #"{"kind":"erasure/verification","eventTime":"2026-03-01T06:10:00Z","entities":"#
        + #"[\#(Self.named),\#(Self.target(dataset)),\#(Self.actor)],"#
        + #""attributes":{"method":"row-count","outcome":"verified","residual":0}}"#)
  }

  /// The whole story: data, copies, a request, its erasure outside and inside, and the rebuilds.
  func tell() async throws {
    try await run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await run("clean", 10, from: "raw", to: "clean")
    try await run("build", 20, from: "clean", to: "features")
    try await ErasureFixture.append([("alice called about her data", "alice")], to: ledger)
    try await askForErasure()
    try await execute("raw")
    try await checkExecution("raw")
    try await run("clean", 3_630, from: "raw", to: "clean")
    try await run("build", 3_640, from: "clean", to: "features")
    _ = try await ErasureFixture.erase(Self.request, [.subject("alice")], ledger)
  }

  /// The facts of the documentation's example, `raw` in scope, with changes at the top.
  static func facts(_ changes: [String: Any] = [:]) throws -> CertificateFacts {
    var object = try base()
    for (name, value) in changes { object[name] = value }
    return try CertificateFacts(
      parsing: Array(try JSONSerialization.data(withJSONObject: object)))
  }

  static func base() throws -> [String: Any] {
    let party = ["name": "desk", "position": "p", "location": "l", "contact": "c"]
    return [
      "issuer": [
        "legalEntity": "E", "role": "controller", "contact": "c", "dataProtectionOfficer": "d",
      ],
      "request": request(),
      "subject": ["identityTypes": ["number"]],
      "data": [
        "categories": ["bookings"], "subjects": ["patients"], "from": "2026-01-01",
        "to": "2026-02-01",
      ],
      "scope": [["entity": "dataset:n:raw", "location": "DE"]],
      "outOfScope": [["what": "paper", "reason": "not processed here"]],
      "backups": [["what": "dumps", "location": "DE", "agesOut": "2026-06-01"]],
      "performedBy": party, "verifiedBy": party.merging(["name": "audit"]) { $1 },
      "verification": [
        "level": "logical", "method": "count", "date": "2026-03-05", "validUntil": "2027-01-01",
      ],
      "recipients": [Any](),
      "keyCopies": [["what": "vault backup", "location": "safe", "agesOut": "2026-04-01"]],
      "signer": ["name": "S", "title": "DPO", "place": "P", "date": "2026-03-06"],
    ]
  }

  static func request(_ changes: [String: Any] = [:]) -> [String: Any] {
    var request: [String: Any] = [
      "regulation": "eu-gdpr:A17", "received": "2026-03-04", "nature": "erasure",
      "manner": "letter", "response": ["date": "2026-03-06", "nature": "confirmed"],
      "expectedCompletion": "2026-03-20", "due": "2026-04-04", "requesterRole": "subject",
      "identityVerification": ["level": "document", "result": "verified"], "ground": "g",
    ]
    for (name, value) in changes { request[name] = value }
    return request
  }

  func certify(_ changes: [String: Any] = [:]) async throws -> IssuedCertificate {
    try await ledger.certify(
      CertificateOrder(request: Self.request, facts: Self.facts(changes), tool: "test 1")
    ) { _ in }
  }

  /// The reasons why none is given.
  func refusal(_ changes: [String: Any] = [:]) async throws -> String {
    do {
      _ = try await certify(changes)
      return ""
    } catch let error as LedgerError {
      return error.message
    }
  }

  func key() throws -> NoteVerifierKey {
    try NoteVerifierKey(vkey: try erasure.reader().verifierKey)
  }

  func verify(
    _ file: [UInt8], since later: [UInt8]? = nil, keys: [NoteVerifierKey]? = nil
  ) throws -> ProofReport {
    var options = ProofOptions()
    options.trustedKeys = try keys ?? [key()]
    options.later = later
    return ProofVerification.verify(file, options: options)
  }

  /// The same content, changed and signed anew with the ledger's own key.
  func resigned(
    _ file: [UInt8], statement: [UInt8]? = nil,
    _ change: (inout Parts) -> Void = { _ in }
  ) throws -> [UInt8] {
    let content = try CertificateFile(parsing: file).content
    var parts = Parts(content)
    if let statement { parts.statement = statement }
    change(&parts)
    let changed = try CertificateContent(
      statement: parts.statement, recordBytes: parts.recordBytes, recordHashes: parts.hashes,
      history: content.history, closures: parts.closures, attestation: content.attestation)
    let text = try String(
      contentsOfFile: erasure.location.vault + "/signing.key", encoding: .utf8)
    let signer = try NoteSignerKey(privateText: text.trimmingCharacters(in: .newlines))
    let note = try SignedNote.sign(changed.noteText, with: [signer])
    return CertificateFile(content: changed, note: note).encoded
  }

  struct Parts {
    var statement: [UInt8]
    var recordBytes: [[UInt8]]
    var hashes: [SHA256Digest]
    var closures: [ClosureProofFile]

    init(_ content: CertificateContent) {
      statement = content.statement
      recordBytes = content.recordBytes
      hashes = content.recordHashes
      closures = content.closures
    }
  }
}
