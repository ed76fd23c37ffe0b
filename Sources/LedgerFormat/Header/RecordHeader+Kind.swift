internal import LedgerCryptography

extension RecordHeader {
  /// Whether the encoded header `bytes` is of `kind`: keys 0 to 3 are read and no more, for passes
  /// over many records. False where they are not as a header begins.
  public static func hasKind(_ kind: String, _ bytes: RawSpan) -> Bool {
    var reader = ByteReader(bytes)
    do throws(FormatError) {
      guard try reader.cborHead().major == 5 else { return false }
      try reader.skip(key: .previousLeafHash)
      let hash = try reader.cborHead()
      guard hash.major == 2, hash.argument <= UInt64(reader.remaining) else { return false }
      try reader.skip(Int(hash.argument))
      for key in [HeaderKey.index, .recordedTime] {
        try reader.skip(key: key)
        guard try reader.cborHead().major == 0 else { return false }
      }
      try reader.skip(key: .kind)
      let text = try reader.cborHead()
      let expected = kind.utf8.span
      guard text.major == 3, text.argument == UInt64(expected.count) else { return false }
      let found = try reader.bytes(expected.count)
      return expected.indices.allSatisfy { found.byte(at: $0) == expected[$0] }
    } catch {
      return false
    }
  }
}

extension ByteReader {
  fileprivate mutating func skip(key: HeaderKey) throws(FormatError) {
    guard try uint8() == key.rawValue else { throw .missingField(field: "\(key)") }
  }
}
