internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// A request to a server, and what came back.
struct HTTPCall: Sendable {
  var method = "POST"
  var path: String
  var contentType = "application/json"
  var body: [UInt8] = []
}

struct HTTPReply: Sendable {
  var status: Int
  var retryAfterSeconds: Int?
  var body: [UInt8]
}

/// Sends requests, one after the other.
protocol HTTPExchange: Sendable {
  /// - Throws: where there was no whole answer.
  func send(_ call: HTTPCall) async throws(CommandFailure) -> HTTPReply
}

/// Over the network, with the system's trust in certificates.
///
/// Redirects are answers like others: a token goes where the user said and nowhere else.
final class URLSessionExchange: HTTPExchange {
  private let address: ServerAddress
  private let token: String?
  private let session: URLSession
  private let receiver = ReplyReceiver()

  /// The longest wait for the next byte of an answer: a certificate of a large ledger takes its
  /// time.
  private static let idleSeconds = 3_600.0

  init(_ address: ServerAddress, token: String?) {
    self.address = address
    self.token = token
    if address.isLoopback { Proxies.passBy() }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    configuration.timeoutIntervalForRequest = Self.idleSeconds
    session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
  }

  func send(_ call: HTTPCall) async throws(CommandFailure) -> HTTPReply {
    guard let url = address.url(call.path) else {
      throw CommandFailure(.usage, "\(address.base)\(call.path) is no URL")
    }
    var request = URLRequest(url: url)
    request.httpMethod = call.method
    if call.method != "GET" {
      request.httpBody = Data(call.body)
      request.setValue(call.contentType, forHTTPHeaderField: "Content-Type")
    }
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    let task = session.dataTask(with: request)
    let result = await withCheckedContinuation { continuation in
      receiver.expect(task.taskIdentifier, continuation)
      task.resume()
    }
    switch result {
    case .success(let reply): return reply
    case .failure(let failure):
      throw CommandFailure(.failed, "\(address.base): \(failure.reason)")
    }
  }

  deinit { session.invalidateAndCancel() }
}

/// Puts answers together as they come.
private final class ReplyReceiver: NSObject, URLSessionDataDelegate, Sendable {
  struct Failure: Error {
    var reason: String
  }

  typealias Continuation = CheckedContinuation<Result<HTTPReply, Failure>, Never>

  private struct Waiting {
    var continuation: Continuation
    var body: [UInt8] = []
    var isTooLong = false
  }

  private let waiting = Mutex<[Int: Waiting]>([:])
  /// A certificate with its page, and room.
  private static let byteCountMax = 512 << 20

  func expect(_ task: Int, _ continuation: Continuation) {
    waiting.withLock { $0[task] = Waiting(continuation: continuation) }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let goesOn = waiting.withLock { waiting in
      guard var held = waiting.removeValue(forKey: dataTask.taskIdentifier) else { return false }
      held.isTooLong = held.body.count + data.count > Self.byteCountMax
      if !held.isTooLong { held.body.append(contentsOf: data) }
      let goesOn = !held.isTooLong
      waiting[dataTask.taskIdentifier] = held
      return goesOn
    }
    if !goesOn { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let held = waiting.withLock { $0.removeValue(forKey: task.taskIdentifier) }
    guard let held else { return }
    held.continuation.resume(returning: Self.result(held, task.response, error))
  }

  private static func result(
    _ held: Waiting, _ response: URLResponse?, _ error: (any Error)?
  ) -> Result<HTTPReply, Failure> {
    if held.isTooLong { return .failure(Failure(reason: "the answer is too long")) }
    if let error { return .failure(Failure(reason: SystemFailure.reason(of: error))) }
    guard let response = response as? HTTPURLResponse else {
      return .failure(Failure(reason: "there was no answer"))
    }
    let retry = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int($0) }
    return .success(
      HTTPReply(status: response.statusCode, retryAfterSeconds: retry, body: held.body))
  }
}
