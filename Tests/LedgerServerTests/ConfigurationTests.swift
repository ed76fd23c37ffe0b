import Configuration
import Foundation
import Logging
import Testing

@testable import LedgerServer

/// What a configuration may say.
@Suite struct ConfigurationTests {
  private func read(_ environment: [String: String]) async throws -> ServerConfiguration {
    try await ServerConfiguration(
      reading: ConfigReader(
        provider: EnvironmentVariablesProvider(environmentVariables: environment)
          .prefixKeys(with: "ledgerstone")))
  }

  @Test func defaultsServeThisMachineOnly() async throws {
    let configuration = try await read([:])
    #expect(configuration == ServerConfiguration())
    #expect(configuration.isLoopback)
    #expect(configuration.url == "http://127.0.0.1:8650")
  }

  @Test func theEnvironmentIsRead() async throws {
    let configuration = try await read([
      "LEDGERSTONE_HTTP_HOST": "::1", "LEDGERSTONE_HTTP_PORT": "80",
      "LEDGERSTONE_LIMITS_BODY_BYTES": "2048", "LEDGERSTONE_CHECKPOINT_SECONDS": "0",
      "LEDGERSTONE_INDEX_SECONDS": "1.5", "LEDGERSTONE_LOG_LEVEL": "debug",
      "LEDGERSTONE_IDENTITY_PUBLIC_EVIDENCE": "true", "LEDGERSTONE_IDENTITY_TOKENS": "/t",
    ])
    #expect(configuration.url == "http://[::1]:80")
    #expect(configuration.limits.bodyByteCount == 2_048)
    #expect(configuration.checkpointSeconds == nil)
    #expect(configuration.indexSeconds == 1.5)
    #expect(configuration.logLevel == .debug)
    #expect(configuration.isEvidencePublic)
    #expect(configuration.tokensPath == "/t")
  }

  @Test(arguments: [
    ["LEDGERSTONE_HTTP_PORT": "http"], ["LEDGERSTONE_HTTP_PORT": "65536"],
    ["LEDGERSTONE_HTTP_PORT": "-1"], ["LEDGERSTONE_HTTP_HOST": ""],
    ["LEDGERSTONE_HTTP_PLAINTEXT": "maybe"], ["LEDGERSTONE_CHECKPOINT_SECONDS": "soon"],
    ["LEDGERSTONE_CHECKPOINT_SECONDS": "-1"], ["LEDGERSTONE_LOG_LEVEL": "loud"],
    ["LEDGERSTONE_LIMITS_BODY_BYTES": "1"], ["LEDGERSTONE_LIMITS_CONNECTIONS": "0"],
    ["LEDGERSTONE_LIMITS_BUFFERED_BYTES": "2000"], ["LEDGERSTONE_LIMITS_IDLE_SECONDS": "0"],
    ["LEDGERSTONE_TLS_CERTIFICATE_CHAIN": "/c"], ["LEDGERSTONE_TLS_PRIVATE_KEY": "/k"],
    ["LEDGERSTONE_BACKUP_FOLDER": "relative"],
    // Nothing is open to others by default.
    ["LEDGERSTONE_HTTP_HOST": "0.0.0.0"], ["LEDGERSTONE_HTTP_HOST": "ledger.example"],
    ["LEDGERSTONE_HTTP_HOST": "0.0.0.0", "LEDGERSTONE_HTTP_PLAINTEXT": "true"],
    // Tokens would cross the network in clear.
    ["LEDGERSTONE_HTTP_HOST": "0.0.0.0", "LEDGERSTONE_IDENTITY_TOKENS": "/t"],
  ])
  func whatCannotBeIsRefused(environment: [String: String]) async {
    await #expect(throws: ConfigurationError.self) { try await read(environment) }
  }

  @Test func othersAreServedWithTokensAndTLS() async throws {
    var environment = ["LEDGERSTONE_HTTP_HOST": "0.0.0.0", "LEDGERSTONE_IDENTITY_TOKENS": "/t"]
    environment["LEDGERSTONE_TLS_CERTIFICATE_CHAIN"] = "/c"
    environment["LEDGERSTONE_TLS_PRIVATE_KEY"] = "/k"
    #expect(try await read(environment).url == "https://0.0.0.0:8650")
    environment["LEDGERSTONE_TLS_CERTIFICATE_CHAIN"] = nil
    environment["LEDGERSTONE_TLS_PRIVATE_KEY"] = nil
    environment["LEDGERSTONE_HTTP_PLAINTEXT"] = "true"
    #expect(try await read(environment).allowsPlaintext)
  }

  @Test func misspeltNamesAreFound() throws {
    let text = #"{"http":{"port":1,"hots":"x"},"tokens":"y","limits":{"bodyBytes":3}}"#
    let unknown = try ServerConfiguration.unknownNames(in: Array(text.utf8))
    #expect(unknown == ["http.hots", "tokens"])
    for bad in ["", "[]", "{", #"{"a":1,"a":2}"#] {
      #expect(throws: ConfigurationError.self) {
        try ServerConfiguration.unknownNames(in: Array(bad.utf8))
      }
    }
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.255.1.2", true), ("localhost", true), ("LOCALHOST", true),
    ("::1", true), ("128.0.0.1", false), ("127.0.0.1.example", false), ("127.0.0", false),
    ("127.0.0.256", false), ("127.0.0.", false), ("0.0.0.0", false), ("::", false),
    ("localhost.example", false), ("", false),
  ])
  func loopback(name: String, isLoopback: Bool) {
    #expect(LoopbackName.isLoopback(name) == isLoopback)
  }
}
