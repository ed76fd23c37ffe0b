public import Configuration
internal import Logging
internal import Provenance

extension ServerConfiguration {
  /// Every name that a configuration may have, in its dotted form. In the environment `http.port`
  /// is `LEDGERSTONE_HTTP_PORT`; in a file it is `{"http": {"port": …}}`.
  public static let names: Set<String> = [
    "ledger", "vault", "http.host", "http.port", "http.plaintext", "tls.certificateChain",
    "tls.privateKey", "identity.tokens", "identity.publicEvidence", "limits.bodyBytes",
    "limits.connections", "limits.bufferedBytes", "limits.queueBytes", "limits.headerSeconds",
    "limits.idleSeconds", "limits.bytesPerSecond", "limits.shutdownSeconds",
    "checkpoint.seconds", "index.seconds", "backup.folder", "log.level", "tlog.add",
  ]

  /// Reads and validates a configuration.
  ///
  /// - Throws: the first value of a wrong type, or what ``validate()`` throws.
  public init(reading source: ConfigReader) async throws {
    let reader = Values(source: source)
    if let value = try await reader.text("http.host") { host = value }
    if let value = try await reader.integer("http.port") { port = value }
    if let value = try await reader.flag("http.plaintext") { allowsPlaintext = value }
    let chain = try await reader.text("tls.certificateChain")
    let key = try await reader.text("tls.privateKey")
    switch (chain, key) {
    case (let chain?, let key?): tls = TLS(certificateChainPath: chain, privateKeyPath: key)
    case (nil, nil): break
    default:
      throw ConfigurationError("tls.certificateChain and tls.privateKey belong together")
    }
    tokensPath = try await reader.text("identity.tokens")
    if let value = try await reader.flag("identity.publicEvidence") { isEvidencePublic = value }
    if let value = try await reader.number("checkpoint.seconds") {
      checkpointSeconds = value == 0 ? nil : value
    }
    if let value = try await reader.number("index.seconds") {
      indexSeconds = value == 0 ? nil : value
    }
    if let value = try await reader.flag("tlog.add") { takesEntries = value }
    backupFolder = try await reader.text("backup.folder")
    if let value = try await reader.text("log.level") {
      guard let level = Logger.Level(rawValue: value) else {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigurationError("log.level is '\(value)'; it is one of \(levels)")
      }
      logLevel = level
    }
    try await readLimits(reader)
    try validate()
  }

  private mutating func readLimits(_ reader: Values) async throws {
    if let value = try await reader.integer("limits.bodyBytes") { limits.bodyByteCount = value }
    if let value = try await reader.integer("limits.connections") {
      limits.connectionCount = value
    }
    if let value = try await reader.integer("limits.bufferedBytes") {
      limits.bufferedByteCount = value
    }
    if let value = try await reader.integer("limits.queueBytes") { limits.queueByteCount = value }
    if let value = try await reader.integer("limits.bytesPerSecond") {
      limits.bytesPerSecond = value
    }
    if let value = try await reader.number("limits.headerSeconds") { limits.headerSeconds = value }
    if let value = try await reader.number("limits.idleSeconds") { limits.idleSeconds = value }
    if let value = try await reader.number("limits.shutdownSeconds") {
      limits.shutdownSeconds = value
    }
  }

  /// The names in a configuration file that mean nothing: misspelt ones are not passed over.
  ///
  /// - Throws: `ConfigurationError` if the file is no JSON object.
  public static func unknownNames(in file: [UInt8]) throws(ConfigurationError) -> [String] {
    let root: JSONValue
    do throws(JSONError) {
      let document = try JSONDocument(parsing: file)
      try document.refuseRepeatedMembers()
      root = document.root
    } catch {
      throw ConfigurationError("not JSON: \(error)")
    }
    guard root.isObject else { throw ConfigurationError("not a JSON object") }
    var unknown: [String] = []
    collect(root, prefix: "", into: &unknown)
    return unknown
  }

  private static func collect(_ value: JSONValue, prefix: String, into unknown: inout [String]) {
    for member in value.members ?? [] {
      let name = prefix + member.name
      if member.value.isObject {
        collect(member.value, prefix: name + ".", into: &unknown)
      } else if !names.contains(name) {
        unknown.append(name)
      }
    }
  }

  /// Reads single values and says which one is of the wrong type.
  private struct Values {
    let source: ConfigReader

    func text(_ name: String) async throws -> String? {
      try await reading(name, "text") { try await source.fetchString(forKey: ConfigKey(name)) }
    }

    func integer(_ name: String) async throws -> Int? {
      try await reading(name, "an integer") { try await source.fetchInt(forKey: ConfigKey(name)) }
    }

    func number(_ name: String) async throws -> Double? {
      try await reading(name, "a number") {
        do {
          return try await source.fetchDouble(forKey: ConfigKey(name))
        } catch {
          return try await source.fetchInt(forKey: ConfigKey(name)).map(Double.init)
        }
      }
    }

    func flag(_ name: String) async throws -> Bool? {
      try await reading(name, "true or false") {
        try await source.fetchBool(forKey: ConfigKey(name))
      }
    }

    private func reading<Value>(
      _ name: String, _ expected: String, _ body: () async throws -> Value?
    ) async throws(ConfigurationError) -> Value? {
      do {
        return try await body()
      } catch {
        throw ConfigurationError("\(name) is not \(expected)")
      }
    }
  }
}
