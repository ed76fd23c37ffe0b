internal import Foundation
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// A ledger that a server writes: what the commands ask of it.
struct ServedLedger: Sendable {
  let address: ServerAddress
  let exchange: any HTTPExchange

  /// How long a server that has too much to do is asked again.
  private static let patienceSeconds = 120

  init(_ address: ServerAddress, exchange: any HTTPExchange) {
    self.address = address
    self.exchange = exchange
  }

  /// The answer to a call, a JSON object.
  ///
  /// - Parameter accepted: statuses beside 2xx whose answers are results too.
  /// - Throws: what the server refused, with the status and message of the same refusal without a
  ///   server; `failed` where there is no answer, or none of a ledgerstoned.
  func ask(_ call: HTTPCall, accepted: Set<Int> = []) async throws(CommandFailure) -> JSONValue {
    let reply = try await reply(to: call)
    guard let object = (try? JSONDocument(parsing: reply.body))?.root, object.isObject else {
      throw stranger(reply)
    }
    let isResult = (200..<300).contains(reply.status) || accepted.contains(reply.status)
    guard isResult, object["error"] == nil else { throw refusal(object) ?? stranger(reply) }
    return object
  }

  /// The answer, once the server has room.
  func reply(to call: HTTPCall) async throws(CommandFailure) -> HTTPReply {
    var waitedSeconds = 0
    while true {
      let reply = try await exchange.send(call)
      guard reply.status == 503, waitedSeconds < Self.patienceSeconds, Self.isBusy(reply) else {
        return reply
      }
      let seconds = min(max(reply.retryAfterSeconds ?? 1, 1), 10)
      waitedSeconds += seconds
      do {
        try await Task.sleep(for: .seconds(seconds))
      } catch {
        throw CommandFailure(.interrupted)
      }
    }
  }

  /// Nothing was done, and the same may work soon.
  private static func isBusy(_ reply: HTTPReply) -> Bool {
    (try? JSONDocument(parsing: reply.body))?.root["error"]?["code"]?.string == "busy"
  }

  /// An answer that a ledgerstoned does not give.
  func stranger(_ reply: HTTPReply) -> CommandFailure {
    CommandFailure(
      .failed, "\(address.base) answered \(reply.status), and nothing that ledgerstoned says")
  }

  /// What `{"error":{"code":…,"message":…}}` means to a script; nil for another object.
  func refusal(_ object: JSONValue) -> CommandFailure? {
    guard let error = object["error"], let code = error["code"]?.string,
      let message = error["message"]?.string
    else { return nil }
    if code == "rejected" { return CommandFailure(.usage, message) }
    guard let known = LedgerError.Code(rawValue: code) else {
      return CommandFailure(.failed, "\(address.base): \(message)")
    }
    return CommandFailure(LedgerError(known, message))
  }

  /// A call with an object as its body.
  static func call(_ path: String, _ body: (inout JSONWriter) -> Void) -> HTTPCall {
    var writer = JSONWriter()
    writer.object(body)
    return HTTPCall(path: path, body: writer.bytes)
  }

  /// Refuses a server that serves another ledger than the one in `directory`.
  func requireLedger(in directory: String) async throws(CommandFailure) {
    let bytes = try SmallFile.read(
      directory + "/ledger.json", limit: FormatLimits.ledgerFileByteCountMax)
    guard let file = try? LedgerFile.decode(bytes) else {
      throw CommandFailure(.notValid, "\(directory)/ledger.json cannot be read")
    }
    let served = try await ask(HTTPCall(method: "GET", path: "/v1/ledger"))
    guard let identifier = served["ledgerId"]?.string else {
      throw CommandFailure(.failed, "\(address.base) does not say which ledger it serves")
    }
    guard identifier == file.ledgerID.description else {
      throw CommandFailure(.failed, "\(address.base) serves another ledger than \(directory)")
    }
  }

  /// An answer that lacks what was asked for.
  func incomplete(_ what: String) -> CommandFailure {
    CommandFailure(.failed, "\(address.base) answered without \(what)")
  }

  /// The receipt that an endpoint answers with, as it is printed.
  func receipt(_ call: HTTPCall) async throws(CommandFailure) -> String {
    let object = try await ask(call)
    guard object["leafHash"] != nil else { throw incomplete("a receipt") }
    return String(decoding: object.bytes, as: UTF8.self)
  }

  /// The signed note that an endpoint answers with.
  func note(_ path: String) async throws(CommandFailure) -> [UInt8] {
    let object = try await ask(HTTPCall(path: path))
    guard let note = object["checkpoint"]?.string else { throw incomplete("a checkpoint") }
    return Array(note.utf8)
  }
}
