internal import LedgerFormat
internal import Ledgerstone
internal import MerkleLog
internal import Provenance

/// The record that `append` describes, as native JSON on one line.
enum RecordText {
  /// - Parameter eventTime: as it was given, since reading it twice marks it twice.
  static func bytes(
    _ content: RecordContent, bodies: [RecordBatch.Body], id: String?, eventTime: String?
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("kind", content.kind)
      if let eventTime { writer.member("eventTime", eventTime) }
      if let id { writer.member("id", id) }
      writer.name("entities")
      writer.array { writer in
        for entity in content.entities { write(entity, to: &writer) }
      }
      writer.name("attributes")
      writer.object { writer in
        for (name, value) in content.attributes.sorted(by: { $0.key < $1.key }) {
          writer.name(name)
          write(value, to: &writer)
        }
      }
      guard !bodies.isEmpty else { return }
      writer.name("bodies")
      writer.array { writer in
        for body in bodies {
          writer.object { writer in
            writer.member("contentType", body.contentType)
            writer.member("base64", Base64.encode(body.bytes))
            if let subject = body.subject { writer.member("subject", subject) }
          }
        }
      }
    }
    return writer.bytes
  }

  private static func write(_ entity: Entity, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("role", entity.role.codeName)
      writer.member("type", entity.type.codeName)
      if entity.type != .run { writer.member("namespace", entity.namespace) }
      writer.member("name", entity.name)
      if let version = entity.version { writer.member("version", version) }
    }
  }

  private static func write(_ value: AttributeValue, to writer: inout JSONWriter) {
    switch value {
    case .text(let text): writer.string(text)
    case .integer(let integer): writer.integer(integer)
    case .boolean(let boolean): writer.boolean(boolean)
    case .bytes(let bytes):
      writer.object { $0.member("hexadecimal", bytes.map(hexadecimal).joined()) }
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
