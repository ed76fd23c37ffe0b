import NIOCore
import NIOPosix
import Synchronization

/// A connection over which a test writes bytes as it likes, and sees what comes back and when the
/// other side closes.
final class RawClient: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let received = Mutex<[UInt8]>([])
  private let channelBox = Mutex<(any Channel)?>(nil)

  static func connect(port: Int) async throws -> RawClient {
    let client = RawClient()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(client)
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    client.channelBox.withLock { $0 = channel }
    return client
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    received.withLock { $0.append(contentsOf: buffer.readableBytesView) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  var text: String { received.withLock { String(decoding: $0, as: UTF8.self) } }

  func send(_ text: String) async throws {
    let channel = channelBox.withLock { $0 }
    try await channel?.writeAndFlush(ByteBuffer(string: text))
  }

  /// Says that nothing more is sent, and goes on listening.
  func closeOutput() async {
    let channel = channelBox.withLock { $0 }
    try? await channel?.close(mode: .output)
  }

  func close() async {
    let channel = channelBox.withLock { $0 }
    try? await channel?.close()
  }

  /// Whether the other side closes before `seconds` are over.
  func isClosed(within seconds: Double) async -> Bool {
    let channel = channelBox.withLock { $0 }
    for _ in 0..<Int(seconds * 100) {
      if channel?.isActive != true { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  /// Whether `text` arrives before `seconds` are over.
  func hasReceived(_ text: String, within seconds: Double) async -> Bool {
    for _ in 0..<Int(seconds * 100) {
      if self.text.contains(text) { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
