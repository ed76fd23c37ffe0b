import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Testing

/// Damage at rest in a tree file where no note covers it yet: nobody has looked there, so a
/// checkpoint that comes to cover it has to.
@Suite struct TreeRevisionTests {
  private func verify(_ fixture: EngineFixture) -> VerificationReport {
    var options = VerificationOptions()
    options.workerCount = 1
    return LedgerVerification.verify(DiskEvidence(fixture.disk), options: options)
  }

  private func damage(_ path: String, _ fixture: EngineFixture, hash: Int) throws {
    var bytes = try #require(fixture.disk.contents(path))
    bytes[hash * 32 + 5] ^= 0x10
    fixture.disk.setContents(path, bytes)
  }

  @Test(arguments: [(300, 250), (300, 299), (600, 301), (600, 257)])
  func theNextNoteSetsItRight(count: Int, hash: Int) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 20
    _ = try await fixture.create()
    var ledger = try fixture.open()
    try await EngineFixture.append(0..<200, to: ledger)
    _ = try await ledger.checkpoint()
    try await EngineFixture.append(200..<count, to: ledger)
    try await ledger.close()
    let sound = try #require(fixture.disk.contents("/l/tree/0"))
    try damage("/l/tree/0", fixture, hash: hash)
    try damage("/l/tree/1", fixture, hash: 0)
    let before = verify(fixture)
    #expect(before.status == .valid)
    #expect(before.remarks.contains { $0.code == .treeFileAhead })

    ledger = try fixture.open()
    try await EngineFixture.append(count..<count + 1, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    #expect(fixture.disk.contents("/l/tree/0")?.starts(with: sound) == true)
    let after = verify(fixture)
    #expect(after.status == .valid, "\(after.lines)")
    #expect(after.remarks.allSatisfy { $0.code != .treeFileAhead })
    let reader = try fixture.reader()
    for index in [0, 150, 255, 256, UInt64(count)] { _ = try reader.inclusionProof(at: index) }
  }

  /// What was set right has to last: the power fails right after the note was given out.
  @Test func whatWasSetRightIsDurable() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 20
    _ = try await fixture.create()
    var ledger = try fixture.open()
    try await EngineFixture.append(0..<5, to: ledger)
    _ = try await ledger.checkpoint()
    try await EngineFixture.append(5..<20, to: ledger)
    try await ledger.close()
    try damage("/l/tree/0", fixture, hash: 12)
    ledger = try fixture.open()
    _ = try await ledger.checkpoint()
    var after = fixture
    after.disk = fixture.disk.crashed(seed: 1, survival: .onlySynchronized)
    let report = verify(after)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.remarks.allSatisfy { $0.code != .treeFileAhead })
    try await ledger.close()
  }
}
