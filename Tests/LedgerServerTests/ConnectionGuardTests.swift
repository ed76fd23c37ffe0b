import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import LedgerServer

/// Which connections are closed, and when, by a clock that the test moves.
@Suite struct ConnectionGuardTests {
  /// Makes bytes of answers, as a server's coder does, so that they can be counted.
  private final class BytesOnly: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = ByteBuffer

    func write(
      context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
      guard case .body(let bytes) = unwrapOutboundIn(data) else {
        return context.write(wrapOutboundOut(ByteBuffer()), promise: promise)
      }
      context.write(wrapOutboundOut(bytes), promise: promise)
    }
  }

  private final class Connection {
    let channel = EmbeddedChannel()
    let loop: EmbeddedEventLoop

    init(_ limits: ServerLimits = Connection.limits) throws {
      loop = channel.embeddedEventLoop
      try channel.pipeline.syncOperations.addHandlers([BytesOnly(), ConnectionGuard(limits)])
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    static var limits: ServerLimits {
      var limits = ServerLimits()
      limits.headerSeconds = 10
      limits.idleSeconds = 60
      limits.bytesPerSecond = 64
      return limits
    }

    func pass(_ seconds: Int64) { loop.advanceTime(by: .seconds(seconds)) }

    func head(type: String = "application/json") throws {
      var head = HTTPRequest(method: .post, scheme: nil, authority: "l", path: "/")
      head.headerFields[.contentType] = type
      try channel.writeInbound(HTTPRequestPart.head(head))
    }

    func body(_ count: Int) throws {
      let bytes = ByteBuffer(repeating: 0x20, count: count)
      try channel.writeInbound(HTTPRequestPart.body(bytes))
    }

    func end() throws { try channel.writeInbound(HTTPRequestPart.end(nil)) }

    /// Writes an answer; the client takes none of it before the channel is flushed.
    func answer(_ count: Int, fields: HTTPFields = [:]) {
      let head = HTTPResponse(status: .ok, headerFields: fields)
      channel.write(HTTPResponsePart.head(head), promise: nil)
      channel.write(
        HTTPResponsePart.body(ByteBuffer(repeating: 0x20, count: count)), promise: nil)
      channel.write(HTTPResponsePart.end(nil), promise: nil)
    }
  }

  @Test func headersHaveTheirTime() throws {
    let silent = try Connection()
    silent.pass(9)
    #expect(silent.channel.isActive)
    silent.pass(1)
    #expect(!silent.channel.isActive)
  }

  /// However long the headers may take.
  @Test func anIdleConnectionIsClosedInItsTime() throws {
    var limits = Connection.limits
    limits.headerSeconds = 3_600
    let connection = try Connection(limits)
    try connection.head()
    try connection.end()
    connection.answer(10)
    connection.channel.flush()
    connection.pass(75)
    #expect(!connection.channel.isActive)
  }

  @Test func betweenRequestsAConnectionMayRest() throws {
    let connection = try Connection()
    for _ in 0..<3 {
      try connection.head()
      try connection.end()
      connection.answer(10)
      connection.channel.flush()
      connection.pass(59)
      #expect(connection.channel.isActive)
    }
    connection.pass(1)
    #expect(!connection.channel.isActive)
  }

  @Test func aBodyKeepsAPace() throws {
    let slow = try Connection()
    try slow.head()
    for _ in 0..<10 {
      try slow.body(63)
      slow.pass(1)
    }
    #expect(!slow.channel.isActive)
    let steady = try Connection()
    try steady.head()
    for _ in 0..<100 {
      try steady.body(64)
      steady.pass(1)
    }
    #expect(steady.channel.isActive)
  }

  /// The producer of a stream may have nothing to say for a while, but not for ever.
  @Test func aStreamMayPause() throws {
    let stream = try Connection()
    try stream.head(type: "Application/X-NDJSON; charset=utf-8")
    for _ in 0..<3 {
      stream.pass(55)
      #expect(stream.channel.isActive)
      try stream.body(1)
    }
    stream.pass(70)
    #expect(!stream.channel.isActive)
  }

  @Test func anAnswerMayTakeLongToMake() throws {
    let connection = try Connection()
    try connection.head()
    try connection.end()
    connection.pass(10_000)
    #expect(connection.channel.isActive)
  }

  /// A second request that came behind the first is not silence.
  @Test func pipelinedAnswersMayTakeLongToMake() throws {
    let connection = try Connection()
    for _ in 0..<2 {
      try connection.head()
      try connection.end()
    }
    connection.answer(1)
    connection.channel.flush()
    connection.pass(10_000)
    #expect(connection.channel.isActive)
    connection.answer(1)
    connection.channel.flush()
    connection.pass(70)
    #expect(!connection.channel.isActive)
  }

  @Test func whoTakesNothingOfItsAnswerIsLetGo() throws {
    let connection = try Connection()
    try connection.head()
    try connection.end()
    connection.channel.isWritable = false
    connection.answer(1 << 20)
    connection.pass(25)
    #expect(connection.channel.isActive)
    connection.pass(30)
    #expect(!connection.channel.isActive)
  }

  /// However long it takes altogether.
  @Test func whoGoesOnTakingItsAnswerIsNot() throws {
    let connection = try Connection()
    try connection.head()
    try connection.end()
    for _ in 0..<20 {
      // Two windows in which nothing is taken, and then all of it is.
      connection.channel.isWritable = false
      connection.answer(1 << 20)
      connection.pass(20)
      #expect(connection.channel.isActive)
      connection.channel.flush()
      connection.channel.isWritable = true
      try connection.head()
      try connection.end()
    }
  }

  /// As at a shutdown, when connections are closed behind their last answer.
  @Test func whoClosesClosesBehindTheAnswer() throws {
    let connection = try Connection()
    try connection.head()
    try connection.end()
    connection.channel.isWritable = false
    connection.answer(1 << 20)
    connection.channel.close(promise: nil)
    #expect(connection.channel.isActive)
    connection.channel.flush()
    #expect(!connection.channel.isActive)
    let idle = try Connection()
    idle.channel.close(promise: nil)
    #expect(!idle.channel.isActive)
  }

  @Test func anAnswerThatSaysSoEndsTheConnection() throws {
    let connection = try Connection()
    try connection.head()
    connection.answer(1, fields: [.connection: "close"])
    connection.channel.flush()
    // What still comes is not passed on.
    try connection.body(1 << 20)
    #expect(connection.channel.isActive)
    connection.pass(1)
    #expect(!connection.channel.isActive)
  }
}
