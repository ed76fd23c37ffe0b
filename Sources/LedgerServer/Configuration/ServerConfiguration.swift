public import Logging

/// How a ledger is served. ``validate()`` says what does not go together.
public struct ServerConfiguration: Sendable, Equatable {
  /// Certificate chain and private key, PEM files.
  public struct TLS: Sendable, Equatable {
    public var certificateChainPath: String
    public var privateKeyPath: String

    public init(certificateChainPath: String, privateKeyPath: String) {
      self.certificateChainPath = certificateChainPath
      self.privateKeyPath = privateKeyPath
    }
  }

  /// The address to listen on; nobody but this machine reaches the default.
  public var host = "127.0.0.1"
  /// 0 for any free port, which LOCK then cannot name.
  public var port = 8650
  public var tls: TLS?
  /// Serve others than this machine without TLS, because something in front ends it.
  public var allowsPlaintext = false
  /// The file of tokens. Without one only this machine is served, and everything is open to it.
  public var tokensPath: String?
  /// Tiles, checkpoints and proofs without a token.
  public var isEvidencePublic = false
  public var limits = ServerLimits()
  /// How often a checkpoint is signed if there is something new; nil for never by itself.
  public var checkpointSeconds: Double? = 10
  /// How often an index record is appended if there is something new; nil for never by itself.
  public var indexSeconds: Double?
  /// Take entries of any bytes by `POST /add`, as other transparency logs do.
  public var takesEntries = false
  /// Below it backups are made; nil for none over HTTP.
  public var backupFolder: String?
  public var logLevel = Logger.Level.info

  public init() {}

  /// Whether only this machine reaches the address.
  public var isLoopback: Bool { LoopbackName.isLoopback(host) }

  /// Where this configuration is reached, for LOCK; nil for a port that is not known yet.
  public var url: String? {
    guard port != 0 else { return nil }
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(tls == nil ? "http" : "https")://\(name):\(port)"
  }

  /// Throws the first thing that cannot be or does not go together.
  public func validate() throws(ConfigurationError) {
    guard !host.isEmpty else { throw ConfigurationError("http.host is empty") }
    guard (0...65_535).contains(port) else {
      throw ConfigurationError("http.port is \(port); a port is 1 to 65535")
    }
    guard isLoopback || tokensPath != nil else {
      throw ConfigurationError(
        "http.host is \(host), which others than this machine can reach, and identity.tokens is "
          + "not set: nothing is open to others by default")
    }
    guard isLoopback || tls != nil || allowsPlaintext else {
      throw ConfigurationError(
        "http.host is \(host) and tls.certificateChain is not set: tokens would cross the network "
          + "in clear. Set http.plaintext where something in front of this server ends TLS")
    }
    for (name, seconds) in [
      ("checkpoint.seconds", checkpointSeconds), ("index.seconds", indexSeconds),
    ] {
      guard let seconds, !(0.05...86_400).contains(seconds) else { continue }
      throw ConfigurationError("\(name) is \(seconds); it is 0.05 to 86400, or 0 for never")
    }
    if let backupFolder, !backupFolder.hasPrefix("/") {
      throw ConfigurationError("backup.folder is '\(backupFolder)', not an absolute path")
    }
    try limits.validate()
  }
}

/// What one client may ask of the server.
public struct ServerLimits: Sendable, Equatable {
  /// Bytes of one request's body, after decompression.
  public var bodyByteCount = 16 << 20
  /// Connections at once; further ones wait to be accepted.
  public var connectionCount = 4_096
  /// Bytes of bodies being received, of all requests together; beyond it requests get 503.
  public var bufferedByteCount = 256 << 20
  /// Bytes of records that wait to be written; beyond it appends get 503.
  public var queueByteCount = 64 << 20
  /// Seconds for the headers of a request, from its first chance to come.
  public var headerSeconds = 10.0
  /// Seconds without a byte after which a connection is closed.
  public var idleSeconds = 60.0
  /// The slowest a body may come, over any ten seconds; NDJSON streams may wait for their producer.
  public var bytesPerSecond = 64
  /// Seconds that requests under way get at a shutdown.
  public var shutdownSeconds = 20.0

  public init() {}

  func validate() throws(ConfigurationError) {
    let counts = [
      ("limits.bodyBytes", bodyByteCount, 1_024...(64 << 20)),
      ("limits.connections", connectionCount, 1...1_000_000),
      ("limits.bufferedBytes", bufferedByteCount, 1_024...(1 << 40)),
      ("limits.queueBytes", queueByteCount, 1_024...(1 << 40)),
      ("limits.bytesPerSecond", bytesPerSecond, 0...(1 << 30)),
    ]
    for (name, value, range) in counts where !range.contains(value) {
      throw ConfigurationError(
        "\(name) is \(value); it is \(range.lowerBound) to \(range.upperBound)")
    }
    guard bufferedByteCount >= bodyByteCount else {
      throw ConfigurationError("limits.bufferedBytes is below limits.bodyBytes")
    }
    let times = [
      ("limits.headerSeconds", headerSeconds), ("limits.idleSeconds", idleSeconds),
      ("limits.shutdownSeconds", shutdownSeconds),
    ]
    for (name, value) in times where !(0.1...86_400).contains(value) {
      throw ConfigurationError("\(name) is \(value); it is 0.1 to 86400")
    }
  }
}

/// Why a configuration cannot be used.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// Names and addresses of this machine itself.
public enum LoopbackName {
  /// Whether `host`, without a port, is one.
  public static func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased()
    if name == "localhost" || name == "::1" || name == "[::1]" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { !$0.isEmpty && $0.count <= 3 && UInt8($0) != nil }
  }

  /// The same of an authority such as `localhost:8650` or `[::1]:8650`.
  public static func isLoopback(authority: String) -> Bool {
    // What nearly every client sends.
    for usual in ["127.0.0.1:", "localhost:"] where authority.utf8.starts(with: usual.utf8) {
      return true
    }
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return isLoopback(String(authority[...end]))
    }
    return isLoopback(String(authority.prefix { $0 != ":" }))
  }
}
