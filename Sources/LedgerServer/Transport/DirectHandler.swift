internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes
internal import Provenance

/// Takes requests that `DirectRoutes` answers out of the pipeline, answers them, and keeps the
/// order of a connection: what comes behind one waits until it is answered.
final class DirectHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum State {
    /// Requests go by.
    case passing
    /// A request's body is coming.
    case collecting(HTTPRequest, DirectRoutes.Plan, ByteBuffer, ByteBudget.Share)
    /// A request is being answered.
    case answering
  }

  /// What came while a request was being answered.
  private enum Held {
    case part(HTTPRequestPart)
    case event(ChannelEvent)
    case error(any Error)
  }

  private let routes: DirectRoutes
  private var state = State.passing
  /// Requests that went by and are not answered yet.
  private var passedCount = 0
  private var held: [Held] = []
  /// Somebody asked for more bytes meanwhile.
  private var isReadDue = false
  /// Somebody asked to close meanwhile.
  private var close: (isDue: Bool, promise: EventLoopPromise<Void>?) = (false, nil)

  init(_ routes: DirectRoutes) { self.routes = routes }

  private var isAnswering: Bool {
    if case .answering = state { true } else { false }
  }

  // MARK: - What comes

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(unwrapInboundIn(data), context)
  }

  private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.answering, _): held.append(.part(part))
    case (.passing, .head(let head)):
      if passedCount == 0, let plan = routes.plan(for: head) {
        state = .collecting(head, plan, ByteBuffer(), routes.budget.share())
      } else {
        passedCount += 1
        context.fireChannelRead(wrapInboundOut(part))
      }
    case (.passing, _): context.fireChannelRead(wrapInboundOut(part))
    case (.collecting(let head, let plan, var body, let share), .body(var bytes)):
      // Not held twice while it grows.
      state = .passing
      let isThereRoom = share.take(bytes.readableBytes)
      body.writeBuffer(&bytes)
      guard isThereRoom else { return pass(head, body, isComplete: false, context) }
      state = .collecting(head, plan, body, share)
    case (.collecting(let head, let plan, let body, _), .end):
      answer(head, plan, body, context)
    case (.collecting(let head, _, let body, _), .head):
      // No decoder does this.
      pass(head, body, isComplete: true, context)
      take(part, context)
    }
  }

  private func answer(
    _ head: HTTPRequest, _ plan: DirectRoutes.Plan, _ body: ByteBuffer,
    _ context: ChannelHandlerContext
  ) {
    switch plan {
    case .tile(let tile): write(routes.answer(tile: tile), context)
    case .event(let caller, let byteCount):
      guard body.readableBytes == byteCount else {
        return pass(head, body, isComplete: true, context)
      }
      state = .answering
      let loop = context.eventLoop
      let box = NIOLoopBound((self, context), eventLoop: loop)
      routes.append(Array(body.readableBytesView), by: caller) { receipt in
        loop.execute {
          let (handler, context) = box.value
          handler.finish(receipt, head, body, context)
        }
      }
    }
  }

  /// The event is durable, or it goes the other way.
  private func finish(
    _ receipt: Receipt?, _ head: HTTPRequest, _ body: ByteBuffer,
    _ context: ChannelHandlerContext
  ) {
    // The client may have gone; its event is recorded all the same.
    guard isAnswering, context.channel.isActive else { return }
    if let receipt {
      write(routes.answer(receipt: receipt), context)
    } else {
      pass(head, body, isComplete: true, context)
    }
    release(context)
  }

  private func write(_ answer: DirectRoutes.DirectAnswer, _ context: ChannelHandlerContext) {
    state = .passing
    context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
    context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Sends a request the way of all others.
  private func pass(
    _ head: HTTPRequest, _ body: ByteBuffer, isComplete: Bool, _ context: ChannelHandlerContext
  ) {
    state = .passing
    passedCount += 1
    context.fireChannelRead(wrapInboundOut(.head(head)))
    if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
    guard isComplete else { return }
    context.fireChannelRead(wrapInboundOut(.end(nil)))
    context.fireChannelReadComplete()
  }

  /// Goes on with what came meanwhile, up to the next request that is answered here.
  private func release(_ context: ChannelHandlerContext) {
    if close.isDue {
      let promise = close.promise
      close = (false, nil)
      return context.close(promise: promise)
    }
    let waiting = held
    held.removeAll()
    for item in waiting {
      switch item {
      case _ where isAnswering: held.append(item)
      case .part(let part): take(part, context)
      case .event(let event): context.fireUserInboundEventTriggered(event)
      case .error(let error): context.fireErrorCaught(error)
      }
    }
    if !waiting.isEmpty { context.fireChannelReadComplete() }
    if isReadDue, held.isEmpty {
      isReadDue = false
      context.read()
    }
  }

  // MARK: - What else passes

  /// Of what comes behind a request that is being answered no more is read than came with it.
  func read(context: ChannelHandlerContext) {
    if held.isEmpty { context.read() } else { isReadDue = true }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { passedCount -= 1 }
    context.write(data, promise: promise)
  }

  /// Half a close by the client is behind its requests, and so is an error of the decoder.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isAnswering, let event = event as? ChannelEvent { return held.append(.event(event)) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isAnswering { return held.append(.error(error)) }
    context.fireErrorCaught(error)
  }

  /// A shutdown closes connections that seem idle: what is being answered here is answered first.
  func close(
    context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
  ) {
    guard mode == .all, isAnswering, !close.isDue else {
      return context.close(mode: mode, promise: promise)
    }
    close = (true, promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    state = .passing
    held.removeAll()
    close.promise?.succeed()
    close = (false, nil)
    context.fireChannelInactive()
  }
}
