internal import LedgerCryptography

/// `vault.json`: which ledger the vault belongs to. Canonical JSON, one line.
public struct VaultIdentity: Hashable, Sendable {
  /// 16 bytes.
  public let ledgerID: [UInt8]
  public let origin: String

  public init(ledgerID: [UInt8], origin: String) {
    self.ledgerID = ledgerID
    self.origin = origin
  }

  func encoded() -> [UInt8] {
    let text =
      "{\"format\":1,\"ledgerId\":\"\(Hexadecimal.encode(ledgerID))\","
      + "\"origin\":\"\(origin)\"}\n"
    return Array(text.utf8)
  }

  /// Reads back what `encoded` wrote, and nothing else.
  init?(_ bytes: [UInt8]) {
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: "\"", omittingEmptySubsequences: false)
    guard parts.count == 11, let id = Hexadecimal.decode(String(parts[5])), id.count == 16
    else { return nil }
    self.init(ledgerID: id, origin: String(parts[9]))
    guard encoded() == bytes else { return nil }
  }
}
