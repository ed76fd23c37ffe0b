import Testing

@testable import LedgerServer

@Suite struct MemoryServiceTests {
  /// Free memory between memory that is in use, which the allocator keeps until it is told.
  @Test func freeMemoryGoesBack() {
    var pieces = (0..<2_000).map { [UInt8](repeating: UInt8($0 & 255), count: 16_384) }
    for place in pieces.indices where place % 8 != 0 { pieces[place] = [] }
    #expect(MemoryService.giveBack())
    #expect(pieces.reduce(0) { $0 + $1.count } == 250 * 16_384)
  }
}
