internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Logging
internal import NIOCore
internal import Provenance

/// The two requests that come by the thousand, a single event and a full tile, answered where they
/// arrive: without a task, a route or a change of threads but the one for the disk.
///
/// Only what succeeds is answered here. Whatever else such a request turns out to be — without a
/// token, damaged, a list, one too many — goes the way of all others, whose answer is the same.
struct DirectRoutes: Sendable {
  let appender: Appender
  let authentication: Authentication
  let tiles: TileRoutes
  let budget: ByteBudget
  let metrics: ServerMetrics
  let logger: Logger
  private let date = HTTPDate()

  /// A larger body is parsed where it holds up no other connection.
  private static let bodyByteCountMax = 64 << 10

  init(
    appender: Appender, authentication: Authentication, tiles: TileRoutes, budget: ByteBudget,
    metrics: ServerMetrics, logger: Logger
  ) {
    self.appender = appender
    self.authentication = authentication
    self.tiles = tiles
    self.budget = budget
    self.metrics = metrics
    self.logger = logger
  }

  /// What a request asks for, as far as its head tells.
  enum Plan: Sendable {
    case event(Caller, byteCount: Int)
    case tile(ByteBuffer)
  }

  struct DirectAnswer: Sendable {
    var head: HTTPResponse
    var body: ByteBuffer
  }

  /// Nil for what is none of these.
  func plan(for head: HTTPRequest) -> Plan? {
    guard let path = head.path, !head.headerFields.contains(.connection),
      !HostMiddleware.hasSeveralHosts(head)
    else { return nil }
    switch head.method {
    case .post where path == OpenLineageRoutes.path: return event(head)
    case .get where path.hasPrefix(TileRoutes.prefix):
      guard let tile = tiles.held(path), tiles.isPublic || mayRead(head) else { return nil }
      return .tile(tile)
    default: return nil
    }
  }

  private func event(_ head: HTTPRequest) -> Plan? {
    let fields = head.headerFields
    guard let length = fields.single(.contentLength).flatMap({ Int($0) }),
      (1...min(Self.bodyByteCountMax, appender.limits.bodyByteCount)).contains(length),
      !fields.contains(.contentEncoding), !fields.contains(.expect),
      OpenLineageRoutes.isJSON(fields.single(.contentType)),
      let caller = try? authentication.caller(of: head), caller.roles.contains(.appender)
    else { return nil }
    return .event(caller, byteCount: length)
  }

  private func mayRead(_ head: HTTPRequest) -> Bool {
    guard let caller = try? authentication.caller(of: head) else { return false }
    return !caller.roles.isDisjoint(with: TileRoutes.readers)
  }

  /// The answer to a request for a tile.
  func answer(tile: ByteBuffer) -> DirectAnswer {
    metrics.begin()
    metrics.end(status: 200)
    return answer(
      tile, type: Answer.binaryType, status: .ok, [.cacheControl: TileRoutes.cacheControl])
  }

  /// Appends an event.
  ///
  /// - Parameter then: gets the receipt once the event is durable, on a thread of the ledger's; nil
  ///   if the request has to go the other way. It must return soon.
  func append(
    _ bytes: [UInt8], by caller: Caller, _ then: @escaping @Sendable (Receipt?) -> Void
  ) {
    guard (try? appender.requireRoom()) != nil, !OpenLineageRoutes.isArray(bytes),
      let draft = try? OpenLineageEvent(parsing: bytes).draft(source: caller.source)
    else { return then(nil) }
    metrics.begin()
    appender.append(draft) { receipt in
      if let receipt { metrics.end(status: Self.status(of: receipt).code) } else { metrics.leave() }
      then(receipt)
    }
  }

  /// The answer to a request whose event is durable.
  func answer(receipt: Receipt) -> DirectAnswer {
    var writer = JSONWriter()
    receipt.write(to: &writer)
    return answer(
      ByteBuffer(bytes: writer.bytes), type: Answer.jsonType, status: Self.status(of: receipt),
      appender.fields(of: receipt))
  }

  private static func status(of receipt: Receipt) -> HTTPResponse.Status {
    receipt.isDuplicate ? .ok : .created
  }

  private func answer(
    _ body: ByteBuffer, type: String, status: HTTPResponse.Status, _ headers: HTTPFields
  ) -> DirectAnswer {
    var fields = Answer.fields(headers, type: type)
    fields.append(HTTPField(name: .contentLength, value: String(body.readableBytes)))
    fields.append(HTTPField(name: .date, value: date.text(at: authentication.now())))
    fields.append(HTTPField(name: .server, value: LedgerService.serverName))
    logger.debug("answered directly", metadata: ["status": "\(status.code)"])
    return DirectAnswer(head: HTTPResponse(status: status, headerFields: fields), body: body)
  }
}
