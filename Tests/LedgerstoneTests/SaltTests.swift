import LedgerTestSupport
import Ledgerstone
import Testing

/// A salt that two bodies shared would let the second one's opening test guesses of the first after
/// that was erased.
@Suite struct SaltTests {
  @Test func noTwoBodiesShareOne() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    try batch.append(
      EngineFixture.content(0), bodies: [.init(contentType: "text/plain", bytes: [1])])
    // A copy made in the middle of what was drawn.
    var copy = batch
    copy.removeAll()
    var other = ledger.makeBatch()
    for number in 1..<300 {
      let body = RecordBatch.Body(contentType: "text/plain", bytes: [1])
      try batch.append(EngineFixture.content(number), bodies: [body])
      try copy.append(EngineFixture.content(number), bodies: [body])
      try other.append(EngineFixture.content(number), bodies: [body])
    }
    _ = try await ledger.append(batch)
    _ = try await ledger.append(copy)
    _ = try await ledger.append(other)
    try await ledger.close()
    let reader = try fixture.reader()
    let salts = try (1..<reader.size).map { try reader.opening(record: $0, body: 0).salt }
    #expect(salts.count == 898)
    #expect(Set(salts).count == salts.count)
  }
}
