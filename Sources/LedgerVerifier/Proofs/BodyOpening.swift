internal import LedgerCryptography
public import LedgerFormat
internal import MerkleLog
internal import Provenance

/// Salt and bytes of one body: whoever has them can check them against the header's commitment.
///
/// ```
/// {"salt":"<32 hex digits>","bytes":"<base64>","record":17,"body":0}
/// ```
///
/// Of a sealed body, the bytes are the ciphertext with its tag, and two more members open it:
///
/// ```
/// …,"key":"<64 hex digits>","ledgerId":"<32 hex digits>"}
/// ```
///
/// The key is the body's own: it opens no other one. Without them only the commitment is checked.
public struct BodyOpening: Hashable, Sendable {
  public var slot: BodySlot
  /// 16 bytes.
  public var salt: [UInt8]
  public var bytes: [UInt8]
  /// Of a sealed body.
  public var seal: Seal?

  /// What opens a sealed body.
  public struct Seal: Hashable, Sendable {
    /// K, 32 bytes.
    public var key: [UInt8]
    public var ledgerID: LedgerID

    public init(key: [UInt8], ledgerID: LedgerID) {
      self.key = key
      self.ledgerID = ledgerID
    }
  }

  /// Why an opening is not one, or not of this record.
  public struct Fault: Error, Hashable, Sendable {
    public var reason: String
  }

  public init(slot: BodySlot, salt: [UInt8], bytes: [UInt8], seal: Seal? = nil) {
    self.slot = slot
    self.salt = salt
    self.bytes = bytes
    self.seal = seal
  }

  /// The most bytes of the JSON text: the largest body in base64, and the rest.
  public static let byteCountMax = FormatLimits.bodyByteCountMax / 3 * 4 + 4_096

  /// Reads the JSON object; each member must be there once, and no other.
  public init(parsing json: [UInt8]) throws(Fault) {
    guard json.count <= Self.byteCountMax else {
      throw Fault(reason: "the opening has \(json.count) bytes, which is over the limit")
    }
    let members: [(name: String, value: JSONValue)]
    do throws(JSONError) {
      guard let found = try JSONDocument(parsing: json).root.members else {
        throw JSONError(reason: .empty, position: .start)
      }
      members = found
    } catch {
      throw Fault(reason: "the opening is no JSON object")
    }
    let names = members.map(\.name).sorted()
    let isSealed = names == ["body", "bytes", "key", "ledgerId", "record", "salt"]
    guard isSealed || names == ["body", "bytes", "record", "salt"] else {
      throw Fault(
        reason: "an opening has exactly the members salt, bytes, record and body, and of a sealed "
          + "body key and ledgerId")
    }
    let values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    guard let salt = values["salt"]?.string.flatMap(Hexadecimal.decode),
      salt.count == BodyEntry.saltByteCount
    else { throw Fault(reason: "the opening's salt is not 32 lower-case hexadecimal digits") }
    guard let bytes = values["bytes"]?.string.flatMap({ Base64.decode($0.utf8) }) else {
      throw Fault(reason: "the opening's bytes are not base64")
    }
    guard let record = Self.number(values["record"]), let body = Self.number(values["body"]) else {
      throw Fault(reason: "the opening's record or body is no whole number")
    }
    self.init(
      slot: BodySlot(record: record, body: body), salt: salt, bytes: bytes,
      seal: isSealed ? try Self.seal(values) : nil)
  }

  private static func seal(_ values: [String: JSONValue]) throws(Fault) -> Seal {
    guard let key = values["key"]?.string.flatMap(Hexadecimal.decode), key.count == 32 else {
      throw Fault(reason: "the opening's key is not 64 lower-case hexadecimal digits")
    }
    guard let ledgerID = values["ledgerId"]?.string.flatMap({ LedgerID(hexadecimal: $0) }) else {
      throw Fault(reason: "the opening's ledgerId is not 32 lower-case hexadecimal digits")
    }
    return Seal(key: key, ledgerID: ledgerID)
  }

  private static func number(_ value: JSONValue?) -> UInt64? {
    guard let text = value?.number, let number = UInt64(text), String(number) == text else {
      return nil
    }
    return number
  }

  /// The JSON text, one line.
  public var encoded: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("salt", Hexadecimal.encode(salt))
      writer.member("bytes", Base64.encode(bytes))
      writer.member("record", slot.record)
      writer.member("body", slot.body)
      if let seal {
        writer.member("key", Hexadecimal.encode(seal.key))
        writer.member("ledgerId", seal.ledgerID.description)
      }
    }
    return writer.text
  }

  /// Checks that the opening is of a body of `header` and matches its commitment and, if it opens a
  /// sealed one, its tag.
  ///
  /// - Returns: the body as it was received; nil of a sealed body without key.
  @discardableResult
  public func check(_ header: RecordHeader) throws(Fault) -> [UInt8]? {
    guard slot.record == header.index else {
      throw Fault(
        reason: "the opening is of record \(slot.record), the entry is record \(header.index)")
    }
    guard slot.body < UInt64(header.content.bodies.count) else {
      throw Fault(
        reason: "the opening is of body \(slot.body), the record has "
          + counted(header.content.bodies.count, "body"))
    }
    let body = header.content.bodies[Int(slot.body)]
    guard body.byteCount == UInt64(bytes.count) else {
      throw Fault(
        reason: "the opening has \(counted(bytes.count, "byte")), the header says "
          + "\(body.byteCount)")
    }
    guard body.commitment == SHA256Hasher.hash(salt + bytes) else {
      throw Fault(reason: "salt and bytes are not those committed to")
    }
    guard let seal else { return body.tag == nil ? bytes : nil }
    guard let tag = body.tag else {
      throw Fault(reason: "the opening has a key, and the body is not sealed")
    }
    return try open(seal, tag: tag, contentType: body.contentType)
  }

  private func open(_ seal: Seal, tag: SHA256Digest, contentType: String) throws(Fault) -> [UInt8] {
    do throws(SealedBody.Failure) {
      return try SealedBody.open(
        bytes, key: SecretBytes(copying: seal.key.rawSpan), tag: tag, ledgerID: seal.ledgerID,
        contentType: contentType)
    } catch {
      switch error {
      case .wrongKey: throw Fault(reason: "the key is not the one that the header's tag is of")
      case .authentication:
        throw Fault(reason: "the ciphertext does not open under the key in this ledger")
      case .malformed(let reason):
        throw Fault(reason: "what was sealed is no body of this format: \(reason)")
      }
    }
  }
}
