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

  private static func body(_ field: NativeField) throws(NativeRecordError) -> BodyDraft {
    let object = try field.object(["contentType", "value", "text", "base64", "subject"])
    let forms = ["value", "text", "base64"].filter { object[$0] != nil }
    guard forms.count == 1, let form = object[forms[0]] else {
      throw field.error(.conflict("a body has one of value, text and base64"))
    }
    let bytes: [UInt8]
    let usualType: String
    switch forms[0] {
    case "value": (bytes, usualType) = (form.value.bytes, BodyDraft.jsonContentType)
    case "text": (bytes, usualType) = (Array(try form.text().utf8), "text/plain; charset=utf-8")
    default: (bytes, usualType) = (try base64(form), "application/octet-stream")
    }
    guard bytes.count <= FormatLimits.bodyByteCountMax else {
      throw form.error(.overLimit(byteCount: bytes.count, limit: FormatLimits.bodyByteCountMax))
    }
    let contentType = try object["contentType"]?.text() ?? usualType
    if let type = object["contentType"], !RecordContent.isContentType(contentType) {
      throw type.error(
        .badToken(
          "a media type of 1 to \(FormatLimits.tokenByteCountMax) printable ASCII characters"))
    }
    return BodyDraft(
      contentType: contentType, bytes: bytes, subject: try object["subject"]?.name())
  }

  private static func base64(_ field: NativeField) throws(NativeRecordError) -> [UInt8] {
    guard let bytes = Base64.decode(try field.text().utf8) else {
      throw field.error(.badEncoding("base 64 with padding (RFC 4648 §4)"))
    }
    return bytes
  }

  /// The bytes of `{"hexadecimal": "…"}`.
  static func hexadecimal(_ object: NativeObject) throws(NativeRecordError) -> [UInt8] {
    let field = try object.require("hexadecimal")
    guard let bytes = Hexadecimal.decode(try field.text()) else {
      throw field.error(.badEncoding("an even number of lower-case hexadecimal digits"))
    }
    return bytes
  }
}
