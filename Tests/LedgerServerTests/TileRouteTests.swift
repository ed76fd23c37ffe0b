import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

@testable import LedgerServer

/// The ledger as a tlog-tiles log.
@Suite struct TileRouteTests {
  private func filled(_ count: Int) async throws -> ServerFixture {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let lines = (0..<count).map { Event.access($0) }.joined(separator: "\n")
      let answer = try await peer.post(
        "/v1/records", lines, [.contentType: "application/x-ndjson"])
      #expect(answer.status == 200)
    }
    _ = try await fixture.ledger.checkpoint()
    return fixture
  }

  private static func root(_ leaves: [[UInt8]]) -> SHA256Digest {
    NaiveTree(entries: leaves).hash(0, leaves.count)
  }

  @Test func tilesAndBundlesGiveTheCheckpointsTree() async throws {
    let fixture = try await filled(599)
    try await fixture.serve { peer async throws in
      let note = try await peer.get("/checkpoint")
      #expect(note.headers[.contentType] == "text/plain; charset=utf-8")
      #expect(note.headers[.cacheControl] == "no-cache")
      let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note.bytes).text)
      #expect(checkpoint.size == 600)
      var leaves: [[UInt8]] = []
      for path in ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"] {
        let bundle = try await peer.get("/" + path)
        #expect(bundle.status == 200)
        #expect(bundle.headers[.contentType] == "application/octet-stream")
        let width = path.hasSuffix(".p/88") ? 88 : 256
        leaves += try EntryBundle.decode(bundle.bytes, width: width).map(Array.init)
      }
      #expect(Self.root(leaves) == checkpoint.root)
      for (path, range) in [
        ("tile/0/000", 0..<256), ("tile/0/001", 256..<512), ("tile/0/002.p/88", 512..<600),
        // Of an earlier size.
        ("tile/0/002.p/3", 512..<515), ("tile/0/000.p/255", 0..<255),
      ] {
        let tile = try await peer.get("/" + path)
        #expect(tile.status == 200, "\(path)")
        let cache = try #require(tile.headers[.cacheControl])
        #expect(cache.contains("immutable"))
        let tree = NaiveTree(entries: leaves)
        let expected = range.flatMap { tree.leafHash($0).bytes.copied() }
        #expect(tile.bytes == expected, "\(path)")
      }
      let upper = try await peer.get("/tile/1/000.p/2")
      let roots = [0..<256, 256..<512].flatMap {
        Self.root(Array(leaves[$0])).bytes.copied()
      }
      #expect(upper.bytes == roots)
    }
  }

  @Test(arguments: [
    "/tile/0/003", "/tile/0/002", "/tile/0/002.p/89", "/tile/0/002.p/0", "/tile/0/002.p/256",
    "/tile/0/002.p/088", "/tile/0/2", "/tile/00/000", "/tile/-1/000", "/tile/64/000",
    "/tile/1/001", "/tile/1/000", "/tile/2/000.p/1", "/tile/0/x000/000", "/tile/0/000/",
    "/tile/0//000", "/tile//0/000", "/tile/0/../0/000", "/tile/0/..%2f..%2fledger.json",
    "/tile/%30/000", "/tile/entries/003", "/tile/entries/002.p/89", "/tile/entries/../0/000",
    "/tile/0/x999/x999/x999/x999/x999/x999/999", "/tile/0/x018/x446/x744/x073/x709/x551/615",
    "/tile/0/", "/tile", "/tile/0/000%00", "/checkpoint/", "/tile/entries/000.p/1/2",
    "/tile/data/000", "/ledger.json", "/active", "/..%2fl.vault%2fsigning.key",
  ])
  func pathTricksFindNothing(path: String) async throws {
    let fixture = try await filled(599)
    let answer = try await fixture.serve { try await $0.get(path) }
    // A slash at the end of a whole name is the same name to the router, and harmless.
    if path == "/checkpoint/" { return #expect([200, 404].contains(answer.status)) }
    #expect(answer.status == 404, "\(answer.status) \(answer.bytes.count)")
  }

  @Test func nothingAboveTheCheckpointIsServed() async throws {
    let fixture = try await filled(9)
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/v1/records", Event.access(99)).status == 201)
      #expect(try await peer.get("/tile/entries/000.p/10").status == 200)
      #expect(try await peer.get("/tile/entries/000.p/11").status == 404)
      #expect(try await peer.get("/tile/0/000.p/11").status == 404)
    }
  }
}
