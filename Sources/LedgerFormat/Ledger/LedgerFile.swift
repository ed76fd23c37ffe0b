public import LedgerCryptography

/// `ledger.json`: what a reader needs before it has read record 0, which holds its hash.
///
/// Canonical JSON: one line, keys in this order, no white space, a newline at the end.
public struct LedgerFile: Hashable, Sendable {
  public var ledgerID: LedgerID
  public var origin: String
  /// The C2SP verifier key of the first signing key.
  public var verifierKey: String

  /// - Precondition: `origin` is valid and `verifierKey` is a C2SP verifier key, which has no
  ///   character that JSON would escape.
  public init(ledgerID: LedgerID, origin: String, verifierKey: String) {
    self.ledgerID = ledgerID
    self.origin = origin
    self.verifierKey = verifierKey
  }

  /// The file's bytes.
  public func encoded() -> [UInt8] {
    let text =
      "{\"format\":\(FormatLimits.formatVersion),\"ledgerId\":\"\(ledgerID)\","
      + "\"origin\":\"\(origin)\",\"verifierKey\":\"\(verifierKey)\"}\n"
    return Array(text.utf8)
  }

  /// SHA-256 of the file's bytes, which record 0 holds.
  public var hash: SHA256Digest { SHA256Hasher.hash(encoded().rawSpan) }

  /// Reads the file; anything but the canonical form is refused, a newer format by its own error.
  public static func decode(_ bytes: [UInt8]) throws(FormatError) -> LedgerFile {
    guard bytes.count <= FormatLimits.ledgerFileByteCountMax else {
      throw .overLimit(
        field: "ledger.json", found: UInt64(bytes.count),
        limit: UInt64(FormatLimits.ledgerFileByteCountMax), offset: 0)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .invalidText(field: "ledger.json", offset: 0)
    }
    var scanner = TextScanner(text)
    guard scanner.take("{\"format\":"), let version = UInt32(scanner.upTo(",")) else {
      throw .notCanonical(structure: "ledger.json")
    }
    guard version == FormatLimits.formatVersion else { throw .unsupportedVersion(found: version) }
    guard scanner.take(",\"ledgerId\":\""), let id = LedgerID(hexadecimal: scanner.upTo("\"")),
      scanner.take("\",\"origin\":\"")
    else { throw .notCanonical(structure: "ledger.json") }
    let origin = scanner.upTo("\"")
    guard LedgerOrigin.isValid(origin), scanner.take("\",\"verifierKey\":\"") else {
      throw .notCanonical(structure: "ledger.json")
    }
    let file = LedgerFile(ledgerID: id, origin: origin, verifierKey: scanner.upTo("\""))
    guard RecordContent.isPlainKey(file.verifierKey), file.encoded() == bytes else {
      throw .notCanonical(structure: "ledger.json")
    }
    return file
  }
}

extension RecordContent {
  /// Printable ASCII without space, quotation mark and backslash.
  static func isPlainKey(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }
}

/// Walks through a text of known shape.
private struct TextScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  mutating func take(_ literal: String) -> Bool {
    guard rest.starts(with: literal.utf8) else { return false }
    rest = rest.dropFirst(literal.utf8.count)
    return true
  }

  /// Everything before the next `end`, or all.
  mutating func upTo(_ end: Unicode.Scalar) -> String {
    let text = rest.prefix { $0 != UInt8(ascii: end) }
    rest = rest.dropFirst(text.count)
    return String(decoding: text, as: UTF8.self)
  }
}
