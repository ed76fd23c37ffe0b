internal import Foundation

/// Where a ledger is served.
struct ServerAddress: Hashable, Sendable {
  /// Without a slash at its end.
  let base: String
  /// Whether nobody but this machine hears what is sent there.
  let isLoopback: Bool
  let isEncrypted: Bool

  /// Reads `http://HOST[:PORT][/PREFIX]` or `https://…`.
  ///
  /// - Throws: `usage` for anything else. A name or password in it would stand in the list of
  ///   processes, and a query or fragment means nothing.
  init(parsing text: String) throws(CommandFailure) {
    func refusal(_ reason: String) -> CommandFailure {
      CommandFailure(.usage, "--server \(text): \(reason)")
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty
    else { throw refusal("not a URL such as http://localhost:8650") }
    switch parts.scheme?.lowercased() {
    case "http": isEncrypted = false
    case "https": isEncrypted = true
    default: throw refusal("its scheme is neither http nor https")
    }
    guard parts.user == nil, parts.password == nil else {
      throw refusal("no name and password stand in it; LEDGERSTONE_TOKEN_FILE names a token")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw refusal("it ends with its path")
    }
    var base = text
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base
    isLoopback = Self.isLoopback(host)
  }

  /// The address that a lock file names, where it is one of this machine; nil for any other: who
  /// can write into a ledger's folder must not draw a token to a place of his own.
  init?(ofLockHolder url: String) {
    guard let address = try? ServerAddress(parsing: url), address.isLoopback else { return nil }
    self = address
  }

  func url(_ path: String) -> URL? { URL(string: base + path) }

  /// `localhost`, 127.0.0.0/8 and ::1, and no name that only looks so.
  private static func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased()
    if ["localhost", "::1", "[::1]"].contains(name) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        UInt8(part).map { String($0) == part } ?? false
      }
  }
}
