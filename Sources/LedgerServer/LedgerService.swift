internal import HTTPTypes
public import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import LedgerFormat
public import Ledgerstone
public import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle

/// A ledger over HTTP. The ledger is the caller's: it opens it before and closes it afterwards.
public struct LedgerService: Sendable {
  public let ledger: Ledger
  public let configuration: ServerConfiguration
  /// Nil where only this machine is served.
  public let tokens: TokenBook?
  public let logger: Logger
  let metrics = ServerMetrics()
  let budget: ByteBudget
  let signal = CheckpointSignal()

  /// - Throws: `ConfigurationError` if the configuration asks for tokens and none are given, or
  ///   does not go together.
  public init(
    ledger: Ledger, configuration: ServerConfiguration, tokens: TokenBook?, logger: Logger
  ) throws(ConfigurationError) {
    try configuration.validate()
    guard tokens != nil || configuration.isLoopback else {
      throw ConfigurationError("without tokens only this machine is served")
    }
    self.ledger = ledger
    self.configuration = configuration
    self.tokens = tokens
    self.logger = logger
    budget = ByteBudget(byteCountMax: configuration.limits.bufferedByteCount)
  }

  /// The server, ready to run.
  ///
  /// - Parameter onRunning: called with the port once connections are accepted.
  /// - Throws: what is wrong with the certificate or its key.
  public func application(
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
  ) throws -> some ApplicationProtocol {
    let limits = configuration.limits
    let configuration = ApplicationConfiguration(
      address: .hostname(self.configuration.host, port: self.configuration.port),
      serverName: Self.serverName, backlog: 1_024,
      availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionCount))
    let parts = Parts(self)
    var application = Application(
      responder: PrefixTolerance(base: router(parts).buildResponder()), server: try server(parts),
      configuration: configuration,
      onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
      logger: logger)
    application.addServices(
      CheckpointService(
        ledger: ledger, checkpointSeconds: self.configuration.checkpointSeconds,
        indexSeconds: self.configuration.indexSeconds,
        signal: self.configuration.takesEntries ? signal : nil, logger: logger),
      MemoryService())
    return application
  }

  /// What routes share with the way around them.
  private struct Parts {
    let appender: Appender
    let authentication: Authentication
    let tiles: TileRoutes

    init(_ service: LedgerService) {
      appender = Appender(
        ledger: service.ledger, limits: service.configuration.limits, metrics: service.metrics)
      authentication = Authentication(tokens: service.tokens) { SystemClock().now() }
      tiles = TileRoutes(
        ledger: service.ledger, isPublic: service.configuration.isEvidencePublic)
    }
  }

  static let serverName = "ledgerstoned"

  private func server(_ parts: Parts) throws -> HTTPServerBuilder {
    let limits = configuration.limits
    let direct = DirectRoutes(
      appender: parts.appender, authentication: parts.authentication, tiles: parts.tiles,
      budget: budget, metrics: metrics, logger: logger)
    let connections = HTTP1Channel.Configuration(
      // It also closes connections that are idle, since it knows which are not.
      additionalChannelHandlers: [ConnectionGuard(limits), DirectHandler(direct)],
      httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 100))
    let http = HTTPServerBuilder.http1(configuration: connections)
    guard let files = configuration.tls else { return http }
    let chain = try NIOSSLCertificate.fromPEMFile(files.certificateChainPath)
    let key = try NIOSSLPrivateKey(file: files.privateKeyPath, format: .pem)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = ["http/1.1"]
    return try .tls(http, tlsConfiguration: tls)
  }

  /// What is served, for the test that holds the description to it.
  func routes() -> [(method: HTTPRequest.Method, path: String)] {
    plainRouter(Parts(self)).routes.map { ($0.method, $0.path.description) }
  }

  private func router(_ parts: Parts) -> Router<ServerContext> {
    let router = plainRouter(parts)
    Self.refuseOtherMethods(router)
    return router
  }

  private func plainRouter(_ parts: Parts) -> Router<ServerContext> {
    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    let receiver = BodyReceiver(
      byteCountMax: configuration.limits.bodyByteCount, budget: budget)
    let appender = parts.appender
    router.add(middleware: RequestCounting(metrics: metrics))
    router.add(middleware: ErrorMiddleware())
    router.add(middleware: HostMiddleware())
    HealthRoutes(
      ledger: ledger, limits: configuration.limits,
      description: configuration.takesEntries
        ? OpenAPIDocument.textWithAdding : OpenAPIDocument.text
    ).add(to: router)
    let group = router.group().add(middleware: parts.authentication)
    OpenLineageRoutes(appender: appender, receiver: receiver).add(to: group)
    if configuration.takesEntries {
      AddRoutes(appender: appender, receiver: receiver, signal: signal).add(to: group)
    }
    let isPublic = configuration.isEvidencePublic
    parts.tiles.add(to: group)
    let journal = AccessJournal(ledger)
    let workbench = Workbench()
    RecordRoutes(appender: appender, receiver: receiver, journal: journal).add(to: group)
    ProofRoutes(ledger: ledger, receiver: receiver, workbench: workbench, isPublic: isPublic)
      .add(to: group)
    QueryRoutes(ledger: ledger, workbench: workbench).add(to: group)
    ClosureRoutes(ledger: ledger, workbench: workbench).add(to: group)
    OperationRoutes(
      ledger: ledger, receiver: receiver, workbench: workbench, journal: journal,
      backupFolder: configuration.backupFolder
    ).add(to: group)
    DeletionRoutes(appender: appender, receiver: receiver).add(to: group)
    ErasureRoutes(ledger: ledger, receiver: receiver).add(to: group)
    CertificateRoutes(
      ledger: ledger, receiver: receiver, workbench: workbench, journal: journal
    ).add(to: group)
    JobGraphRoutes(ledger: ledger, workbench: workbench).add(to: group)
    EventRoutes(ledger: ledger, workbench: workbench, journal: journal).add(to: group)
    MetricsRoutes(ledger: ledger, metrics: metrics, budget: budget, workbench: workbench)
      .add(to: group)
    return router
  }

  /// A path that is known by another method is answered so.
  private static func refuseOtherMethods(_ router: Router<ServerContext>) {
    var known: [String: Set<HTTPRequest.Method>] = [:]
    for route in router.routes {
      known[route.path.description, default: []].insert(route.method)
    }
    for (path, methods) in known {
      let allowed = methods.union(methods.contains(.get) ? [.head] : [])
      let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
      for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options, .trace]
      where !allowed.contains(method) {
        router.on(RouterPath(path), method: method) { _, _ -> Response in
          throw ServerError(
            .methodNotAllowed, "wrongMethod", "this is answered to \(names)",
            headers: [.allow: names])
        }
      }
    }
  }
}
