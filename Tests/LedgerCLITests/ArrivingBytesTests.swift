import Foundation
import Synchronization
import Testing

@testable import LedgerCLI

/// What a stream gives, piece by piece, and who takes it at another pace.
@Suite struct ArrivingBytesTests {
  /// Hands out pieces in order, then the end, and counts what was asked for.
  private final class Pieces: Sendable {
    private let left: Mutex<[[UInt8]]>
    let asked = Atomic(0)

    init(_ pieces: [[UInt8]]) { left = Mutex(pieces) }

    func next() -> [UInt8] {
      asked.add(1, ordering: .sequentiallyConsistent)
      return left.withLock { $0.isEmpty ? [] : $0.removeFirst() }
    }
  }

  @Test func nothingIsLostOrTurnedRound() {
    for size in [1, 3, 4_096, 700_000, 1 << 20, (1 << 20) + 1] {
      let all = (0..<3_000_000 / max(size, 300)).map { number in
        [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
      }
      let pieces = Pieces(all)
      let arriving = ArrivingBytes { pieces.next() }
      var taken: [UInt8] = []
      while true {
        let more = taken.count % 2 == 0 ? arriving.next() : arriving.next(within: .seconds(60))
        guard let more, !more.isEmpty else { break }
        taken += more
      }
      #expect(taken == all.flatMap(\.self), "\(size)")
      // The end stays the end.
      #expect(arriving.next().isEmpty && arriving.next(within: .seconds(60))?.isEmpty == true)
    }
  }

  @Test func anEmptyStreamEnds() {
    #expect(ArrivingBytes { [] }.next().isEmpty)
    #expect(ArrivingBytes { [] }.next(within: .seconds(60))?.isEmpty == true)
  }

  /// Nothing comes, and nobody says that it is the end.
  @Test func aPauseIsNoEnd() {
    let gate = DispatchSemaphore(value: 0)
    let pieces = Pieces([[1], [2, 3]])
    let arriving = ArrivingBytes {
      gate.wait()
      return pieces.next()
    }
    #expect(arriving.next(within: .milliseconds(1)) == nil)
    gate.signal()
    #expect(arriving.next() == [1])
    #expect(arriving.next(within: .milliseconds(1)) == nil)
    gate.signal()
    gate.signal()
    #expect(arriving.next(within: .seconds(60)) == [2, 3])
    #expect(arriving.next().isEmpty)
  }

  /// Reading ahead stops at a mebibyte and a piece.
  @Test func memoryIsBounded() {
    let pieces = Pieces(Array(repeating: [UInt8](repeating: 7, count: 1 << 18), count: 100))
    let arriving = ArrivingBytes { pieces.next() }
    while pieces.asked.load(ordering: .sequentiallyConsistent) < 4 { sched_yield() }
    Thread.sleep(forTimeInterval: 0.05)
    #expect(pieces.asked.load(ordering: .sequentiallyConsistent) == 4)
    var count = 0
    while true {
      let more = arriving.next()
      #expect(more.count <= 1 << 20)
      if more.isEmpty { break }
      count += more.count
    }
    #expect(count == 100 << 18)
  }
}
