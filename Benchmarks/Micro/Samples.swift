import LedgerCryptography
import LedgerFormat

/// One record of the bulk input, as it is taken and as it is stored.
enum Samples {
  /// As long as the bodies of the bulk input.
  static let body = bytes(count: 267)
  /// What a commitment hashes: a salt and the body.
  static let saltAndBody = bytes(count: BodyEntry.saltByteCount) + body

  static let content: RecordContent = {
    var content = RecordContent(kind: "derivation", source: "local")
    content.entities = [
      Entity(role: .input, type: .dataset, namespace: "warehouse", name: "table_1234"),
      Entity(role: .output, type: .dataset, namespace: "warehouse", name: "table_1765"),
      Entity(
        role: .run, type: .run, namespace: "", name: "5f1f9a3c-7f6b-4e0b-9f0a-0d6f3f2b1c55"),
    ]
    return content
  }()

  static let bodies = [
    BodyDescription(
      contentType: "application/json", byteCount: 267, commitment: SHA256Hasher.hash(saltAndBody))
  ]

  /// The header of record `index`.
  static func header(_ index: UInt64) -> [UInt8] {
    var whole = content
    whole.bodies = bodies
    return RecordHeader(
      previousLeafHash: SHA256Hasher.hash(body), index: index,
      recordedTime: Timestamp(microseconds: 1_790_000_000_000_000), content: whole
    ).encoded()
  }

  /// A header block's worth of entries, about 64 KiB.
  static let headerEntries: (raw: [UInt8], count: UInt32) = {
    var raw: [UInt8] = []
    var count: UInt32 = 0
    while raw.count < FormatLimits.blockByteCountTarget {
      HeaderEntry.encode(header: header(UInt64(count)).rawSpan, into: &raw)
      count += 1
    }
    return (raw, count)
  }()

  /// Bytes that repeat as JSON with random identifiers does: half of them drawn from 16 letters.
  static func bytes(count: Int) -> [UInt8] {
    var state: UInt64 = 42
    return (0..<count).map { position in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return position % 16 < 8 ? UInt8(97 + state >> 60) : UInt8(65 + position % 16)
    }
  }

  /// An access of 430 bytes, as a pipeline sends it line by line.
  static let nativeRecord = Array(
    """
    {"kind":"access","eventTime":"2026-11-27T08:00:00.123456Z",\
    "producer":"https://example.org/etl","entities":[\
    {"role":"actor","type":"service","namespace":"idp","name":"reporting"},\
    {"role":"target","type":"dataset","namespace":"warehouse","name":"sales.orders"}],\
    "attributes":{"action":"read","purpose":"billing","outcome":"allowed","rows":1200},\
    "id":"0b0c7b3c-1de9-4e3c-9d0a-6f1a54f0a1d2","bodies":[{"value":{"query":"select 1"}}]}
    """.utf8)
}
