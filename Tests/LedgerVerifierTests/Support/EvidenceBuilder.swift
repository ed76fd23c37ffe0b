import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import MerkleLog

/// Makes ledgers in every layout out of the format's encoders alone: no engine, no disk.
///
/// Everything the verifier derives is derived here in the naive way. A test that wants a ledger
/// that is consistent but wrong changes the fields before `build`.
struct EvidenceBuilder {
  struct Record {
    var header: [UInt8]
    var leafHash: SHA256Digest
    var recordedTime: Timestamp
    var bodies: [Body] = []
  }

  struct Body {
    var salt: [UInt8]
    var bytes: [UInt8]
    /// The plan that erased it.
    var erasedBy: UInt64?
  }

  /// Which records lie where: consecutive ranges from 0.
  struct Layout {
    var segments: [Range<Int>] = []
    var sealing: Range<Int>?
    var active: Range<Int>
    var recordsPerGroup = 3
    var recordsPerBlock = 2
  }

  var origin: String
  var key: NoteSignerKey
  var ledgerID: LedgerID
  private(set) var records: [Record] = []
  /// Files under `index/`, by path: runs and names.
  var indexFiles: [String: [UInt8]] = [:]
  /// Records that have a note.
  var noted: [Int] = []
  /// Microseconds; the next record's time.
  var clock: Int64 = 1_700_000_000_000_000

  init(origin: String = "acme.example/provenance", seed: UInt8 = 1) throws {
    self.origin = origin
    let bytes = [UInt8](repeating: seed, count: 32)
    key = try NoteSignerKey(name: origin, seed: SecretBytes(copying: bytes.rawSpan))
    ledgerID = LedgerID([UInt8](repeating: seed, count: 16))
    var first = RecordContent(kind: "ledger/created", source: "ledgerstone")
    first.identity = LedgerIdentity(
      origin: origin, ledgerID: ledgerID, formatVersion: 1,
      verifierKeys: [key.verifierKey.vkey],
      ledgerFileHash: SHA256Hasher.hash(ledgerFile.encoded()))
    append(first)
  }

  var ledgerFile: LedgerFile {
    LedgerFile(ledgerID: ledgerID, origin: origin, verifierKey: key.verifierKey.vkey)
  }

  /// Appends one record; its bodies get commitments in the header.
  mutating func append(_ content: RecordContent, bodies: [[UInt8]] = []) {
    var content = content
    var stored: [Body] = []
    for (number, bytes) in bodies.enumerated() {
      let salt = (0..<16).map { UInt8(truncatingIfNeeded: 7 * $0 + number + records.count) }
      content.bodies.append(
        BodyDescription(
          contentType: "application/json", byteCount: UInt64(bytes.count),
          commitment: SHA256Hasher.hash(salt + bytes)))
      stored.append(Body(salt: salt, bytes: bytes))
    }
    let time = Timestamp(microseconds: clock)
    clock += 1_000
    let header = RecordHeader(
      previousLeafHash: records.last?.leafHash ?? .zero, index: UInt64(records.count),
      recordedTime: time, content: content)
    append(raw: header.encoded(), time: time, bodies: stored)
  }

  /// Appends header bytes as they are, canonical or not.
  mutating func append(raw header: [UInt8], time: Timestamp, bodies: [Body] = []) {
    records.append(
      Record(
        header: header, leafHash: SHA256Hasher.hash([0] + header), recordedTime: time,
        bodies: bodies))
  }

  /// `count` records like those of a pipeline, some with bodies.
  mutating func appendEvents(_ count: Int) {
    for number in 0..<count {
      var content = RecordContent(kind: "run", source: "local")
      content.eventType = .complete
      content.entities = [
        Entity(role: .run, type: .run, namespace: "", name: "run-\(records.count)"),
        Entity(role: .input, type: .dataset, namespace: "db://warehouse", name: "orders"),
      ]
      let bodies = (0..<number % 3).map {
        Array("{\"event\":\(records.count),\"body\":\($0)}".utf8)
      }
      append(content, bodies: bodies)
    }
  }

  mutating func change(_ record: Int, _ change: (inout Record) -> Void) {
    change(&records[record])
  }

  var leafHashes: [SHA256Digest] { records.map(\.leafHash) }

  func root(_ size: Int) -> SHA256Digest {
    NaiveTree(entries: records.prefix(size).map(\.header)).hash(0, size)
  }

  /// A signed checkpoint of the first `size` records.
  func note(size: Int, root: SHA256Digest? = nil, key other: NoteSignerKey? = nil) throws
    -> [UInt8]
  {
    let checkpoint = Checkpoint(
      origin: origin, size: UInt64(size), root: root ?? self.root(size))
    return try SignedNote.sign(checkpoint.text, with: [other ?? key]).encoded
  }

  /// All files of the ledger, checkpointed at `size` or to its end.
  func build(_ layout: Layout, checkpointSize: Int? = nil) throws -> MemoryEvidence {
    var evidence = MemoryEvidence()
    evidence.files["ledger.json"] = ledgerFile.encoded()
    evidence.files["LOCK"] = Array("12345\n".utf8)
    evidence.files["checkpoint"] = try note(size: checkpointSize ?? records.count)
    for segment in layout.segments {
      let name =
        String(repeating: "0", count: 20 - String(segment.lowerBound).count)
        + String(segment.lowerBound)
      evidence.files["log/\(name).log"] = headerSegment(segment, layout)
      evidence.files["bodies/\(name).body"] = bodySegment(segment, layout)
    }
    var position = GroupStart()
    for (number, segment) in layout.segments.enumerated()
    where number < layout.segments.count {
      // The groups of a sealed file are gone, but their numbers and digests go on.
      if segment != layout.sealing { _ = groupLog(segment, layout, &position) }
    }
    if let sealing = layout.sealing {
      evidence.files["active.sealing"] = groupLog(sealing, layout, &position)
    }
    evidence.files["active"] = groupLog(layout.active, layout, &position)
    for (level, bytes) in treeFiles.enumerated() { evidence.files["tree/\(level)"] = bytes }
    for (path, bytes) in indexFiles { evidence.files[path] = bytes }
    for record in noted { evidence.files["index/\(record).note"] = try note(size: record + 1) }
    return evidence
  }
}
