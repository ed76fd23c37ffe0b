import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Provenance
import Testing

/// Closure proofs as files, and all that can be left out of them.
struct ClosureProofTests {
  static func key(_ name: String) -> EntityKey {
    EntityKey(type: .dataset, namespace: "n", name: name)
  }

  static func event(
    _ type: String, _ run: Int, second: Int, job: String, inputs: [String], outputs: [String],
    facets: String = ""
  ) throws -> RecordContent {
    func list(_ names: [String], _ facets: String) -> String {
      names.map {
        "{\"namespace\":\"n\",\"name\":\"\($0)\""
          + (facets.isEmpty ? "" : ",\"facets\":{\(facets)}")
          + "}"
      }.joined(separator: ",")
    }
    let text =
      "{\"eventType\":\"\(type)\",\"eventTime\":\"2023-11-14T22:13:\(10 + second)Z\","
      + "\"run\":{\"runId\":\"0193a1de-7c51-7c3b-9c55-1fd1f2c5000\(run)\"},"
      + "\"job\":{\"namespace\":\"n\",\"name\":\"\(job)\"},"
      + "\"inputs\":[\(list(inputs, ""))],\"outputs\":[\(list(outputs, facets))]}"
    return try OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "local").content
  }

  private static let truncation =
    "\"lifecycleStateChange\":{\"lifecycleStateChange\":\"TRUNCATE\"}"

  /// raw → clean → model, a wide record of many parts, raw emptied, all rebuilt in the wrong order,
  /// and records between that have nothing to do with it; an index record at the end.
  static func estate(
    seed: UInt8 = 1, lie: (inout NaiveIndex) -> Void = { _ in }
  ) throws -> (builder: EvidenceBuilder, indexRecord: Int) {
    var builder = try EvidenceBuilder.withEvents(3, seed: seed)
    func both(
      _ run: Int, second: Int, job: String, _ input: String, _ outputs: [String],
      facets: String = ""
    ) throws {
      for (offset, type) in ["START", "COMPLETE"].enumerated() {
        let content = try event(
          type, run, second: second + offset, job: job, inputs: [input], outputs: outputs,
          facets: facets)
        for part in try content.split() { builder.append(part) }
      }
    }
    let wide = ["clean"] + (0..<20).map { "w\($0)-" + String(repeating: "x", count: 4_000) }
    try both(1, second: 0, job: "ingest", "raw", wide)
    try both(2, second: 2, job: "train", "clean", ["model"])
    builder.appendEvents(2)
    var first = try event(
      "COMPLETE", 3, second: 4, job: "copy", inputs: ["model"], outputs: ["copy"])
    first.producerSequence = 5
    builder.append(first)
    builder.appendEvents(1)
    first = try event("COMPLETE", 4, second: 5, job: "copy", inputs: ["model"], outputs: ["copy"])
    first.producerSequence = 9
    builder.append(first)
    try both(5, second: 6, job: "train", "clean", ["model"], facets: truncation)
    try both(6, second: 8, job: "ingest", "other", ["raw"], facets: truncation)
    try both(7, second: 10, job: "ingest", "raw", ["clean"], facets: truncation)
    builder.appendEvents(1)
    let indexRecord = try builder.appendIndex(lie: lie)
    builder.appendEvents(2)
    return (builder, indexRecord)
  }

  static func query(_ indexRecord: Int) -> ClosureQuery {
    ClosureQuery(
      root: key("raw"), origin: .record(4), size: UInt64(indexRecord),
      time: Timestamp(microseconds: 1_700_000_100_000_000), silenceMicroseconds: 86_400_000_000)
  }

  func check(
    _ bytes: [UInt8], _ builder: EvidenceBuilder, cosigners: [NoteVerifierKey] = []
  ) -> ProofReport {
    var options = ProofOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.cosignerKeys = cosigners
    return ProofVerification.verify(bytes, options: options)
  }

  @Test func theClosureIsComputedAnew() throws {
    let (builder, indexRecord) = try Self.estate()
    let query = Self.query(indexRecord)
    let (file, closure, needed, _) = try builder.closureProof(query, indexRecord)
    let report = check(file, builder)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.kind == .closure)
    #expect(report.closure == closure)
    #expect(closure.descendants.count == 23 && needed.count < indexRecord)
    #expect(report.json().contains("\"closure\":{\"rule\":\"ledgerstone-closure/1\""))
    #expect(report.lines[0].hasPrefix("valid: all records below \(indexRecord)"))
    // Parsed and written again: the same bytes.
    #expect(try ClosureProofFile(parsing: file).encoded == file)
    var early = query
    early.size = 8
    let before = try builder.closureProof(early, indexRecord)
    #expect(check(before.file, builder).closure == before.closure)
    #expect(before.closure != closure)
    early = query
    early.origin = .versions(["a", "ü"])
    early.erasure = 12
    let versions = try builder.closureProof(early, indexRecord)
    #expect(check(versions.file, builder).closure == versions.closure)
    #expect(try ClosureProofFile(parsing: versions.file).encoded == versions.file)
  }

  @Test func anUnknownRootIsProvenAbsent() throws {
    let (builder, indexRecord) = try Self.estate()
    var query = Self.query(indexRecord)
    query.root = Self.key("nobody")
    let proof = try builder.closureProof(query, indexRecord)
    #expect(proof.needed.isEmpty)
    #expect(check(proof.file, builder).closure == proof.closure)
  }

  /// Each record that the closure needs is left out in turn, by forgers of growing care.
  @Test func noRecordCanBeLeftOut() throws {
    let (builder, indexRecord) = try Self.estate()
    let query = Self.query(indexRecord)
    let needed = try builder.closureProof(query, indexRecord).needed
    #expect(needed.count >= 12)
    for record in needed {
      let (lying, _) = try Self.estate(lie: { index in
        for key in index.entries.keys {
          index.entries[key]?.removeAll { $0 == record }
          if index.entries[key]?.isEmpty == true { index.entries[key] = nil }
        }
      })
      var forgeries = [
        ClosureForgery(hidden: [record], hasFittingHashes: false),
        ClosureForgery(hidden: [record]),
      ]
      // The record is taken out of the index's answers as well, counts and all.
      forgeries.append(ClosureForgery(hidden: [record], answer: { Self.without(record, $1) }))
      // The answers come from another index, which never had it, under the same signature.
      forgeries.append(
        ClosureForgery(
          hidden: [record],
          answer: { key, answer in
            (try? lying.answer(key, indexRecord, covering: 0..<UInt64.max)) ?? answer
          }))
      for (number, forgery) in forgeries.enumerated() {
        let file = try builder.closureProof(query, indexRecord, forgery: forgery).file
        let report = check(file, builder)
        #expect(report.status == .notValid, "record \(record), forgery \(number)")
        #expect(report.closure == nil)
        // A forged answer may not even have the form of one.
        #expect(
          report.findings.allSatisfy { [.proofInvalid, .proofMalformed].contains($0.code) },
          "\(report.lines)")
      }
    }
  }

  private static func without(_ record: UInt64, _ answer: RunAnswer) -> RunAnswer {
    guard case .listed(let entry) = answer, entry.records.contains(record) else { return answer }
    let records = entry.records.filter { $0 != record }
    guard !records.isEmpty else {
      return .absent(AbsentEntry(position: 0, left: nil, right: nil, hashes: []))
    }
    return .listed(
      ListedEntry(
        position: entry.position, recordCount: entry.recordCount - 1, chunks: entry.chunks,
        records: records, listHashes: entry.listHashes, entryHashes: entry.entryHashes))
  }

  /// The same of a history: no record can be left out of a completeness proof.
  @Test func noRecordCanBeLeftOutOfAHistory() throws {
    let (builder, indexRecord) = try Self.estate()
    var tried = 0
    for name in ["raw", "clean", "model", "copy", "other"] {
      let key = Self.key(name)
      let answer = try builder.answer(key, indexRecord, covering: 0..<UInt64.max)
      guard case .listed(let entry) = answer else {
        Issue.record("\(name) has no entry")
        return
      }
      for record in entry.records {
        let file = try Self.completeness(Self.without(record, answer), key, builder, indexRecord)
        #expect(file.map { check($0, builder).status } != .valid, "\(name), record \(record)")
        let (lying, _) = try Self.estate(lie: { index in
          index.entries[key.bytes]?.removeAll { $0 == record }
        })
        let other = try lying.answer(key, indexRecord, covering: 0..<UInt64.max)
        let forged = try Self.completeness(other, key, builder, indexRecord)
        #expect(forged.map { check($0, builder).status } == .notValid, "\(name), \(record)")
        tried += 1
      }
      let sound = try Self.completeness(answer, key, builder, indexRecord)
      #expect(sound.map { check($0, builder).status } == .valid)
    }
    #expect(tried > 12)
  }

  private static func completeness(
    _ answer: RunAnswer, _ key: EntityKey, _ builder: EvidenceBuilder, _ indexRecord: Int
  ) throws -> [UInt8]? {
    try CompletenessProofFile(
      key: key, evidence: builder.evidence(of: indexRecord), answers: [answer]
    ).encoded
  }

  @Test func noHistoryCanBeLeftOutOrAdded() throws {
    let (builder, indexRecord) = try Self.estate()
    var query = Self.query(indexRecord)
    query.size = 9
    let asked = try builder.closureProof(query, indexRecord).asked
    #expect(asked.count > 4)
    for key in asked {
      let forgery = ClosureForgery(withoutHistory: [key])
      let report = check(
        try builder.closureProof(query, indexRecord, forgery: forgery).file, builder)
      #expect(report.status == .notValid, "\(key.parts)")
    }
    // A question with fewer needs: the histories are too many.
    let smaller = ClosureForgery(question: { $0.root = Self.key("model") })
    #expect(
      check(try builder.closureProof(query, indexRecord, forgery: smaller).file, builder).status
        == .notValid)
    let added = ClosureForgery(added: [1])
    let report = check(try builder.closureProof(query, indexRecord, forgery: added).file, builder)
    #expect(report.findings.map(\.message) == ["nothing has need of record 1"])
  }

  /// A record that says to be a part of the one before, which is whole: its edges must not be left
  /// out for those of the other.
  @Test(arguments: [["copy"], ["clean"]])
  func aPartOfNothingIsRefused(_ outputs: [String]) throws {
    var builder = try EvidenceBuilder.withEvents(3, seed: 7)
    builder.append(
      try Self.event("COMPLETE", 1, second: 1, job: "a", inputs: ["raw"], outputs: ["clean"]))
    var stray = try Self.event(
      "COMPLETE", 2, second: 2, job: "b", inputs: ["raw"], outputs: outputs)
    stray.part = Part(number: 1, count: 2)
    builder.append(stray)
    let indexRecord = try builder.appendIndex()
    var query = Self.query(indexRecord)
    query.origin = .record(0)
    let forgery = ClosureForgery(takesStrayParts: true)
    let report = check(
      try builder.closureProof(query, indexRecord, forgery: forgery).file, builder)
    #expect(report.status == .notValid)
    let message = report.findings.first?.message ?? ""
    #expect(message.hasSuffix("is a part where none can be"), "\(message)")
  }

  @Test func anotherQuestionIsSeenInTheAnswer() throws {
    let (builder, indexRecord) = try Self.estate()
    let query = Self.query(indexRecord)
    let beyond = ClosureForgery(question: { $0.size = UInt64(indexRecord) + 1 })
    let next = indexRecord + 1
    for (forgery, words) in [
      (beyond, "as of \(next) records, index record \(indexRecord) covers fewer"),
      (
        ClosureForgery(question: { $0.erasure = UInt64(indexRecord) }),
        "record \(indexRecord), which is asked about, is not below \(query.size)"
      ),
      (
        ClosureForgery(question: { $0.origin = .record(UInt64(next)) }),
        "record \(next), which is asked about, is not below \(query.size)"
      ),
    ] {
      let report = check(
        try builder.closureProof(query, indexRecord, forgery: forgery).file, builder)
      #expect(report.status == .notValid)
      #expect(report.findings.first?.message.contains(words) == true, "\(report.lines)")
    }
  }

  @Test func flippedBitsAreSeen() throws {
    let (builder, indexRecord) = try Self.estate()
    var query = Self.query(indexRecord)
    query.root = Self.key("model")
    let (file, closure, _, _) = try builder.closureProof(query, indexRecord)
    for offset in stride(from: 0, to: file.count, by: 5) {
      var flipped = file
      flipped[offset] ^= 1 << UInt8(offset % 7)
      let report = check(flipped, builder)
      // Another question may have an answer; it says so.
      #expect(
        report.status != .valid || report.closure.map { $0 != closure } == true,
        "offset \(offset)")
    }
    for count in stride(from: 0, to: file.count, by: 97) {
      #expect(check(Array(file.prefix(count)), builder).status != .valid)
    }
  }

  @Test func everyLineCounts() throws {
    let (builder, indexRecord) = try Self.estate()
    let (stranger, _) = try Self.estate(seed: 2)
    var query = Self.query(indexRecord)
    query.root = Self.key("model")
    let (file, closure, _, _) = try builder.closureProof(query, indexRecord)
    let foreign = try stranger.closureProof(query, indexRecord).file
    let edits = LineEdits(of: file, other: foreign).edits
    #expect(edits.count > 200)
    for edit in edits {
      let report = check(edit.bytes, builder)
      // Another question may have an answer; it says so.
      #expect(
        report.status != .valid || report.closure.map { $0 != closure } == true, "\(edit.words)")
    }
    #expect(check(foreign, builder).status == .notValid)
  }

  @Test func foreignKeysAndCosigners() throws {
    let (builder, indexRecord) = try Self.estate()
    let file = try builder.closureProof(Self.query(indexRecord), indexRecord).file
    let other = try EvidenceBuilder(origin: "other.example/log", seed: 2)
    #expect(check(file, other).findings.map(\.code) == [.signatureInvalid])
    let report = check(file, builder, cosigners: [other.key.verifierKey])
    #expect(report.findings.map(\.code) == [.cosignatureMissing])
    #expect(report.json().contains("\"closure\":null"))
  }

  @Test(arguments: [
    "silence -1", "silence 9223372036854775808", "silence 01", "time 2023-11-14T22:13:20Z",
    "time yesterday", "size", "origin 4 4", "version !", "entity AA==", "",
  ])
  func otherLinesAreNoQuestion(_ line: String) throws {
    let (builder, indexRecord) = try Self.estate()
    let file = try builder.closureProof(Self.query(indexRecord), indexRecord).file
    var lines = String(decoding: file, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let field = line.prefix { $0 != " " }
    let place = lines.firstIndex { $0.hasPrefix(field.isEmpty ? "size" : field) } ?? 2
    lines[place] = line
    let report = check(Array(lines.joined(separator: "\n").utf8), builder)
    #expect(report.findings.map(\.code) == [.proofMalformed], "\(report.lines)")
  }
}
