internal import LedgerFormat

/// Why a text names no entity.
public enum CommandLineEntityError: Error, Hashable, Sendable {
  /// There is no `=` between role and entity.
  case noRole
  case unknownRole(String)
  case unknownType(String)
  /// Not three parts between colons; one inside a part must be `%3A`.
  case partCount(found: Int)
  /// More than one `@`; one inside a part must be `%40`.
  case severalVersions
  case emptyPart(String)
  /// A run has no namespace: `run::ID`.
  case namespaceOfRun
  /// `%` is not followed by two hexadecimal digits.
  case badPercentEncoding
  /// The decoded bytes are not UTF-8.
  case invalidUTF8
  case overLimit(String, byteCount: Int)
}

extension CommandLineEntityError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noRole: "an entity of a record is ROLE=TYPE:NAMESPACE:NAME[@VERSION]"
    case .unknownRole(let found):
      "'\(found)' is no role; there are \(EntityRole.codeNames)"
    case .unknownType(let found):
      "'\(found)' is no entity type; there are \(EntityType.codeNames)"
    case .partCount(let found):
      "an entity is TYPE:NAMESPACE:NAME[@VERSION]; found \(found) parts between colons "
        + "(write a colon inside a part as %3A)"
    case .severalVersions: "more than one @ (write an @ inside a part as %40)"
    case .emptyPart(let part): "the \(part) is empty"
    case .namespaceOfRun: "a run has no namespace: run::ID"
    case .badPercentEncoding: "% without two hexadecimal digits (write a percent sign as %25)"
    case .invalidUTF8: "the percent-encoded bytes are not UTF-8"
    case .overLimit(let part, let byteCount):
      "the \(part) has \(byteCount) bytes; the limit of a name is \(FormatLimits.nameByteCountMax)"
    }
  }
}

/// The encoding of the characters that separate parts.
enum PercentEncoding {
  /// `text` with `%`, `:`, `@` and whatever is not to be seen as it is (see `isHidden`) as `%` and
  /// two hexadecimal digits per byte.
  static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar == "%" || scalar == ":" || scalar == "@" || scalar.isHidden else {
        result += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        continue
      }
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The inverse; digits of either case, and any byte may be encoded.
  static func decode(
    _ text: some Collection<UInt8>
  ) throws(CommandLineEntityError) -> String {
    var result: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(JSONText.hexadecimalValue),
        let low = rest.popFirst().flatMap(JSONText.hexadecimalValue)
      else { throw .badPercentEncoding }
      result.append(high << 4 | low)
    }
    guard let decoded = String(validating: result, as: UTF8.self) else { throw .invalidUTF8 }
    return decoded
  }
}
