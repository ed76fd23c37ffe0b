internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import MerkleLog
internal import NIOCore

/// The ledger as a C2SP tlog-tiles log.
struct TileRoutes: Sendable {
  let ledger: Ledger
  let isPublic: Bool
  private let cache = TileCache()
  /// Of its own, so that no tile waits for a closure.
  private let workbench = Workbench(threadCount: 1)

  init(ledger: Ledger, isPublic: Bool) {
    self.ledger = ledger
    self.isPublic = isPublic
  }

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/checkpoint", method: .get) { request, context in
      try await checkpoint(context)
    }
    router.on("/tile/**", method: .get) { request, context in
      try await tile(request, context)
    }
  }

  /// What every tile's path begins with.
  static let prefix = "/tile/"
  /// Who reads tiles that are not public.
  static let readers: Set<Role> = [.auditor, .legal, .operator]
  /// A tile never changes, also a partial one: another width is another resource.
  static let cacheControl = "public, max-age=31536000, immutable"

  /// The full tile at a path that begins with `prefix`, if it was read before.
  func held(_ path: String) -> ByteBuffer? { cache[String(path.dropFirst())] }

  private func requireReader(_ context: ServerContext) throws(ServerError) {
    if !isPublic { _ = try context.require(.auditor, .legal, .operator) }
  }

  private func checkpoint(_ context: ServerContext) async throws -> Response {
    try requireReader(context)
    guard let note = ledger.reader().checkpoint else {
      throw ServerError(.notFound, "noCheckpoint", "there is no checkpoint yet")
    }
    return Answer.bytes(note, type: Answer.textType, headers: [.cacheControl: "no-cache"])
  }

  private func tile(_ request: Request, _ context: ServerContext) async throws -> Response {
    try requireReader(context)
    // The path exactly as it was sent: a second spelling of a tile is no tile.
    let path = String(request.head.path?.prefix { $0 != "?" }.dropFirst() ?? "")
    if let tile = cache[path] { return Self.answer(tile) }
    let reader = ledger.reader()
    return try await workbench.run {
      let (tile, width) = try Self.read(path, reader)
      let buffer = ByteBuffer(bytes: tile)
      if width == Tiles.width { cache.keep(buffer, at: path) }
      return Self.answer(buffer)
    }
  }

  /// The tile or bundle at `path`, and how many hashes or entries it has.
  private static func read(
    _ path: String, _ reader: LedgerReader
  ) throws -> (bytes: [UInt8], width: Int) {
    let size = try reader.checkpointSize()
    if let coordinate = EntryBundleCoordinate(path: path) {
      guard let bundle = try reader.entryBundle(coordinate, size: size) else { throw notThere }
      return (bundle, coordinate.width)
    }
    guard let coordinate = TileCoordinate(path: path),
      let tile = try reader.tile(coordinate, size: size)
    else { throw notThere }
    return (tile, coordinate.width)
  }

  private static func answer(_ tile: ByteBuffer) -> Response {
    Answer.buffer(tile, type: Answer.binaryType, headers: [.cacheControl: cacheControl])
  }

  private static var notThere: ServerError {
    ServerError(.notFound, "notFound", "the log has no such tile")
  }
}
