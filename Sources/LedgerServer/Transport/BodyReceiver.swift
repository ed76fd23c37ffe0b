internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Receives the body of a request as a whole, decompressed and within limits.
struct BodyReceiver: Sendable {
  let byteCountMax: Int
  let budget: ByteBudget

  /// How a body is packed.
  enum Coding: Hashable, Sendable {
    case identity
    case gzip
  }

  /// The coding that a request names.
  ///
  /// - Throws: 415 for one that is not known.
  static func coding(of request: Request) throws(ServerError) -> Coding {
    let text = request.headers[.contentEncoding]?.lowercased().filter { $0 != " " } ?? ""
    switch text {
    case "", "identity": return .identity
    case "gzip", "x-gzip": return .gzip
    default:
      throw ServerError(
        .unsupportedMediaType, "unsupportedEncoding",
        "Content-Encoding is gzip or nothing",
        headers: [.acceptEncoding: "gzip"])
    }
  }

  /// The whole body.
  ///
  /// - Parameter limit: the most bytes, after decompression; nil for that of the configuration.
  /// - Throws: 413 over the limit, 400 for a damaged gzip stream, 503 where all requests together
  ///   hold too much; what the connection throws.
  func receive(_ request: Request, limit: Int? = nil) async throws -> [UInt8] {
    let limit = min(limit ?? byteCountMax, byteCountMax)
    let coding = try Self.coding(of: request)
    if let text = request.headers[.contentLength], let length = Int(text), length > limit {
      throw Self.tooLarge(limit)
    }
    let share = budget.share()
    var received: [UInt8] = []
    for try await buffer in request.body {
      guard received.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
      guard share.take(buffer.readableBytes) else { throw Self.exhausted }
      received.append(contentsOf: buffer.readableBytesView)
    }
    guard coding == .gzip else { return received }
    return try Self.inflate(received, limit: limit, share)
  }

  private static func inflate(
    _ bytes: [UInt8], limit: Int, _ share: ByteBudget.Share
  ) throws(ServerError) -> [UInt8] {
    var output: [UInt8] = []
    do throws(GzipInflater.Failure) {
      let inflater = try GzipInflater(limit: limit)
      let stepByteCount = 64 << 10
      for start in stride(from: 0, to: bytes.count, by: stepByteCount) {
        let before = output.count
        let end = min(start + stepByteCount, bytes.count)
        try inflater.take(Array(bytes[start..<end]), into: &output)
        guard share.take(output.count - before) else { throw .overLimit(-1) }
      }
      try inflater.finish()
    } catch {
      throw Self.error(of: error)
    }
    return output
  }

  static func error(of failure: GzipInflater.Failure) -> ServerError {
    switch failure {
    case .overLimit(let limit): limit < 0 ? exhausted : tooLarge(limit)
    case .malformed:
      ServerError(.badRequest, "malformedGzip", "the body is no gzip stream, or a damaged one")
    case .truncated:
      ServerError(.badRequest, "malformedGzip", "the gzip stream ends before it is complete")
    }
  }

  static func tooLarge(_ limit: Int) -> ServerError {
    ServerError(
      .contentTooLarge, "bodyOverLimit", "the body is longer than \(limit) bytes",
      headers: [.connection: "close"])
  }

  static var exhausted: ServerError {
    ServerError(
      .serviceUnavailable, "busy", "too much is being received at once; try again",
      retryAfterSeconds: 1, headers: [.connection: "close"])
  }
}
