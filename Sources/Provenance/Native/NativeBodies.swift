internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

/// The bodies of a native record: a JSON value, a text, or bytes in base 64.
enum NativeBodies {
  /// Reads the list; a JSON value is kept as the bytes it is spelled with.
  static func read(_ field: NativeField?) throws(NativeRecordError) -> [BodyDraft] {
    guard let field else { return [] }
    var bodies: [BodyDraft] = []
    var total = 0
    for element in try field.elements(limit: FormatLimits.bodyCountMax) {
      let body = try body(element)
      total += body.bytes.count
      guard total <= FormatLimits.recordBodyByteCountMax else {
        throw field.error(
          .overLimit(byteCount: total, limit: FormatLimits.recordBodyByteCountMax))
      }
      bodies.append(body)
    }
    return bodies
  }

  private enum BodyName: Int, NativeName {
    case contentType, value, text, base64, subject
    static let spellings = spelled()
  }

  private static func body(_ field: NativeField) throws(NativeRecordError) -> BodyDraft {
    let object = try field.object(BodyName.self)
    let form: NativeField
    let bytes: [UInt8]
    let usualType: String
    switch (object[.value], object[.text], object[.base64]) {
    case (let value?, nil, nil):
      (form, bytes, usualType) = (value, value.value.bytes, BodyDraft.jsonContentType)
    case (nil, let text?, nil):
      (form, bytes, usualType) = (text, Array(try text.text().utf8), "text/plain; charset=utf-8")
    case (nil, nil, let text?):
      (form, bytes, usualType) = (text, try base64(text), "application/octet-stream")
    default: throw field.error(.conflict("a body has one of value, text and base64"))
    }
    guard bytes.count <= FormatLimits.bodyByteCountMax else {
      throw form.error(.overLimit(byteCount: bytes.count, limit: FormatLimits.bodyByteCountMax))
    }
    let contentType = try object[.contentType]?.text() ?? usualType
    if let type = object[.contentType], !RecordContent.isContentType(contentType) {
      throw type.error(
        .badToken(
          "a media type of 1 to \(FormatLimits.tokenByteCountMax) printable ASCII characters"))
    }
    return BodyDraft(
      contentType: contentType, bytes: bytes, subject: try object[.subject]?.name())
  }

  private static func base64(_ field: NativeField) throws(NativeRecordError) -> [UInt8] {
    guard let bytes = Base64.decode(try field.text().utf8) else {
      throw field.error(.badEncoding("base 64 with padding (RFC 4648 §4)"))
    }
    return bytes
  }

  private enum HexadecimalName: Int, NativeName {
    case hexadecimal
    static let spellings = spelled()
  }

  /// The bytes of `{"hexadecimal": "…"}`.
  static func hexadecimal(_ object: NativeField) throws(NativeRecordError) -> [UInt8] {
    let field = try object.object(HexadecimalName.self).require(.hexadecimal)
    guard let bytes = Hexadecimal.decode(try field.text()) else {
      throw field.error(.badEncoding("an even number of lower-case hexadecimal digits"))
    }
    return bytes
  }
}
