internal import SegmentStorage

/// The files of a rotation of the signing key:
///
/// ```
/// signing.key.next  0600  the key that takes over, from before its record until the handover
/// retired.keys            verifier keys of the keys before `signing.key`, one a line, oldest first
/// ```
extension Vault {
  static let pendingName = "signing.key.next"
  static let retiredName = "retired.keys"

  /// The signer key's text of a rotation that has begun; nil if there is none.
  public func pendingSigningKey() throws(VaultError) -> String? {
    let bytes = try Self.readIfPresent(
      Self.pendingName, in: path, on: fileSystem, isSecret: true)
    guard let bytes else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      throw VaultError(.malformed, path, "\(Self.pendingName) does not hold a key")
    }
    return String(text.dropLast())
  }

  /// Keeps the key of a rotation durably, before any record names it.
  public func save(pendingSigningKey text: String) throws(VaultError) {
    try Self.write(Self.pendingName, Array((text + "\n").utf8), in: path, on: fileSystem)
  }

  /// The verifier keys of the keys that were in use before, oldest first.
  public func retiredVerifierKeys() throws(VaultError) -> [String] {
    let bytes = try Self.readIfPresent(
      Self.retiredName, in: path, on: fileSystem, isSecret: false)
    guard let bytes else { return [] }
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      throw VaultError(.malformed, path, "\(Self.retiredName) does not hold keys")
    }
    return text.split(separator: "\n").map(String.init)
  }

  /// Replaces `signing.key` by the pending key, and remembers the old one's verifier key.
  ///
  /// To be called once the note that hands over is durable. Repeating it after a crash or a failure
  /// is harmless, and does all of it: what an attempt that failed seems to have left may never
  /// become durable. The blocks in which the old key stood are not overwritten.
  public func promotePendingSigningKey(retiring verifierKey: String) throws(VaultError) {
    var retired = try retiredVerifierKeys()
    if !retired.contains(verifierKey) { retired.append(verifierKey) }
    let lines = retired.map { $0 + "\n" }.joined()
    try Self.write(Self.retiredName, Array(lines.utf8), in: path, on: fileSystem)
    try Self.wrapping { () throws(StorageError) in
      try fileSystem.rename(
        from: Self.filePath(Self.pendingName, in: path),
        to: Self.filePath("signing.key", in: path))
      try fileSystem.synchronizeDirectory(path)
    }
  }

  private static func readIfPresent(
    _ name: String, in path: String, on fileSystem: any FileSystem, isSecret: Bool
  ) throws(VaultError) -> [UInt8]? {
    guard try exists(filePath(name, in: path), on: fileSystem) else { return nil }
    return try read(name, in: path, on: fileSystem, isSecret: isSecret)
  }
}
