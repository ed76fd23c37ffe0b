internal import Provenance

/// One operation of the interface, as the OpenAPI document describes it.
struct OpenAPIOperation {
  enum Method: String {
    case get
    case post
  }

  struct Parameter {
    var name: String
    var place: String
    var isRequired: Bool
    /// A JSON schema.
    var schema: String
    var description: String

    /// In the path.
    static func path(_ name: String, _ description: String, _ schema: String) -> Self {
      Parameter(
        name: name, place: "path", isRequired: true, schema: schema, description: description)
    }

    static func query(
      _ name: String, _ description: String, _ schema: String, isRequired: Bool = false
    ) -> Self {
      Parameter(
        name: name, place: "query", isRequired: isRequired, schema: schema,
        description: description)
    }
  }

  /// A body that is sent or answered: media type and JSON schema.
  struct Content {
    var type: String
    var schema: String
  }

  struct Answer {
    var status: Int
    var description: String
    var content: [Content]
  }

  var method: Method
  var path: String
  var id: String
  var summary: String
  /// Who may ask; empty for everybody.
  var roles: [Role]
  var parameters: [Parameter] = []
  var request: [Content] = []
  var answers: [Answer]
  /// Refusals beside those that every operation has.
  var refusals: [Int] = []

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("operationId", id)
      writer.member("summary", summary)
      if roles.isEmpty {
        writer.name("security")
        writer.array { _ in }
      } else {
        let names = roles.map(\.rawValue).joined(separator: ", ")
        writer.member("description", "For the roles: \(names).")
      }
      if !parameters.isEmpty {
        writer.name("parameters")
        writer.array { writer in
          for parameter in parameters { Self.write(parameter, to: &writer) }
        }
      }
      if !request.isEmpty {
        writer.name("requestBody")
        writer.object { writer in
          writer.name("required")
          writer.boolean(true)
          Self.write(request, to: &writer)
        }
      }
      writer.name("responses")
      writer.object { writer in
        for answer in answers {
          writer.name(String(answer.status))
          writer.object { writer in
            writer.member("description", answer.description)
            Self.write(answer.content, to: &writer)
          }
        }
        writeRefusals(to: &writer)
      }
    }
  }

  private func writeRefusals(to writer: inout JSONWriter) {
    var statuses = Set(refusals)
    if !roles.isEmpty { statuses.formUnion([401, 403, 500, 503]) }
    if !parameters.isEmpty || !request.isEmpty { statuses.insert(400) }
    if !request.isEmpty { statuses.formUnion([413, 415]) }
    statuses.subtract(answers.map(\.status))
    for status in statuses.sorted() {
      writer.name(String(status))
      writer.object { $0.member("$ref", "#/components/responses/Refusal") }
    }
  }

  private static func write(_ parameter: Parameter, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("name", parameter.name)
      writer.member("in", parameter.place)
      writer.name("required")
      writer.boolean(parameter.isRequired)
      writer.member("description", parameter.description)
      writer.name("schema")
      writer.raw(Array(parameter.schema.utf8))
    }
  }

  private static func write(_ content: [Content], to writer: inout JSONWriter) {
    guard !content.isEmpty else { return }
    writer.name("content")
    writer.object { writer in
      for item in content {
        writer.name(item.type)
        writer.object { writer in
          writer.name("schema")
          writer.raw(Array(item.schema.utf8))
        }
      }
    }
  }
}
