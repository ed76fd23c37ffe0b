internal import Provenance

/// The description of the interface, OpenAPI 3.0.3, served as `/openapi.json`.
enum OpenAPIDocument {
  static let text = text(of: operations)
  /// The same where `tlog.add` is set.
  static let textWithAdding = text(of: operations + [adding])

  private static func text(of operations: [OpenAPIOperation]) -> [UInt8] {
    var seen: Set<String> = []
    let paths = operations.map(\.path).filter { seen.insert($0).inserted }
    var writer = JSONWriter(isIndented: true)
    writer.object { writer in
      writer.member("openapi", "3.0.3")
      writer.name("info")
      writer.object { writer in
        writer.member("title", "Ledgerstone")
        writer.member("version", "1")
        writer.member(
          "description",
          "An append-only data-provenance ledger: OpenLineage sink, native records and proofs, "
            + "C2SP tlog-tiles.")
      }
      writer.name("security")
      writer.raw(Array(#"[{"token": []}, {}]"#.utf8))
      writer.name("paths")
      writer.object { writer in
        for path in paths {
          writer.name(path)
          writer.object { writer in
            for operation in operations where operation.path == path {
              writer.name(operation.method.rawValue)
              operation.write(to: &writer)
            }
          }
        }
      }
      writer.name("components")
      writer.object { writer in
        writer.name("securitySchemes")
        writer.raw(Array(#"{"token": {"type": "http", "scheme": "bearer"}}"#.utf8))
        writer.name("responses")
        writer.raw(Array(responses.utf8))
        writer.name("schemas")
        writer.raw(Array(schemas.utf8))
      }
    }
    return writer.bytes
  }

  static let operations = appending + reading + asking + operating + watching

  static func reference(_ name: String) -> String { "{\"$ref\": \"#/components/schemas/\(name)\"}" }

  static func json(_ name: String) -> [OpenAPIOperation.Content] {
    [OpenAPIOperation.Content(type: Answer.jsonType, schema: reference(name))]
  }

  static let anyText = [
    OpenAPIOperation.Content(type: Answer.textType, schema: #"{"type": "string"}"#)
  ]
  static let anyBytes = [
    OpenAPIOperation.Content(
      type: Answer.binaryType, schema: #"{"type": "string", "format": "binary"}"#)
  ]

  static let index = #"{"type": "integer", "minimum": 0, "maximum": 9223372036854775807}"#
  static let string = #"{"type": "string"}"#
  static let name = #"{"type": "string", "minLength": 1}"#
  static let flag = #"{"type": "boolean"}"#

  private static let responses = """
    {"Refusal": {"description": "Why not", "content": {"application/json":
      {"schema": {"$ref": "#/components/schemas/Refusal"}}}}}
    """
}
