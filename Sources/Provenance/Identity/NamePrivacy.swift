/// Names that look as if they named a person.
///
/// Names of datasets and jobs are permanent, so an import warns about them before it is too late.
public enum NamePrivacy {
  /// Whether `name` contains something like an e-mail address: `local@domain.tld`, also with
  /// `%40`.
  ///
  /// The user part of an authority (`abfss://container@account.example.net`) does not count: there
  /// the word before the sign is a container, and every such dataset would be warned of.
  public static func looksLikeElectronicMail(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    for place in bytes.indices {
      let signByteCount = signByteCount(bytes, at: place)
      guard signByteCount > 0 else { continue }
      var start = place
      while start > 0, isLocal(bytes[start - 1]) { start -= 1 }
      let isAuthority = bytes[..<start].suffix(3).elementsEqual("://".utf8)
      if start < place, !isAuthority, hasDomain(bytes[(place + signByteCount)...]) {
        return true
      }
    }
    return false
  }

  /// The bytes of an `@`, in clear or percent-encoded, at `place`; 0 if there is none.
  private static func signByteCount(_ bytes: [UInt8], at place: Int) -> Int {
    if bytes[place] == UInt8(ascii: "@") { return 1 }
    return bytes[place...].starts(with: "%40".utf8) ? 3 : 0
  }

  /// Whether `bytes` start with two or more labels, the last of them two letters or more.
  private static func hasDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
    let domain = bytes.prefix { isLetter($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E }
    let labels = domain.split(separator: 0x2E)
    guard labels.count >= 2, domain.first != 0x2E, let last = labels.last else { return false }
    return last.prefix { isLetter($0) }.count >= 2
  }

  /// Letters beyond ASCII count too: addresses may have them (RFC 6531).
  private static func isLocal(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || "._+-!#$&'*=?^`{|}~".utf8.contains(byte) || byte >= 0x80
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
