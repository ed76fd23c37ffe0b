internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes connections whose clients are silent, or too slow: with their headers, with a body, or in
/// taking the answer. One timer per connection.
///
/// Also closes behind an answer that says `Connection: close`, which is how a client is stopped
/// that goes on sending what was refused. Whoever else closes, closes behind the answer under way.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum Phase {
    /// Waiting for headers until `deadline`.
    case headers(deadline: NIODeadline)
    case body
    /// The answer is being made, or the client is taking it.
    case answer
    case closing
  }

  private let limits: ServerLimits
  private var phase = Phase.headers(deadline: .distantFuture)
  /// Bytes of the body since `windowStart`.
  private var byteCount = 0
  private var windowStart = NIODeadline.uptimeNanoseconds(0)
  /// Requests that have begun and whose answers have not ended.
  private var unansweredCount = 0
  /// The body is a stream whose producer may pause.
  private var mayPause = false
  private var closesAfterAnswer = false
  /// When the last byte of a stream came.
  private var lastByte = NIODeadline.uptimeNanoseconds(0)
  /// Bytes of answers that the client had not taken when it was last looked at.
  private var untakenByteCount = 0
  /// How often in a row it had taken too little of them since.
  private var stalledCount = 0
  /// Whether the end of an answer was written that has not left yet.
  private var isAnswerLeaving = false
  /// Who waits for a close behind that answer.
  private var closing: (isDue: Bool, promise: EventLoopPromise<Void>?) = (false, nil)
  private var timer: Scheduled<Void>?

  /// How long the pace of a client is watched before it is judged.
  static let windowSeconds: Int64 = 10
  /// Windows in a row in which a client may take nothing of its answer.
  static let stalledCountMax = 3
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
    phase = .headers(deadline: context.eventLoop.now + Self.time(limits.headerSeconds))
    schedule(in: tick, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .closing = phase { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      phase = .body
      byteCount = 0
      windowStart = context.eventLoop.now
      lastByte = windowStart
      unansweredCount += 1
      mayPause = Self.isStream(head.headerFields.single(.contentType))
      if head.headerFields.single(.expect)?.lowercased() == "100-continue" {
        context.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
      }
    case .body(let bytes):
      byteCount += bytes.readableBytes
      if mayPause { lastByte = context.eventLoop.now }
    case .end: phase = unansweredCount == 0 ? nextHeaders(context) : .answer
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      closesAfterAnswer = head.headerFields.single(.connection)?.lowercased() == "close"
    case .body: break
    case .end: return writeEnd(context, data, promise)
    }
    context.write(data, promise: promise)
  }

  /// Writes the end of an answer. One that the socket does not take at once keeps its connection
  /// for as long as the client goes on taking it.
  private func writeEnd(
    _ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?
  ) {
    unansweredCount -= 1
    guard !context.channel.isWritable else {
      answerHasLeft(context)
      return context.write(data, promise: promise)
    }
    let promise = promise ?? context.eventLoop.makePromise()
    isAnswerLeaving = true
    promise.futureResult.assumeIsolated().whenComplete { [self] _ in
      isAnswerLeaving = false
      answerHasLeft(context)
      guard closing.isDue else { return }
      context.close(promise: closing.promise)
      closing = (false, nil)
    }
    context.write(data, promise: promise)
  }

  private func answerHasLeft(_ context: ChannelHandlerContext) {
    (untakenByteCount, stalledCount) = (0, 0)
    if closesAfterAnswer {
      phase = .closing
      timer?.cancel()
      schedule(in: .milliseconds(Self.lingerMilliseconds), context)
    } else if case .answer = phase, unansweredCount == 0 {
      phase = nextHeaders(context)
    }
  }

  func close(
    context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
  ) {
    guard mode == .all, isAnswerLeaving, !closing.isDue else {
      return context.close(mode: mode, promise: promise)
    }
    closing = (true, promise)
  }

  private func schedule(in time: TimeAmount, _ context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      check(context)
    }
  }

  private func check(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    let now = context.eventLoop.now
    let isWindowOver = now >= windowStart + .seconds(Self.windowSeconds)
    switch phase {
    case .closing: return context.close(promise: nil)
    case .headers(let deadline):
      guard now < deadline else { return context.close(promise: nil) }
      return schedule(in: min(deadline - now, tick), context)
    case .body where isWindowOver:
      let isPaced =
        mayPause
        ? now < lastByte + Self.time(limits.idleSeconds) : byteCount >= leastByteCount
      guard isPaced else { return context.close(promise: nil) }
      byteCount = 0
      windowStart = now
    case .answer where isWindowOver:
      guard isBeingTaken(context) else { return context.close(promise: nil) }
      windowStart = now
    case .body, .answer: break
    }
    schedule(in: tick, context)
  }

  /// How often a connection is looked at: so that no time-out is missed by more than itself.
  private var tick: TimeAmount {
    min(
      .seconds(Self.windowSeconds), Self.time(limits.headerSeconds), Self.time(limits.idleSeconds))
  }

  /// Bytes that a client sends or takes in a window at least.
  private var leastByteCount: Int { limits.bytesPerSecond * Int(Self.windowSeconds) }

  /// Whether the client takes what was written, or nothing was.
  private func isBeingTaken(_ context: ChannelHandlerContext) -> Bool {
    let options = context.channel.syncOptions
    let untaken = (try? options?.getOption(.bufferedWritableBytes)) ?? 0
    let hasStalled = untaken > 0 && untaken > untakenByteCount - max(leastByteCount, 1)
    // What was added meanwhile hides what was taken: three windows in a row do not lie.
    stalledCount = hasStalled ? stalledCount + 1 : 0
    untakenByteCount = untaken
    return stalledCount < Self.stalledCountMax
  }

  private static func isStream(_ type: String?) -> Bool {
    guard let type, type != Answer.jsonType else { return false }
    return type.lowercased().contains("ndjson")
  }

  private func nextHeaders(_ context: ChannelHandlerContext) -> Phase {
    .headers(deadline: context.eventLoop.now + Self.time(limits.idleSeconds))
  }

  private static func time(_ seconds: Double) -> TimeAmount {
    .nanoseconds(Int64(seconds * 1_000_000_000))
  }
}
