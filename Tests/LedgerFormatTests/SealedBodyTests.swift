import LedgerCryptography
import Testing

@testable import LedgerFormat

/// Sealed bodies against the bytes that Python's `cryptography` gives, and damaged in every way.
@Suite struct SealedBodyTests {
  private struct Vector {
    var subjectKey: SecretBytes
    var salt: [UInt8]
    var bodyKey: [UInt8]
    var contentType: String
    var plaintext: [UInt8]
    var stored: [UInt8]
    var commitment: [UInt8]
    var tag: SHA256Digest

    init(_ name: String) throws {
      let fields = try Golden.fields(name)
      func field(_ name: String) throws -> [UInt8] {
        try #require(fields.first { $0.name == name }).bytes
      }
      let secret = try field("subject key")
      subjectKey = SecretBytes(copying: secret.rawSpan)
      salt = try field("salt")
      bodyKey = try field("K")
      contentType = String(decoding: try field("content type"), as: UTF8.self)
      plaintext =
        try field("method") + field("original byte count")
        + field("the bytes, raw or as one LZ4 block")
      stored = try field("stored: ciphertext and GCM tag")
      commitment = try field("commitment")
      tag = try #require(SHA256Digest(copying: try field("header tag")))
    }

    var key: SecretBytes { SecretBytes(copying: bodyKey.rawSpan) }

    func open(
      _ stored: [UInt8]? = nil, key: SecretBytes? = nil, tag: SHA256Digest? = nil,
      ledgerID: LedgerID = Golden.ledgerID, contentType: String? = nil
    ) throws(SealedBody.Failure) -> [UInt8] {
      try SealedBody.open(
        stored ?? self.stored, key: key ?? self.key, tag: tag ?? self.tag, ledgerID: ledgerID,
        contentType: contentType ?? self.contentType)
    }
  }

  private static let bodies = [
    "sealed-body": Array("{\"name\":\"A. Lovelace\"}".utf8),
    "sealed-body-lz4": Array(String(repeating: "ab", count: 40).utf8),
  ]

  @Test(arguments: ["sealed-body", "sealed-body-lz4"]) func knownAnswers(_ name: String) throws {
    let vector = try Vector(name)
    let key = SealedBody.key(subjectKey: vector.subjectKey, salt: vector.salt.rawSpan)
    #expect(key.bytes.copied() == vector.bodyKey)
    #expect(SealedBody.tag(key: key) == vector.tag)
    #expect(try vector.open() == Self.bodies[name])
    let commitment = SHA256Hasher.hash(vector.salt + vector.stored)
    #expect(Array(commitment.description.utf8) == Array(Hexadecimal.encode(vector.commitment).utf8))
  }

  @Test func encodesTheKnownAnswer() throws {
    let vector = try Vector("sealed-body")
    let body = try #require(Self.bodies["sealed-body"])
    let stored = try SealedBody.seal(
      body, key: vector.key, ledgerID: Golden.ledgerID, contentType: vector.contentType)
    #expect(stored == vector.stored)
    #expect(stored.count == body.count + SealedBody.overheadByteCount)
  }

  @Test(arguments: [0, 1, 4, 5, 16, 100, 65_536, 1_000_000]) func roundTrips(count: Int) throws {
    let vector = try Vector("sealed-body")
    var random = RepeatableRandom(seed: UInt64(count))
    for isRandom in [false, true] {
      let body = (0..<count).map { _ in isRandom ? UInt8.random(in: 0...255, using: &random) : 7 }
      let stored = try SealedBody.seal(
        body, key: vector.key, ledgerID: Golden.ledgerID, contentType: vector.contentType)
      #expect(stored.count <= count + SealedBody.overheadByteCount)
      if count > 100, !isRandom { #expect(stored.count < count / 10) }
      #expect(try vector.open(stored) == body)
    }
  }

  @Test(arguments: ["sealed-body", "sealed-body-lz4"]) func everyBitOfTheStoredForm(_ name: String)
    throws
  {
    let vector = try Vector(name)
    for position in vector.stored.indices {
      for bit in 0..<8 {
        var damaged = vector.stored
        damaged[position] ^= 1 << UInt8(bit)
        #expect(throws: SealedBody.Failure.authentication) { try vector.open(damaged) }
      }
    }
    for count in 0..<vector.stored.count {
      #expect(throws: SealedBody.Failure.authentication) {
        try vector.open(Array(vector.stored.prefix(count)))
      }
    }
    #expect(throws: SealedBody.Failure.authentication) { try vector.open(vector.stored + [0]) }
  }

