internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes connections whose clients are too slow: with their headers, with a body, or in taking
/// the answer. One timer per connection.
///
/// Also closes behind an answer that says `Connection: close`, which is how a client is stopped
/// that goes on sending what was refused.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum Phase {
    /// Waiting for headers until `deadline`.
    case headers(deadline: NIODeadline)
    case body
    case answer
    case closing
  }

  private let limits: ServerLimits
  private var phase = Phase.headers(deadline: .now())
  /// Bytes of the body since `windowStart`.
  private var byteCount = 0
  private var windowStart = NIODeadline.now()
  /// The answer went out before the body had come.
  private var isAnswered = false
  /// The body is a stream whose producer may pause.
  private var mayPause = false
  private var closesAfterAnswer = false
  /// How often in a row the client had not taken what was written.
  private var stalledCount = 0
  private var timer: Scheduled<Void>?

  private static let windowSeconds: Int64 = 10
  /// A client gets so long to read an answer before the connection is cut under it.
  private static let lingerMilliseconds: Int64 = 500

  init(_ limits: ServerLimits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard timer == nil else { return }
    let wait = Self.time(limits.headerSeconds)
    phase = .headers(deadline: .now() + wait)
    schedule(in: wait, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .closing = phase { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      phase = .body
      byteCount = 0
      windowStart = .now()
      isAnswered = false
      mayPause = head.headerFields[.contentType]?.lowercased().contains("ndjson") ?? false
      if head.headerFields[.expect]?.lowercased() == "100-continue" {
        context.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
      }
    case .body(let bytes): byteCount += bytes.readableBytes
    case .end: phase = isAnswered ? nextHeaders : .answer
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      closesAfterAnswer = head.headerFields[.connection]?.lowercased() == "close"
    case .body: break
    case .end:
      if closesAfterAnswer {
        phase = .closing
        timer?.cancel()
        schedule(in: .milliseconds(Self.lingerMilliseconds), context)
      } else if case .answer = phase {
        phase = nextHeaders
      }
      isAnswered = true
    }
    context.write(data, promise: promise)
  }

  private func schedule(in time: TimeAmount, _ context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      check(context)
    }
  }

  private func check(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    let window = TimeAmount.seconds(Self.windowSeconds)
    switch phase {
    case .closing: return context.close(promise: nil)
    case .headers(let deadline):
      let now = NIODeadline.now()
      guard now < deadline else { return context.close(promise: nil) }
      return schedule(in: min(deadline - now, window), context)
    case .body:
      let end = windowStart + window
      guard NIODeadline.now() >= end else { return schedule(in: end - .now(), context) }
      let least = limits.bytesPerSecond * Int(Self.windowSeconds)
      guard mayPause || byteCount >= least else { return context.close(promise: nil) }
      byteCount = 0
      windowStart = .now()
    case .answer:
      stalledCount = context.channel.isWritable ? 0 : stalledCount + 1
      guard stalledCount < 3 else { return context.close(promise: nil) }
    }
    schedule(in: window, context)
  }

  private var nextHeaders: Phase {
    .headers(deadline: .now() + Self.time(limits.idleSeconds))
  }

  private static func time(_ seconds: Double) -> TimeAmount {
    .nanoseconds(Int64(seconds * 1_000_000_000))
  }
}
