internal import Foundation

/// Where a ledger and its vault lie: absolute paths without trailing slash.
public struct LedgerLocation: Hashable, Sendable {
  public let directory: String
  public let vault: String

  /// Resolves both paths.
  ///
  /// - Parameters:
  ///   - directory: absolute or relative to the working directory.
  ///   - vault: nil for `LEDGERSTONE_VAULT`, and without that for `directory` + `.vault`, where a
  ///     `directory` that is a symbolic link is the folder it leads to.
  ///   - environment: nil for the process' own.
  /// - Throws: `LedgerError.invalid` if the vault lies inside the ledger, or the ledger inside the
  ///   vault, also by way of symbolic links; if a path is empty, or relative to nothing.
  public init(
    directory: String, vault: String? = nil,
    environment: [String: String]? = nil
  ) throws(LedgerError) {
    guard !directory.isEmpty else { throw LedgerError(.invalid, "the ledger's path is empty") }
    try Self.requireFolder(for: directory)
    self.directory = Self.absolute(directory)
    guard vault?.isEmpty != true else { throw LedgerError(.invalid, "the vault's path is empty") }
    let environment = environment ?? ProcessInfo.processInfo.environment
    let chosen = vault ?? environment["LEDGERSTONE_VAULT"].flatMap { $0.isEmpty ? nil : $0 }
    if let chosen { try Self.requireFolder(for: chosen) }
    let ledgerParts = Self.resolved(self.directory)
    // A ledger that is named through a link has the vault beside the folder that the link leads
    // to: it is one ledger, whatever it is called.
    let isLink =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: self.directory)) != nil
    let named = isLink ? "/" + ledgerParts.joined(separator: "/") : self.directory
    self.vault = chosen.map(Self.absolute) ?? named + ".vault"
    let vaultParts = Self.resolved(self.vault)
    guard !vaultParts.starts(with: ledgerParts), !ledgerParts.starts(with: vaultParts) else {
      throw LedgerError(
        .invalid,
        "the vault \(self.vault) and the ledger \(self.directory) must not contain each other: "
          + "whoever copies the ledger would copy its keys")
    }
  }

  /// Paths that are known to be absolute and apart, as tests over a simulated disk have them.
  public init(absoluteDirectory: String, absoluteVault: String) {
    directory = absoluteDirectory
    vault = absoluteVault
  }

  /// Refuses a relative path where the working directory was removed: it would begin at the root.
  private static func requireFolder(for path: String) throws(LedgerError) {
    guard path.hasPrefix("/") || !FileManager.default.currentDirectoryPath.isEmpty else {
      throw LedgerError(
        .invalid, "\(path): the working directory was removed, give a path from the root")
    }
  }

  static func absolute(_ path: String) -> String {
    let full =
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// As many links as the system follows before it answers `ELOOP`.
  private static let linkCountMax = 40

  /// The components of the path with every symbolic link followed, also where what it leads to is
  /// not there yet: before `init` neither folder is.
  private static func resolved(_ path: String) -> [String] {
    func components(_ path: String) -> [String] {
      path.split(separator: "/").reversed().map(String.init)
    }
    var waiting = components(path)
    var parts: [String] = []
    var linkCount = 0
    while let part = waiting.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = parts.popLast()
        continue
      }
      let candidate = "/" + (parts + [part]).joined(separator: "/")
      guard linkCount < linkCountMax,
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: candidate)
      else {
        parts.append(part)
        continue
      }
      linkCount += 1
      if target.hasPrefix("/") { parts.removeAll() }
      waiting += components(target)
    }
    return parts
  }

  /// Whether `path` lies in the ledger's folder or its vault, links followed: nothing but the
  /// ledger itself may write there.
  public func contains(_ path: String) -> Bool {
    let parts = Self.resolved(Self.absolute(path))
    return parts.starts(with: Self.resolved(directory)) || parts.starts(with: Self.resolved(vault))
  }

  func path(_ name: String) -> String { directory + "/" + name }
}
