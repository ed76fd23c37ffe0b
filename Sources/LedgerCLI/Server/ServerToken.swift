/// The token that a server knows the caller by. Never an argument: everybody on a machine reads
/// those.
enum ServerToken {
  static let variable = "LEDGERSTONE_TOKEN"
  static let fileVariable = "LEDGERSTONE_TOKEN_FILE"

  /// The token that the environment holds or names; nil if it says nothing.
  ///
  /// - Throws: if it says both, or a file is not its owner's alone or holds no token, or the token
  ///   would cross a network in clear.
  static func find(
    for address: ServerAddress, environment: [String: String]
  ) throws(CommandFailure) -> String? {
    let text = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    let path = environment[fileVariable].flatMap { $0.isEmpty ? nil : $0 }
    let token: String
    switch (text, path) {
    case (nil, nil): return nil
    case (_?, _?):
      throw CommandFailure(.usage, "\(variable) and \(fileVariable) are both set")
    case (let text?, nil): token = try check(text, name: variable)
    case (nil, let path?): token = try read(path)
    }
    guard address.isEncrypted || address.isLoopback else {
      throw CommandFailure(
        .usage, "\(address.base): a token is sent over https, or to this machine only")
    }
    return token
  }

  private static func read(_ path: String) throws(CommandFailure) -> String {
    let line = try SmallFile.secretLine(path, limit: 4_096)
    return try check(line.hasSuffix("\r") ? String(line.dropLast()) : line, name: path)
  }

  /// Nothing of a token is ever shown.
  private static func check(_ text: String, name: String) throws(CommandFailure) -> String {
    guard !text.isEmpty, text.utf8.count <= 1_024,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw CommandFailure(.usage, "\(name) holds no token, which is printable ASCII")
    }
    return text
  }
}
