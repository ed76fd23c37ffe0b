internal import Foundation
internal import LedgerCryptography
internal import SegmentStorage

/// Where the key comes from that wraps the subject keys: 32 bytes, raw or as 64 hexadecimal digits
/// and at most one line end.
public enum KeyEncryptionKeySource: Hashable, Sendable {
  /// `kek.key` in the vault, made at the first use. Whoever copies the vault then has everything:
  /// wrapping protects against a copy of the database alone.
  case vaultFile
  /// A file that only its owner can read, such as one on another medium.
  case file(String)
  /// The value itself, as an environment variable brings it.
  case value(String)
  /// What a command of the shell prints, such as one that asks a key store.
  case command(String)

  /// The environment's choice: `LEDGERSTONE_KEK`, `LEDGERSTONE_KEK_FILE` or
  /// `LEDGERSTONE_KEK_COMMAND`; `vaultFile` if none is set.
  ///
  /// - Parameter environment: nil for the process' own.
  /// - Throws: `VaultError` `locked` if more than one is set.
  public static func configured(
    _ environment: [String: String]? = nil
  ) throws(VaultError) -> KeyEncryptionKeySource {
    let environment = environment ?? ProcessInfo.processInfo.environment
    let found: [KeyEncryptionKeySource] = [
      environment["LEDGERSTONE_KEK"].map { .value($0) },
      environment["LEDGERSTONE_KEK_FILE"].map { .file($0) },
      environment["LEDGERSTONE_KEK_COMMAND"].map { .command($0) },
    ].compactMap(\.self)
    guard found.count <= 1 else {
      throw VaultError(
        .locked, "the environment",
        "only one of LEDGERSTONE_KEK, LEDGERSTONE_KEK_FILE and LEDGERSTONE_KEK_COMMAND may be set")
    }
    return found.first ?? .vaultFile
  }

  static let byteCount = 32

  /// The key itself.
  ///
  /// - Parameter mayCreate: whether `kek.key` may be made: nothing is wrapped yet.
  func load(_ vault: Vault, mayCreate: Bool) throws(VaultError) -> SecretBytes {
    switch self {
    case .vaultFile:
      let path = Vault.filePath("kek.key", in: vault.path)
      if mayCreate, try !Vault.exists(path, on: vault.fileSystem) {
        let key: [UInt8]
        do throws(CryptographyError) {
          key = try SecureRandom.bytes(count: Self.byteCount)
        } catch { throw VaultError(.randomness, vault.path, "\(error)") }
        try Vault.write("kek.key", key, in: vault.path, on: vault.fileSystem)
      }
      return try Self.read(path, on: vault.fileSystem)
    case .file(let path): return try Self.read(path, on: vault.fileSystem)
    case .value(let text): return try Self.parse(Array(text.utf8), "LEDGERSTONE_KEK")
    case .command(let command): return try Self.parse(try Self.run(command), "the command's output")
    }
  }

  private static func read(
    _ path: String, on fileSystem: any FileSystem
  ) throws(VaultError) -> SecretBytes {
    let found = try Vault.wrapping { () throws(StorageError) in try fileSystem.information(path) }
    guard let information = found else {
      throw VaultError(
        .locked, path, "the key-encryption key is missing, so no sealed body can be opened or made")
    }
    guard !information.permissions.areOpenToOthers else {
      throw VaultError(
        .exposed, path,
        "the key-encryption key can be read or written by other users; run: chmod 600 '\(path)'")
    }
    let bytes = try Vault.wrapping { () throws(StorageError) in
      try fileSystem.contentsIfPresent(path, limitBytes: 4_096)
    }
    return try parse(bytes ?? [], path)
  }

  private static func parse(_ bytes: [UInt8], _ name: String) throws(VaultError) -> SecretBytes {
    var key = bytes
    if key.count != byteCount {
      var text = String(decoding: bytes, as: UTF8.self)
      if text.hasSuffix("\n") { text.removeLast() }
      key = Hexadecimal.decode(text.lowercased()) ?? []
    }
    guard key.count == byteCount else {
      throw VaultError(
        .locked, name, "a key-encryption key is 32 bytes, or 64 hexadecimal digits")
    }
    return SecretBytes(clearing: &key)
  }

  private static func run(_ command: String) throws(VaultError) -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      let data = try output.fileHandleForReading.read(upToCount: 4_096) ?? Data()
      process.waitUntilExit()
      guard process.terminationReason == .exit, process.terminationStatus == 0 else {
        throw VaultError(
          .locked, "LEDGERSTONE_KEK_COMMAND",
          "it ended with status \(process.terminationStatus), so no key-encryption key is known")
      }
      return Array(data)
    } catch let error as VaultError {
      throw error
    } catch {
      throw VaultError(.locked, "LEDGERSTONE_KEK_COMMAND", "it cannot be run: \(error)")
    }
  }
}
