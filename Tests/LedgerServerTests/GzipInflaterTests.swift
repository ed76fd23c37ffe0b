import Testing

@testable import LedgerServer

@Suite struct GzipInflaterTests {
  private func inflate(
    _ bytes: [UInt8], limit: Int = 1 << 20, step: Int = .max
  ) throws -> [UInt8] {
    let inflater = try GzipInflater(limit: limit)
    var output: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, step == .max ? bytes.count : start + step)
      try inflater.take(Array(bytes[start..<end]), into: &output)
      start = end
    }
    try inflater.finish()
    return output
  }

  @Test(arguments: [1, 2, 7, Int.max]) func whateverThePieces(step: Int) throws {
    #expect(try inflate(Packed.event, step: step) == Array(Event.start.utf8))
    #expect(try inflate(Packed.members, step: step) == Array("hello world".utf8))
    let zeros = try inflate(Packed.zeros, step: step)
    #expect(zeros.count == 1 << 20 && zeros.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0, 1, 65_535, 65_536, (1 << 20) - 1]) func theLimitHolds(limit: Int) {
    #expect(throws: GzipInflater.Failure.overLimit(limit)) {
      try inflate(Packed.zeros, limit: limit)
    }
  }

  @Test func everyTruncationIsSeen() {
    for count in 0..<Packed.event.count {
      #expect(throws: GzipInflater.Failure.truncated, "\(count)") {
        try inflate(Array(Packed.event.prefix(count)))
      }
    }
  }

  @Test func whatFollowsIsNoMember() {
    #expect(throws: GzipInflater.Failure.malformed) { try inflate(Packed.event + [1, 2, 3]) }
    #expect(throws: GzipInflater.Failure.malformed) { try inflate(Array("plain".utf8)) }
    // The zlib wrapper is another coding.
    #expect(throws: GzipInflater.Failure.malformed) { try inflate([0x78, 0x9C, 0x03, 0, 0]) }
  }

  @Test func everyFlippedBitOfTheContentIsSeen() {
    // The first ten bytes are the header, of which some say nothing that matters.
    for byte in 10..<Packed.event.count {
      var damaged = Packed.event
      damaged[byte] ^= 1
      let output = try? inflate(damaged)
      #expect(output != Array(Event.start.utf8), "byte \(byte)")
      #expect(output == nil, "byte \(byte)")
    }
  }
}
