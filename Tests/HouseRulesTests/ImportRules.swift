/// Which target may import what; the table of the design, target by target, bottom up.
enum ImportRules {
  static let shims: Set<String> = ["COpenSSL", "CLZ4", "CMalloc", "CZlib"]

  /// Our own modules that each target may import.
  static let allowed: [String: Set<String>] = [
    "LedgerCryptography": ["COpenSSL"],
    "MerkleLog": ["LedgerCryptography"],
    "LedgerFormat": ["MerkleLog", "LedgerCryptography", "CLZ4"],
    "Provenance": ["LedgerFormat", "MerkleLog", "LedgerCryptography"],
    "LedgerVerifier": ["Provenance", "LedgerFormat", "MerkleLog", "LedgerCryptography"],
    "SegmentStorage": ["LedgerFormat", "LedgerCryptography"],
    // SegmentStorage for the FileSystem protocol.
    "SubjectVault": ["LedgerCryptography", "MerkleLog", "SegmentStorage"],
    "Ledgerstone": [
      "SubjectVault", "SegmentStorage", "Provenance", "LedgerFormat", "MerkleLog",
      "LedgerCryptography",
    ],
    // LedgerVerifier for the form of an opening.
    "LedgerServer": [
      "Ledgerstone", "LedgerVerifier", "Provenance", "LedgerFormat", "MerkleLog",
      "LedgerCryptography", "CZlib", "CMalloc",
    ],
    // The server as a program: arguments, files, signals.
    "LedgerDaemon": ["LedgerServer", "Ledgerstone", "Provenance", "LedgerFormat"],
    "LedgerCLI": [
      "Ledgerstone", "LedgerVerifier", "Provenance", "LedgerFormat", "MerkleLog",
      "LedgerCryptography",
    ],
  ]

  /// Targets that know neither Foundation nor, except storage, the system's library.
  static let withoutFoundation: Set<String> = ["MerkleLog", "LedgerFormat", "SegmentStorage"]
  static let withoutSystem: Set<String> = ["MerkleLog", "LedgerFormat"]
  static let system: Set<String> = ["Glibc", "Musl", "Darwin", "Dispatch", "Synchronization"]

  /// Packages that one target alone may use.
  static let packages: [String: Set<String>] = [
    "ArgumentParser": ["LedgerCLI", "LedgerDaemon"], "GRDB": ["SubjectVault"],
    "Hummingbird": ["LedgerServer", "LedgerDaemon"], "HummingbirdTLS": ["LedgerServer"],
    "NIOCore": ["LedgerServer"], "NIOSSL": ["LedgerServer"],
    "Logging": ["LedgerServer", "LedgerDaemon"],
    "Configuration": ["LedgerServer", "LedgerDaemon"],
    "FoundationNetworking": ["LedgerCLI"],
  ]

  /// The modules that a file imports, with line numbers.
  static func imports(of file: SourceFile) -> [(module: String, line: Int)] {
    file.code.enumerated().compactMap { number, line in
      // Attributes, access level, `import`, perhaps a declaration kind, the module.
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let position = words.firstIndex(of: "import"),
        words[..<position].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) })
      else { return nil }
      let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "var", "typealias",
      ]
      guard let name = words.dropFirst(position + 1).first(where: { !kinds.contains($0) }) else {
        return nil
      }
      return (String(name.prefix { $0 != "." }), number + 1)
    }
  }

  private static let modifiers: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private",
  ]

  static func check(_ file: SourceFile) -> [Violation] {
    guard let own = allowed[file.target] else {
      return [
        Violation(path: file.path, line: 1, reason: "\(file.target) is not in the import table")
      ]
    }
    return imports(of: file).compactMap { module, line in
      let isOurs = allowed[module] != nil || shims.contains(module)
      let users = packages[module]
      guard
        isOurs && !own.contains(module)
          || withoutFoundation.contains(file.target) && module.hasPrefix("Foundation")
          || withoutSystem.contains(file.target) && system.contains(module)
          || users.map({ !$0.contains(file.target) }) == true
      else { return nil }
      return Violation(
        path: file.path, line: line, reason: "\(file.target) must not import \(module)")
    }
  }

  /// Everything that `target` reaches through the imports that are really there.
  static func closure(of target: String, in files: [SourceFile]) -> Set<String> {
    var reached: Set<String> = []
    var open: Set<String> = [target]
    while let next = open.popFirst() {
      for file in files where file.target == next {
        for (module, _) in imports(of: file) where reached.insert(module).inserted {
          open.insert(module)
        }
      }
    }
    return reached
  }

  /// The files that import `module`.
  static func importers(of module: String, in files: [SourceFile]) -> [String] {
    files.filter { imports(of: $0).contains { $0.module == module } }.map(\.path)
  }
}
