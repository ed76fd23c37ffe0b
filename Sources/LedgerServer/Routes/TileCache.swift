internal import NIOCore
internal import Synchronization

/// Full tiles and entry bundles, by their path. They never change, so that what was read once is
/// sent again as it is.
///
/// Bounded by bytes. Which ones go when it is full is left to chance: a client that walks through a
/// log asks for each once, and no order of use would tell which one comes next.
final class TileCache: Sendable {
  private struct State {
    var tiles: [String: ByteBuffer] = [:]
    var byteCount = 0
  }

  private let state = Mutex(State())
  private let byteCountMax: Int

  /// - Parameter byteCountMax: of the tiles together, their paths not counted.
  init(byteCountMax: Int = 32 << 20) { self.byteCountMax = byteCountMax }

  subscript(path: String) -> ByteBuffer? { state.withLock { $0.tiles[path] } }

  /// Bytes held.
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Keeps `tile`, which is the whole tile or bundle at `path`.
  func keep(_ tile: ByteBuffer, at path: String) {
    guard tile.readableBytes <= byteCountMax else { return }
    state.withLock { state in
      guard state.tiles[path] == nil else { return }
      while state.byteCount + tile.readableBytes > byteCountMax {
        let (_, removed) = state.tiles.remove(at: state.tiles.startIndex)
        state.byteCount -= removed.readableBytes
      }
      state.tiles[path] = tile
      state.byteCount += tile.readableBytes
    }
  }
}