  @Test func whatItIsBoundTo() throws {
    let vector = try Vector("sealed-body")
    var otherKey = vector.bodyKey
    otherKey[31] ^= 1
    #expect(throws: SealedBody.Failure.wrongKey) {
      try vector.open(key: SecretBytes(copying: otherKey.rawSpan))
    }
    #expect(throws: SealedBody.Failure.wrongKey) { try vector.open(tag: .zero) }
    // A tag that fits another key does not help.
    let forged = SealedBody.tag(key: SecretBytes(copying: otherKey.rawSpan))
    #expect(throws: SealedBody.Failure.authentication) {
      try vector.open(key: SecretBytes(copying: otherKey.rawSpan), tag: forged)
    }
    #expect(throws: SealedBody.Failure.authentication) {
      try vector.open(ledgerID: LedgerID(Array(1...16)))
    }
    for type in ["application/jsox", "application/jso", "application/jsonn", ""] {
      #expect(throws: SealedBody.Failure.authentication) { try vector.open(contentType: type) }
    }
  }

  /// What a writer with the key could put there, and never does.
  @Test func plaintextsThatAreNone() throws {
    let vector = try Vector("sealed-body")
    let raw = Array(vector.plaintext.dropFirst(5))
    let lz4 = Array(try Vector("sealed-body-lz4").plaintext.dropFirst(5))
    func length(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(count >> (8 * $0) & 0xFF) } }
    let cases: [(plaintext: [UInt8], error: FormatError)] = [
      ([], .truncated(needed: 1, available: 0, offset: 0)),
      ([1, 0, 0], .truncated(needed: 4, available: 2, offset: 1)),
      ([0] + length(raw.count) + raw, .badCompressionMethod(found: 0)),
      ([3] + length(raw.count) + raw, .badCompressionMethod(found: 3)),
      ([1] + length(raw.count + 1) + raw, .inconsistent(field: "original byte count", offset: 1)),
      ([1] + length(raw.count - 1) + raw, .inconsistent(field: "original byte count", offset: 1)),
      ([2] + length(lz4.count) + lz4, .inconsistent(field: "original byte count", offset: 1)),
      ([2] + length(79) + lz4, .decompressionFailed(expectedByteCount: 79)),
      ([2] + length(81) + lz4, .decompressionFailed(expectedByteCount: 81)),
      (
        [2] + length(SealedBody.byteCountMax + 1) + lz4,
        .overLimit(
          field: "original byte count", found: UInt64(SealedBody.byteCountMax + 1),
          limit: UInt64(SealedBody.byteCountMax), offset: 1)
      ),
    ]
    let associated = Golden.ledgerID.bytes + Array(vector.contentType.utf8)
    let nonce = [UInt8](repeating: 0, count: 12)
    for (plaintext, error) in cases {
      let stored = try AES256GCM.seal(
        plaintext.rawSpan, key: vector.bodyKey.rawSpan, nonce: nonce.rawSpan,
        associatedData: associated.rawSpan)
      #expect(throws: SealedBody.Failure.malformed(error)) { try vector.open(stored) }
    }
  }

  @Test func theLongestIsStillABody() throws {
    let vector = try Vector("sealed-body")
    var random = RepeatableRandom(seed: 1)
    var body: [UInt8] = []
    body.reserveCapacity(SealedBody.byteCountMax)
    while body.count < SealedBody.byteCountMax {
      body.append(UInt8(truncatingIfNeeded: random.next() >> 32))
    }
    let stored = try SealedBody.seal(
      body, key: vector.key, ledgerID: Golden.ledgerID, contentType: vector.contentType)
    #expect(stored.count == FormatLimits.bodyByteCountMax)
  }
}
