import Foundation
import LedgerCryptography
import Testing

@testable import LedgerFormat

/// The bytes that `Tests/Interop/make_golden.py` built from the format document, and the values
/// that it built them from, written down a second time here.
enum Golden {
  static let all = [
    "active-header", "answer-absent", "answer-listed", "answer-part", "block-bodies",
    "block-bodies-lz4", "block-headers", "block-headers-expanded", "body-entry", "body-tombstone",
    "certificate", "completeness-proof", "deduplication-entry", "entity-key",
    "group-frame", "header-created",
    "header-entry", "header-full", "header-least", "ledger-file", "name-dictionary",
    "omission-proof", "run-directory", "run-file", "run-file-long",
    "segment-footer-bodies", "segment-footer-headers", "segment-header-bodies",
    "segment-header-headers", "sealed-body", "sealed-body-lz4",
  ]
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  /// One field: what the comment calls it, and its bytes.
  struct Field {
    var name: String
    var bytes: [UInt8]
  }

  static func fields(_ name: String) throws -> [Field] {
    let file = folder.appendingPathComponent("\(name).hex")
    let text = try String(contentsOf: file, encoding: .utf8)
    var fields: [Field] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "#", maxSplits: 1)
      let bytes = try #require(Hexadecimal.decode(parts[0].trimmingCharacters(in: .whitespaces)))
      if parts.count == 2 {
        let name = parts[1].trimmingCharacters(in: .whitespaces)
        fields.append(Field(name: name, bytes: bytes))
      } else {
        fields[fields.count - 1].bytes += bytes
      }
    }
    return fields
  }

  static func bytes(_ name: String) throws -> [UInt8] { try fields(name).flatMap(\.bytes) }

  /// The bytes before the field `name`.
  static func offset(of field: String, in name: String) throws -> Int {
    let fields = try fields(name)
    let position = try #require(fields.firstIndex { $0.name == field })
    return fields[..<position].reduce(0) { $0 + $1.bytes.count }
  }

  static let ledgerID = LedgerID(Array(0x00..<0x10))
  static let openingID = OpeningID(Array(0x10..<0x20))
  static let origin = "acme.example/provenance"
  static let verifierKey = "acme.example/provenance+1a2b3c4d+AQIDBAUG"
  static let firstRecord: UInt64 = 0x0102_0304_0506_0708
  static let recordedTime = Timestamp(microseconds: 1_795_469_341_000_000)
  static let salt: [UInt8] = Array(0x40..<0x50)
  static let leafHashBefore = SHA256Hasher.hash(Array("the header before".utf8))
  static let bodyText = Array("{\"a\":1}".utf8)

  static func digest(_ byte: UInt8) -> SHA256Digest {
    SHA256Digest(copying: [UInt8](repeating: byte, count: 32))!
  }

  static func truncated(from first: UInt8) -> TruncatedDigest {
    TruncatedDigest(copying: (0..<16).map { first + $0 })!
  }

  static func leastHeader(index: UInt64, microseconds: Int64, previous: SHA256Digest)
    -> RecordHeader
  {
    RecordHeader(
      previousLeafHash: previous, index: index,
      recordedTime: Timestamp(microseconds: microseconds),
      content: RecordContent(kind: "access", source: "etl"))
  }

  static func createdHeader() -> RecordHeader {
    var content = RecordContent(kind: "ledger/created", source: "local")
    content.identity = LedgerIdentity(
      origin: origin, ledgerID: ledgerID, formatVersion: 1, verifierKeys: [verifierKey],
      ledgerFileHash: ledgerFile.hash)
    return RecordHeader(
      previousLeafHash: .zero, index: 0, recordedTime: recordedTime, content: content)
  }

  static let ledgerFile = LedgerFile(
    ledgerID: ledgerID, origin: origin, verifierKey: verifierKey)

  static func fullHeader() -> RecordHeader {
    var content = RecordContent(kind: "run", source: "spark-eu-1")
    content.eventTime = Timestamp(microseconds: -1)
    content.flags = .assigned
    content.producer = "https://producer.example/größe"
    content.producerSequence = .max
    content.eventType = .complete
    content.part = Part(number: 1, count: 256)
    content.entities = fullEntities
    content.edges = [
      Edge(target: 3, source: 2, basis: .explicit),
      Edge(target: 3, source: 65_536, basis: .column, flags: .assigned),
    ]
    content.symlinks = [EntityPair(entity: 3, other: 4)]
    content.renames = [EntityPair(entity: 24, other: 256)]
    content.attributes = [
      "ok": .boolean(true), "rows": .integer(1_000_000_000_000), "zone": .text("eu"),
      "delta": .integer(-2), "digest": .bytes([1, 2]), "partial": .boolean(false),
    ]
    content.references = [
      RecordReference(relation: .supersedes, index: 5),
      RecordReference(relation: .cites, index: 4_294_967_296),
    ]
    content.bodies = [
      BodyDescription(contentType: "application/json", byteCount: 23, commitment: digest(0xC0)),
      BodyDescription(
        contentType: "application/octet-stream", byteCount: 24, commitment: digest(0xC1),
        tag: digest(0xC2)),
    ]
    content.runs = [
      IndexRunCommitment(
        level: 0, firstRecord: 0, recordCount: 65_536, entryCount: 1_000, root: digest(0xD0)),
      IndexRunCommitment(
        level: 15, firstRecord: 65_536, recordCount: 24, entryCount: 0, root: digest(0xD1)),
    ]
    content.slots = [
      BodySlot(record: 7, body: 0), BodySlot(record: 7, body: 1), BodySlot(record: 300, body: 255),
    ]
    content.identity = LedgerIdentity(
      origin: origin, ledgerID: ledgerID, formatVersion: 1, verifierKeys: [verifierKey],
      ledgerFileHash: digest(0xE0))
    content.head = TreeHead(
      size: UInt64(Int64.max), root: digest(0xF0), origin: "other.example/ledger")
    content.publicIdentifier = "client-request-17"
    return RecordHeader(
      previousLeafHash: digest(0xA1), index: 70_000, recordedTime: recordedTime,
      content: content)
  }

  private static let fullEntities = [
    Entity(
      role: .run, type: .run, namespace: "", name: "0176a8c2-fe01-7439-87e6-56a1a1b4029f"),
    Entity(role: .job, type: .job, namespace: "airflow", name: "daily"),
    Entity(
      role: .input, type: .dataset, namespace: "s3://lake", name: "raw/orders", version: "v7"),
    Entity(
      role: .output, type: .dataset, namespace: "s3://lake", name: "clean/orders",
      facts: EntityFacts(
        lifecycle: .overwrite, writeMode: .overwrite, subset: .assigned, areEdgesComplete: true)),
    Entity(
      role: .symlink, type: .dataset, namespace: "hive", name: "orders", version: "9",
      facts: EntityFacts(writeMode: .mergeOnReadDelete)),
  ]
}

/// The error that `body` throws, or nil.
func refusal(_ body: () throws(FormatError) -> Void) -> FormatError? {
  do throws(FormatError) {
    try body()
    return nil
  } catch { return error }
}

func isTruncated(_ error: FormatError?) -> Bool {
  if case .truncated = error { true } else { false }
}
