/// Bytes that are not what the format document says, one case per check.
///
/// `offset` counts bytes from the start of the structure being decoded (a header, a frame, a
/// block, a footer), not from the start of the file that holds it.
public enum FormatError: Error, Hashable, Sendable {
  /// The structure ends before `needed` more bytes.
  case truncated(needed: Int, available: Int, offset: Int)
  /// Bytes are left over after the structure's end.
  case trailingBytes(count: Int, offset: Int)
  /// The first bytes are not this structure's magic.
  case badMagic(structure: String)
  /// The format version is none this program reads; a larger one is from a newer program.
  case unsupportedVersion(found: UInt32)
  /// The file or frame belongs to another ledger.
  case foreignLedger
  /// The stored digest is not the digest of the stored bytes.
  case digestMismatch(structure: String)
  /// A length or count is over its limit in `FormatLimits`.
  case overLimit(field: String, found: UInt64, limit: UInt64, offset: Int)
  /// A number or code lies outside its range.
  case badValue(field: String, found: UInt64, offset: Int)
  /// The compression method is not 1 (raw) or 2 (LZ4).
  case badCompressionMethod(found: UInt32)
  /// LZ4 refused the bytes, or they gave another length than declared.
  case decompressionFailed(expectedByteCount: Int)
  /// A CBOR item has another major type than the header's schema asks for.
  case unexpectedType(field: String, found: UInt8, offset: Int)
  /// A CBOR integer or length is not in its shortest form (RFC 8949 §4.2.1).
  case notShortestForm(offset: Int)
  /// A CBOR item is of a form the deterministic encoding excludes: indefinite length, tag, float.
  case notDeterministic(offset: Int)
  /// A map key or list entry is not above the one before it.
  case notAscending(field: String, offset: Int)
  /// A map key is not assigned.
  case unknownKey(key: UInt64, offset: Int)
  /// A field that every header has is missing.
  case missingField(field: String)
  /// A list or map is present although it is empty; the canonical form leaves it out.
  case emptyCollection(field: String, offset: Int)
  /// A text is not valid UTF-8.
  case invalidText(field: String, offset: Int)
  /// A position, count or reference contradicts another field.
  case inconsistent(field: String, offset: Int)
  /// A text file is not byte for byte in its canonical form.
  case notCanonical(structure: String)
}

extension FormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let needed, let available, let offset):
      "truncated: \(needed) bytes needed at offset \(offset), \(available) there"
    case .trailingBytes(let count, let offset):
      "\(count) bytes left over at offset \(offset)"
    case .badMagic(let structure): "the magic bytes are not those of: \(structure)"
    case .unsupportedVersion(let found):
      "format version \(found); this program reads \(FormatLimits.formatVersion)"
    case .foreignLedger: "the ledger id is another ledger's"
    case .digestMismatch(let structure): "the digest of the \(structure) does not match its bytes"
    case .overLimit(let field, let found, let limit, let offset):
      "\(field) is \(found) at offset \(offset); the limit is \(limit)"
    case .badValue(let field, let found, let offset):
      "\(field) has the invalid value \(found) at offset \(offset)"
    case .badCompressionMethod(let found): "compression method \(found) is not assigned"
    case .decompressionFailed(let expected): "LZ4 data does not decode to \(expected) bytes"
    case .unexpectedType(let field, let found, let offset):
      "\(field) has CBOR major type \(found) at offset \(offset)"
    case .notShortestForm(let offset): "CBOR argument not in shortest form at offset \(offset)"
    case .notDeterministic(let offset):
      "CBOR form excluded by deterministic encoding at offset \(offset)"
    case .notAscending(let field, let offset): "\(field) out of order at offset \(offset)"
    case .unknownKey(let key, let offset): "unassigned key \(key) at offset \(offset)"
    case .missingField(let field): "\(field) is missing"
    case .emptyCollection(let field, let offset):
      "\(field) is present but empty at offset \(offset)"
    case .invalidText(let field, let offset): "\(field) is not valid UTF-8 at offset \(offset)"
    case .inconsistent(let field, let offset):
      "\(field) contradicts another field at offset \(offset)"
    case .notCanonical(let structure): "\(structure) is not in its canonical form"
    }
  }
}
