import Foundation
import LedgerTestSupport
import Testing

@testable import LedgerServer

@Suite struct MemoryServiceTests {
  /// Free memory between memory that is in use, which the allocator keeps until it is told.
  @Test func freeMemoryGoesBack() {
    var pieces = (0..<2_000).map { [UInt8](repeating: UInt8($0 & 255), count: 16_384) }
    for place in pieces.indices where place % 8 != 0 { pieces[place] = [] }
    let hasGivenBack = MemoryService.giveBack()
    if Sanitizer.isPresent {
      // The sanitizer's allocator has nothing to trim and says so.
      FileHandle.standardError.write(Data("under a sanitizer no memory is given back\n".utf8))
    } else {
      #expect(hasGivenBack)
    }
    #expect(pieces.reduce(0) { $0 + $1.count } == 250 * 16_384)
  }
}
