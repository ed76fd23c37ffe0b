import Foundation
import Ledgerstone
import Provenance
import Synchronization
import Testing

@testable import LedgerCLI

/// What a client makes of answers, also of those that no ledgerstoned gives.
@Suite struct ServedLedgerTests {
  private final class Script: HTTPExchange {
    private let replies: Mutex<[HTTPReply]>
    private let sent = Mutex<[HTTPCall]>([])

    init(_ replies: [(Int, String)]) {
      self.replies = Mutex(
        replies.map { HTTPReply(status: $0.0, retryAfterSeconds: 1, body: Array($0.1.utf8)) })
    }

    var calls: [HTTPCall] { sent.withLock { $0 } }

    func send(_ call: HTTPCall) async throws(CommandFailure) -> HTTPReply {
      sent.withLock { $0.append(call) }
      guard let reply = replies.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        throw CommandFailure(.failed, "no answer")
      }
      return reply
    }
  }

  private static func served(_ replies: [(Int, String)]) throws -> (ServedLedger, Script) {
    let script = Script(replies)
    let address = try ServerAddress(parsing: "http://localhost:1")
    return (ServedLedger(address, exchange: script), script)
  }

  private static func refusal(_ code: String, _ message: String = "m") -> String {
    "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(message)\"}}"
  }

  struct Refused: Sendable {
    let status: Int
    let body: String
    let exit: LedgerCLI.ExitStatus
    let message: String

    init(_ status: Int, _ body: String, _ exit: LedgerCLI.ExitStatus, _ message: String) {
      (self.status, self.body, self.exit, self.message) = (status, body, exit, message)
    }

    /// Nothing that a ledgerstoned gives.
    static func foreign(_ status: Int, _ body: String) -> Refused {
      Refused(
        status, body, .failed,
        "http://localhost:1 answered \(status), and nothing that ledgerstoned says")
    }
  }

  private static let refused: [Refused] = [
    Refused(400, refusal("invalid"), .usage, "m"),
    Refused(400, refusal("rejected"), .usage, "m"),
    Refused(404, refusal("notFound"), .failed, "m"),
    Refused(409, refusal("conflict"), .failed, "m"),
    Refused(410, refusal("erased"), .failed, "m"),
    Refused(500, refusal("corrupt"), .notValid, "m"),
    Refused(503, refusal("poisoned"), .failed, "m"),
    Refused(409, refusal("noIndexRecord"), .failed, "m"),
    Refused(401, refusal("noToken"), .failed, "http://localhost:1: m"),
    Refused(403, refusal("wrongRole"), .failed, "http://localhost:1: m"),
    Refused(404, refusal("noRoute"), .failed, "http://localhost:1: m"),
    Refused(200, refusal("invalid"), .usage, "m"),
    .foreign(502, "<html>"), .foreign(200, ""), .foreign(200, "[]"), .foreign(302, "{}"),
    .foreign(400, "{}"), .foreign(400, #"{"error":{"code":7}}"#),
    Refused(200, "{}", .failed, "http://localhost:1 answered without a checkpoint"),
    Refused(200, #"{"checkpoint":7}"#, .failed, "http://localhost:1 answered without a checkpoint"),
  ]

  @Test(arguments: refused) func refusalsAreThoseWithoutAServer(_ refused: Refused) async throws {
    let (ledger, _) = try Self.served([(refused.status, refused.body)])
    do throws(CommandFailure) {
      _ = try await ledger.note("/v1/checkpoint")
      Issue.record("it is taken for an answer")
    } catch {
      #expect(error.status == refused.exit)
      #expect(error.message == refused.message)
    }
  }

  @Test func whoIsBusyIsAskedAgain() async throws {
    let (ledger, script) = try Self.served([
      (503, Self.refusal("busy")), (200, #"{"checkpoint":"c\n"}"#),
    ])
    #expect(try await ledger.note("/v1/checkpoint") == Array("c\n".utf8))
    #expect(script.calls.count == 2)
  }

  private static func receipt(_ index: Int, line: Int? = nil, isDuplicate: Bool = false) -> String {
    "{" + (line.map { "\"line\":\($0)," } ?? "") + "\"index\":\(index),\"leafHash\":\"00\""
      + (isDuplicate ? ",\"duplicate\":true" : "") + "}"
  }

  private static func shown(_ outcomes: ServedLedger.Outcomes) -> [String] {
    outcomes.known.map { outcome in
      switch outcome {
      case .recorded(let receipt, let isDuplicate): (isDuplicate ? "=" : "+") + receipt
      case .conflict(let reason): "conflict " + reason
      case .rejected(let reason): "rejected " + reason
      }
    } + (outcomes.failure.map { ["failed " + ($0.message ?? "")] } ?? [])
  }

  @Test func aStreamIsReadLineByLine() async throws {
    let (ledger, script) = try Self.served([
      (
        200,
        Self.receipt(7, line: 1) + "\n" + Self.receipt(3, line: 2, isDuplicate: true) + "\n"
          + #"{"line":3,"error":{"code":"conflict","message":"x; nothing was appended"}}"# + "\n"
          + #"{"line":4,"error":{"code":"rejected","message":"y"}}"# + "\n{\"summary\":{}}\n"
      )
    ])
    let outcomes = await ledger.appendRecords((1...4).map { Array("{\($0)}".utf8) })
    #expect(
      Self.shown(outcomes) == [
        "+" + Self.receipt(7), "=" + Self.receipt(3, isDuplicate: true), "conflict x", "rejected y",
      ])
    #expect(
      script.calls.map { String(decoding: $0.body, as: UTF8.self) } == ["{1}\n{2}\n{3}\n{4}\n"])
  }

  @Test(arguments: [
    ("", "the answer was cut off"), (receipt(7, line: 1), "the answer was cut off"),
    (receipt(7, line: 1) + "\n{\"summary\":{}}", "nothing that ledgerstoned says"),
    (receipt(7, line: 2), "nothing that ledgerstoned says"),
    (receipt(7), "nothing that ledgerstoned says"),
    (receipt(7, line: 1) + "\n" + refusal("poisoned", "p"), "p"),
    (receipt(7, line: 1) + "\n{\"line\":2}", "nothing that ledgerstoned says"),
    ("<html>", "the answer was cut off"),
  ])
  func aStreamThatEndsEarlyFails(body: String, words: String) async throws {
    let (ledger, _) = try Self.served([(200, body)])
    let outcomes = await ledger.appendRecords([[0x7B, 0x7D], [0x7B, 0x7D]])
    #expect(outcomes.known.count == (body.hasPrefix(Self.receipt(7, line: 1)) ? 1 : 0))
    #expect(outcomes.failure?.message?.contains(words) == true, "\(outcomes)")
  }

  @Test func aRecordWithLineFeedsGoesAlone() async throws {
    let (ledger, script) = try Self.served([
      (200, Self.receipt(1, line: 1) + "\n{\"summary\":{}}\n"), (201, Self.receipt(2)),
      (409, Self.refusal("conflict", "x; nothing was appended")),
      (503, Self.refusal("closed", "c")),
    ])
    let feeds = Array("{\n}".utf8)
    let outcomes = await ledger.appendRecords([[0x7B, 0x7D], feeds, feeds, feeds, feeds])
    #expect(
      Self.shown(outcomes) == [
        "+" + Self.receipt(1), "+" + Self.receipt(2), "conflict x", "failed c",
      ])
    #expect(
      script.calls.map(\.contentType).prefix(2) == ["application/x-ndjson", "application/json"])
    #expect(script.calls.count == 4)
  }

  private static func batch(_ receipts: [String], _ failed: [(Int, String)]) -> String {
    let list = failed.map { "{\"index\":\($0.0),\"reason\":\"\($0.1)\",\"retriable\":false}" }
    return "{\"status\":\"x\",\"summary\":{},\"failed_events\":[\(list.joined(separator: ","))],"
      + "\"receipts\":[\(receipts.joined(separator: ","))]}"
  }

  @Test func aBatchIsPutInOrder() async throws {
    let (ledger, script) = try Self.served([
      (200, Self.batch([Self.receipt(1), Self.receipt(2)], [(1, "bad")]))
    ])
    let outcomes = await ledger.appendEvents([[0x31], [0x32], [0x33]])
    #expect(
      Self.shown(outcomes) == ["+" + Self.receipt(1), "rejected bad", "+" + Self.receipt(2)])
    #expect(script.calls.map { String(decoding: $0.body, as: UTF8.self) } == ["[1,2,3]"])
  }

  @Test(arguments: [
    batch([], []), batch([receipt(1), receipt(2), receipt(3)], []), batch([receipt(1)], []),
    batch([receipt(1)], [(7, "bad")]), batch([receipt(1), receipt(2)], [(0, "bad")]), "{}", "",
  ])
  func aBatchThatDoesNotAddUpFails(body: String) async throws {
    let (ledger, _) = try Self.served([(200, body)])
    let outcomes = await ledger.appendEvents([[0x31], [0x32]])
    #expect(outcomes.known.isEmpty)
    #expect(outcomes.failure?.message?.contains("nothing that ledgerstoned says") == true)
  }

  @Test func aBatchThatIsTooLongIsHalved() async throws {
    let tooLong = (413, Self.refusal("bodyOverLimit", "long"))
    let (ledger, script) = try Self.served([
      tooLong, tooLong, (200, Self.batch([Self.receipt(1)], [])), tooLong,
      (200, Self.batch([Self.receipt(2)], [])),
    ])
    let outcomes = await ledger.appendEvents([[0x31], [0x32], [0x33]])
    // 1,2,3 is too long; 1 is too; 2,3 goes in two.
    #expect(
      script.calls.map { String(decoding: $0.body, as: UTF8.self) }.prefix(2) == ["[1,2,3]", "[1]"])
    #expect(Self.shown(outcomes).first == "rejected long")
  }

  @Test(arguments: [
    ("http://localhost:8650", true), ("http://LOCALHOST", true), ("http://127.0.0.1:1/x/", true),
    ("http://127.255.0.9", true), ("http://[::1]:1", true), ("https://127.0.0.1", true),
    ("http://localhost.example", false), ("http://127.0.0.1.example", false),
    ("http://127.1", false), ("http://127.0.0.01", false), ("http://128.0.0.1", false),
    ("http://[::2]", false), ("https://ledger.example:8650", false),
  ])
  func loopbackIsTold(text: String, isLoopback: Bool) throws {
    let address = try ServerAddress(parsing: text)
    #expect(address.isLoopback == isLoopback)
    #expect((ServerAddress(ofLockHolder: text) != nil) == isLoopback)
    #expect(!address.base.hasSuffix("/"))
  }

  @Test(arguments: [
    "", "localhost", "localhost:1", "ftp://localhost", "http://", "http:///x",
    "http://a b", "http://u@localhost", "http://u:p@localhost", "http://localhost?x",
    "http://localhost/#x", "http://ä", "file:///L", "unix:/x",
  ])
  func badAddressesAreRefused(text: String) {
    let failure = #expect(throws: CommandFailure.self) { try ServerAddress(parsing: text) }
    #expect(failure?.status == .usage)
  }

  struct Tokens: Sendable {
    let url: String
    let environment: [String: String]
    var token: String?
    var isRefused = false
  }

  private static let tokens: [Tokens] = [
    Tokens(url: "http://ledger.example", environment: ["LEDGERSTONE_TOKEN": "t"], isRefused: true),
    Tokens(url: "http://ledger.example", environment: [:]),
    Tokens(url: "http://ledger.example", environment: ["LEDGERSTONE_TOKEN": ""]),
    Tokens(url: "https://ledger.example", environment: ["LEDGERSTONE_TOKEN": "t"], token: "t"),
    Tokens(url: "http://localhost", environment: ["LEDGERSTONE_TOKEN": "t"], token: "t"),
    Tokens(url: "http://localhost", environment: ["LEDGERSTONE_TOKEN": "a b"], isRefused: true),
    Tokens(url: "http://localhost", environment: ["LEDGERSTONE_TOKEN": "a\nX: y"], isRefused: true),
    Tokens(url: "http://localhost", environment: ["LEDGERSTONE_TOKEN": "ä"], isRefused: true),
    Tokens(
      url: "http://localhost",
      environment: ["LEDGERSTONE_TOKEN": "t", "LEDGERSTONE_TOKEN_FILE": "f"], isRefused: true),
  ]

  @Test(arguments: tokens) func tokensStayOutOfClearNetworks(_ tokens: Tokens) throws {
    let address = try ServerAddress(parsing: tokens.url)
    do throws(CommandFailure) {
      let found = try ServerToken.find(for: address, environment: tokens.environment)
      #expect(found == tokens.token && !tokens.isRefused)
    } catch {
      #expect(error.status == .usage && tokens.isRefused)
    }
  }
}
