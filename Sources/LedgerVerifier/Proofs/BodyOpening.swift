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
/// Of a sealed body, the bytes are the ciphertext with its tag.
public struct BodyOpening: Hashable, Sendable {
  public var slot: BodySlot
  /// 16 bytes.
  public var salt: [UInt8]
  public var bytes: [UInt8]

  /// Why an opening is not one, or not of this record.
  public struct Fault: Error, Hashable, Sendable {
    public var reason: String
  }

  public init(slot: BodySlot, salt: [UInt8], bytes: [UInt8]) {
    self.slot = slot
    self.salt = salt
    self.bytes = bytes
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
    guard members.map(\.name).sorted() == ["body", "bytes", "record", "salt"] else {
      throw Fault(reason: "an opening has exactly the members salt, bytes, record and body")
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
    self.init(slot: BodySlot(record: record, body: body), salt: salt, bytes: bytes)
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
    }
    return writer.text
  }

  /// Returns if the opening is of a body of `header` and matches its commitment.
  public func check(_ header: RecordHeader) throws(Fault) {
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
  }
}
