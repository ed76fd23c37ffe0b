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
    var fields = headers
    fields[.contentType] = type
    // No answer is a page, whatever a record holds.
    fields[.xContentTypeOptions] = "nosniff"
    if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
    return Response(
      status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
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

  private static func name(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field name") }
    return name
  }
}
