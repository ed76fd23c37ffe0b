internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// The forms of the answers.
enum Answer {
  static let jsonType = "application/json"
  static let textType = "text/plain; charset=utf-8"
  static let binaryType = "application/octet-stream"
  static let linesType = "application/x-ndjson"

  static func bytes(
    _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
  ) -> Response {
    buffer(ByteBuffer(bytes: bytes), type: type, status: status, headers: headers)
  }

  static func buffer(
    _ buffer: ByteBuffer, type: String, status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
  ) -> Response {
    Response(
      status: status, headers: fields(headers, type: type), body: ResponseBody(byteBuffer: buffer))
  }

  /// `headers`, which have none of these, and those that every answer has.
  static func fields(_ headers: HTTPFields, type: String) -> HTTPFields {
    var fields = headers
    fields.append(HTTPField(name: .contentType, value: type))
    // No answer is a page, whatever a record holds.
    fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    if !fields.contains(.cacheControl) {
      fields.append(HTTPField(name: .cacheControl, value: "no-store"))
    }
    return fields
  }

  static func json(
    _ writer: JSONWriter, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    bytes(writer.bytes, type: jsonType, status: status, headers: headers)
  }

  static func json(
    status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
    _ body: (inout JSONWriter) -> Void
  ) -> Response {
    var writer = JSONWriter()
    writer.object(body)
    return json(writer, status: status, headers: headers)
  }

  static func text(
    _ text: String, type: String = textType, headers: HTTPFields = [:]
  ) -> Response {
    bytes(Array(text.utf8), type: type, headers: headers)
  }
}

extension HTTPField.Name {
  /// Which record an append became, its leaf hash and time, and how many records there are.
  static let ledgerIndex = name("Ledgerstone-Index")
  static let ledgerLeafHash = name("Ledgerstone-Leaf-Hash")
  static let ledgerRecordedTime = name("Ledgerstone-Recorded-Time")
  static let ledgerTreeSize = name("Ledgerstone-Tree-Size")
  static let ledgerIndexRecord = name("Ledgerstone-Index-Record")
  static let ledgerUncovered = name("Ledgerstone-Uncovered")
  static let forwarded = name("Forwarded")
  static let xForwardedFor = name("X-Forwarded-For")
  /// Of a request only what follows the first, which becomes its authority.
  static let furtherHost = name("Host")

  private static func name(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field name") }
    return name
  }
}
