public import Provenance

extension IssuedCertificate {
  /// One JSON object on one line, without the file.
  public var json: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  /// Writes what was issued as an object, without the file.
  public func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("certificate", statement.identifier)
      writer.member("request", statement.request)
      writer.member("result", evidence.result.rawValue)
      writer.member("size", evidence.indexRecord + 1)
      writer.member("record", record)
      writer.member("byteCount", file.count)
    }
  }
}
