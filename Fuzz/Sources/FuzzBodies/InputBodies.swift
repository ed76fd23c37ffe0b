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

  /// Our scanner and Foundation agree on what is JSON; Foundation takes a little more: it is only
  /// asked about what ours accepts.
  static let json = FuzzBody("json") { bytes in
    let isAccepted = (try? JSONDocument(parsing: bytes)) != nil
    guard isAccepted else { return }
    let value = try? JSONSerialization.jsonObject(
      with: Data(bytes), options: [.fragmentsAllowed])
    // Numbers beyond the range of a double are JSON, but no number to Foundation; nor does it go as
    // deep.
    if value == nil {
      let hasHugeNumber = bytes.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
      let isDeep = bytes.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } > 500
      // Half of a surrogate pair is allowed by RFC 8259 §8.2, and no text to Foundation.
      let hasSurrogate = zip(bytes, bytes.dropFirst()).contains {
        $0 == UInt8(ascii: "u") && $1 | 0x20 == UInt8(ascii: "d")
      }
      require(
        hasHugeNumber || isDeep || hasSurrogate, "accepted, and no JSON to Foundation")
    }
  }
}
