import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Logging
import MerkleLog
import NIOCore
import Provenance
import SegmentStorage
import SubjectVault
import Testing

@testable import LedgerServer
@testable import Ledgerstone

/// A ledger over a simulated disk, served in this process.
struct ServerFixture {
  static let location = LedgerLocation(absoluteDirectory: "/l", absoluteVault: "/l.vault")

  let disk = SimulatedFileSystem(seed: 1)
  let ledger: Ledger
  var configuration = ServerConfiguration()
  var tokens: TokenBook?

  init(clock: any LedgerClock = SystemClock()) async throws {
    let options = LedgerOptions(
      fileSystem: disk, clock: clock, segmentByteCountTarget: 1 << 20, sealsInBackground: false,
      subjectStore: FileSubjectStoreProvider(disk), keyEncryptionKey: .vaultFile)
    try await Ledger.create(
      at: Self.location, origin: "test.example/served", options: options)
    ledger = try Ledger.open(at: Self.location, options: options)
    configuration.port = 0
    configuration.checkpointSeconds = nil
    // However slow the machine is: a test that is about them sets its own.
    configuration.limits.headerSeconds = 3_600
    configuration.limits.idleSeconds = 3_600
    configuration.limits.bytesPerSecond = 0
  }

  /// A token for each role, and the table of them.
  mutating func setUpTokens() throws -> [Role: String] {
    var texts: [Role: String] = [:]
    var entries: [TokenTable.Entry] = []
    for role in Role.allCases {
      let (text, entry) = try TokenTable.make(
        for: Caller(source: "svc-\(role.rawValue)", roles: [role]), expires: nil)
      texts[role] = text
      entries.append(entry)
    }
    tokens = TokenBook(try TokenTable(entries))
    return texts
  }

  func service() throws -> LedgerService {
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return try LedgerService(
      ledger: ledger, configuration: configuration, tokens: tokens, logger: logger)
  }

  /// Runs `body` against the routes.
  func serve<Value: Sendable>(
    _ setup: TestingSetup = .router, _ body: @Sendable (TestPeer) async throws -> Value
  ) async throws -> Value {
    try await service().application().test(setup) { client in
      try await body(TestPeer(client: client))
    }
  }
}

/// A client with short names.
struct TestPeer: Sendable {
  let client: any TestClientProtocol

  func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestAnswer {
    try await send(.get, uri, nil, headers)
  }

  func post(
    _ uri: String, _ body: [UInt8], _ headers: HTTPFields = [.contentType: "application/json"]
  ) async throws -> TestAnswer {
    try await send(.post, uri, body, headers)
  }

  func post(
    _ uri: String, _ body: String, _ headers: HTTPFields = [.contentType: "application/json"]
  ) async throws -> TestAnswer {
    try await send(.post, uri, Array(body.utf8), headers)
  }

  func send(
    _ method: HTTPRequest.Method, _ uri: String, _ body: [UInt8]?, _ headers: HTTPFields
  ) async throws -> TestAnswer {
    let response = try await client.executeRequest(
      uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
    return TestAnswer(
      status: response.status.code, headers: response.headers,
      bytes: Array(response.body.readableBytesView))
  }
}

struct TestAnswer: Sendable {
  var status: Int
  var headers: HTTPFields
  var bytes: [UInt8]

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The answer read by Foundation, which shares no code with our writer.
  var json: NSDictionary {
    get throws {
      let object = try JSONSerialization.jsonObject(with: Data(bytes))
      return try #require(object as? NSDictionary)
    }
  }

  var errorCode: String? {
    ((try? json)?["error"] as? NSDictionary)?["code"] as? String
  }
}

extension HTTPFields {
  static func bearer(_ token: String?, type: String = "application/json") -> HTTPFields {
    [.authorization: "Bearer \(token ?? "")", .contentType: type]
  }
}

/// Inputs.
enum Event {
  static let start =
    #"{"eventTime":"2026-01-02T03:04:05Z","eventType":"START","producer":"https://example.org/p","#
    + #""run":{"runId":"01890a5d-ac96-774b-bcce-b302099a8057"},"#
    + #""job":{"namespace":"n","name":"j"},"inputs":[],"outputs":[]}"#

  static func numbered(_ number: Int, time: String = "2026-01-02T03:04:05Z") -> String {
    #"{"eventTime":"\#(time)","eventType":"COMPLETE","producer":"https://example.org/p","#
      + #""run":{"runId":"01890a5d-ac96-774b-bcce-\#(String(format: "%012d", number))"},"#
      + #""job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"w","name":"in"}],"#
      + #""outputs":[{"namespace":"w","name":"out"}]}"#
  }

  static func access(_ number: Int, id: String? = nil, purpose: String = "test") -> String {
    #"{"kind":"access","#
      + (id.map { #""id":"\#($0)","# } ?? "")
      + #""entities":[{"role":"target","type":"dataset","namespace":"w","name":"t\#(number)"},"#
      + #"{"role":"actor","type":"service","namespace":"w","name":"s"}],"#
      + #""attributes":{"action":"read","purpose":"\#(purpose)","outcome":"ok"},"#
      + #""bodies":[{"contentType":"application/json","value":{"n":\#(number)}}]}"#
  }
}

/// The verifier, which shares no code with the server.
enum Verified {
  static func isValid(_ proof: [UInt8], key: String, entry: [UInt8]? = nil) throws -> Bool {
    var options = ProofOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: key)]
    options.entry = entry
    return ProofVerification.verify(proof, options: options).status == .valid
  }
}
