import Foundation
import LedgerCryptography
import LedgerFormat
import Provenance

extension FuzzBody {
  /// What is accepted makes a record whose header is canonical; the same bytes make it again.
  static let openLineage = FuzzBody("openlineage") { bytes in
    guard let event = try? OpenLineageEvent(parsing: bytes),
      let draft = try? event.draft(source: "fuzz")
    else { return }
    require(event.bytes.count <= bytes.count, "the body is what came")
    checkHeader(draft.content)
    let again = try? OpenLineageEvent(parsing: event.bytes).draft(source: "fuzz")
    require(again?.content == draft.content, "the same bytes make the same record")
  }

  static let nativeRecord = FuzzBody("native-record") { bytes in
    guard let draft = try? NativeRecord.draft(parsing: bytes, source: "fuzz") else { return }
    checkHeader(draft.content)
    let again = try? NativeRecord.draft(parsing: bytes, source: "fuzz")
    require(again?.content == draft.content, "the same bytes make the same record")
  }

  /// The content of a draft, in one header or in its parts, is accepted by the decoder.
  private static func checkHeader(_ content: RecordContent) {
    guard (try? content.validate()) != nil else { return }
    guard let parts = try? content.split() else { return }
    for (number, part) in parts.enumerated() {
      let header = RecordHeader(
        previousLeafHash: .zero, index: UInt64(number),
        recordedTime: Timestamp(microseconds: 0), content: part)
      let bytes = header.encoded()
      let decoded = try? RecordHeader.decode(bytes.rawSpan)
      require(decoded == header, "what is encoded decodes")
    }
  }

  /// Rules for names: the same text replaces the same names, and only names.
  static let nameRules = FuzzBody("name-rules") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    guard let rules = try? NameRules(parsing: text) else { return }
    require((try? NameRules(parsing: text)) == rules, "the same text makes the same rules")
    let secret = [UInt8](repeating: 7, count: 32)
    let key = HMACSHA256Key(secret.rawSpan)
    for name in ["users/a", "", text, String(text.prefix(40))] where name.utf8.count <= 4_096 {
      var content = RecordContent(kind: "access", source: "fuzz")
      let entity = Entity(role: .target, type: .dataset, namespace: "imap://h", name: name)
      content.entities = [entity]
      rules.apply(to: &content, key: key)
      let isReplaced = content.entities[0].name != name
      require(
        isReplaced == rules.matches(type: .dataset, namespace: entity.namespace, name: name),
        "replaced where no rule matches, or the other way round")
      require(content.entities[0].namespace == entity.namespace, "only names are replaced")
    }
  }

  /// Our scanner and Foundation agree on what is JSON; Foundation takes a little more: it is only
  /// asked about what ours accepts.
  static let json = FuzzBody("json") { bytes in
    guard let root = (try? JSONDocument(parsing: bytes))?.root else { return }
    let value = try? JSONSerialization.jsonObject(
      with: Data(bytes), options: [.fragmentsAllowed])
    // Numbers beyond the range of a double are JSON, but no number to Foundation; nor does it go as
    // deep.
    if value == nil {
      let hasHugeNumber =
        bytes.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
        || bytes.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
          .contains { $0.count > 308 }
      let isDeep = bytes.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } > 500
      require(
        hasHugeNumber || isDeep || hasLoneSurrogate(bytes),
        "accepted, and no JSON to Foundation")
    }
    // Half of a surrogate pair is allowed by RFC 8259 §8.2, and is nowhere given as a text.
    if hasLoneSurrogate(bytes) {
      require(root.string == nil, "what no text can hold is given as one")
    } else {
      require(hasTextsOnly(root), "a string without its text")
      if let value = value as? String { require(root.string == value, "another text") }
    }
  }

  /// Whether an escape is half of a surrogate pair by itself. In JSON a backslash stands in strings
  /// only.
  private static func hasLoneSurrogate(_ json: [UInt8]) -> Bool {
    var isBehindHigh = false
    var rest = json[...]
    while let byte = rest.popFirst() {
      var unit = 0
      if byte == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") {
        unit = Int(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0
        rest = rest.dropFirst(4)
      }
      let isLow = unit >> 10 == 0xDC00 >> 10
      if isBehindHigh != isLow { return true }
      isBehindHigh = unit >> 10 == 0xD800 >> 10
    }
    return isBehindHigh
  }

  private static func hasTextsOnly(_ value: JSONValue) -> Bool {
    if value.kindName == "a string" { return value.string != nil }
    return (value.elements ?? value.members?.map(\.value) ?? []).allSatisfy(hasTextsOnly)
  }
}
