internal import LedgerCryptography

/// The 16 random bytes that tell the files of one ledger from another's.
public struct LedgerID: Hashable, Sendable, CustomStringConvertible {
  /// Exactly 16 bytes.
  public let bytes: [UInt8]

  public static let byteCount = 16

  /// - Precondition: `bytes` are 16.
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "a ledger id has 16 bytes")
    self.bytes = bytes
  }

  /// 32 lower-case hexadecimal digits, or nil.
  public init?(hexadecimal text: String) {
    guard let bytes = Hexadecimal.decode(text), bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  public var description: String { Hexadecimal.encode(bytes) }
}

extension ByteReader {
  /// The next 16 bytes as a ledger id.
  mutating func ledgerID() throws(FormatError) -> LedgerID {
    var id: [UInt8] = []
    id.append(copying: try bytes(LedgerID.byteCount))
    return LedgerID(id)
  }

  /// Reads a ledger id that must be `expected`, where one is expected.
  mutating func ledgerID(expected: LedgerID?) throws(FormatError) -> LedgerID {
    let found = try ledgerID()
    guard expected == nil || expected == found else { throw .foreignLedger }
    return found
  }
}
