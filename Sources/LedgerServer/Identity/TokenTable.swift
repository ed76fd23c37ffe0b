internal import LedgerCryptography
public import LedgerFormat
internal import Provenance
internal import Synchronization

/// The tokens that are known, by the hashes of their secrets.
///
/// A token is `lst_<id>_<secret>`: 16 and 64 lower-case hexadecimal digits. The id finds the entry,
/// the SHA-256 of the whole token is compared with the entry's in constant time. A secret is 32
/// random bytes, so a plain hash is as good as a slow one.
public struct TokenTable: Sendable {
  /// One token, without its secret.
  public struct Entry: Hashable, Sendable {
    public var id: String
    /// SHA-256 of the token's text.
    public var hash: [UInt8]
    public var caller: Caller
    public var expires: Timestamp?
  }

  private let entries: [String: Entry]

  /// - Throws: `ConfigurationError` if two entries have one id.
  public init(_ list: [Entry]) throws(ConfigurationError) {
    var entries: [String: Entry] = [:]
    for entry in list {
      guard entries.updateValue(entry, forKey: entry.id) == nil else {
        throw ConfigurationError("the token '\(entry.id)' is there twice")
      }
    }
    self.entries = entries
  }

  public var count: Int { entries.count }

  /// What a token is good for.
  public enum Verdict: Hashable, Sendable {
    case caller(Caller)
    case expired
    case unknown
  }

  /// Looks at the token that a client sent.
  public func verdict(on token: Substring, at now: Timestamp) -> Verdict {
    guard let id = Self.id(of: token) else { return .unknown }
    var hasher = SHA256Hasher()
    hasher.update(Array(token.utf8).rawSpan)
    let hash = hasher.finalize().bytes.copied()
    // An unknown id costs the same comparison.
    let entry = entries[id]
    let expected = entry?.hash ?? [UInt8](repeating: 0, count: hash.count)
    guard Self.areEqual(hash, expected), let entry else { return .unknown }
    if let expires = entry.expires, expires <= now { return .expired }
    return .caller(entry.caller)
  }

  /// Compares all bytes, whatever the first ones are.
  static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for position in left.indices { difference |= left[position] ^ right[position] }
    return difference == 0
  }

  private static func id(of token: Substring) -> String? {
    let parts = token.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "lst", isHexadecimal(parts[1], count: idDigitCount),
      isHexadecimal(parts[2], count: secretDigitCount)
    else { return nil }
    return String(parts[1])
  }

  static let idDigitCount = 16
  private static let secretDigitCount = 64

  /// Whether `text` is so many lower-case hexadecimal digits.
  static func isHexadecimal(_ text: some StringProtocol, count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }

  /// Makes a token: its text, which is shown once, and its entry, which is kept.
  ///
  /// - Throws: `ConfigurationError` if the random source fails.
  public static func make(
    for caller: Caller, expires: Timestamp?
  ) throws(ConfigurationError) -> (token: String, entry: Entry) {
    do throws(CryptographyError) {
      let id = Hexadecimal.encode(try SecureRandom.bytes(count: 8))
      let token = "lst_\(id)_" + Hexadecimal.encode(try SecureRandom.bytes(count: 32))
      var hasher = SHA256Hasher()
      hasher.update(Array(token.utf8).rawSpan)
      let hash = hasher.finalize().bytes.copied()
      return (token, Entry(id: id, hash: hash, caller: caller, expires: expires))
    } catch {
      throw ConfigurationError("the random source failed: \(error)")
    }
  }
}
