internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import MerkleLog

/// The ledger as a C2SP tlog-tiles log.
struct TileRoutes: Sendable {
  let ledger: Ledger
  let isPublic: Bool

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/checkpoint", method: .get) { request, context in
      try await checkpoint(context)
    }
    router.on("/tile/**", method: .get) { request, context in
      try await tile(request, context)
    }
  }

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
    let reader = ledger.reader()
    if let coordinate = EntryBundleCoordinate(path: path) {
      let size = try reader.checkpointSize()
      guard let bundle = try reader.entryBundle(coordinate, size: size) else {
        throw Self.notThere
      }
      return Self.answer(bundle)
    }
    guard let coordinate = TileCoordinate(path: path) else { throw Self.notThere }
    let size = try reader.checkpointSize()
    guard let tile = try reader.tile(coordinate, size: size) else { throw Self.notThere }
    return Self.answer(tile)
  }

  /// A tile never changes, also a partial one: another width is another resource.
  private static func answer(_ bytes: [UInt8]) -> Response {
    Answer.bytes(
      bytes, type: Answer.binaryType,
      headers: [.cacheControl: "public, max-age=31536000, immutable"])
  }

  private static var notThere: ServerError {
    ServerError(.notFound, "notFound", "the log has no such tile")
  }
}
