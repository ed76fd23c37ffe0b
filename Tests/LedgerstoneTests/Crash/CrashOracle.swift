import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

/// What has to hold of a disk after a crash, whatever is left of it.
enum CrashOracle {
  /// Requires that everything acknowledged is there, nothing is half there, no note is
  /// contradicted, the independent verifier finds nothing wrong, and that the ledger goes on.
  ///
  /// - Parameter crashed: what the client knew when it was cut off.
  static func check(
    _ fixture: EngineFixture, _ crashed: WrittenLedger, verifiesFirst: Bool = true
  ) async throws {
    var written = crashed
    fixture.disk.watch("/l/checkpoint")
    if verifiesFirst {
      // An auditor may come before the writer: what a crash leaves is no manipulation.
      let report = verify(fixture.disk, written)
      try #require(report.status != .notValid, "\(report.findings)")
    }
    var ledger = try await reopen(fixture)
    let reader = try fixture.reader()
    try written.check(reader)
    if let vkey = written.vkey { try #require(reader.identity.verifierKeys == [vkey]) }
    if let key = written.rotatedKey { try #require(reader.verifierKey == key) }
    if let published = reader.checkpoint { try written.note(published) }
    try written.checkBackup(fixture.disk, of: reader)
    try written.finishBackup(fixture.disk, of: reader)
    try await written.finishErasure(ledger)
    try await written.sendAgain(to: ledger)
    try await written.send(2, to: ledger)
    try await written.checkpoint(ledger)
    try written.note(try await ledger.index())
    try written.checkIndex(fixture.reader())
    try await ledger.close()
    try written.noteAll(fixture.disk.contentsSeen(at: "/l/checkpoint"))
    // What was acknowledged after the recovery is as durable as what was before: a failed
    // synchronisation in the first life must not be believed in the second.
    var last = fixture
    last.disk = fixture.disk.crashed(seed: 0, survival: .onlySynchronized)
    ledger = try last.open()
    try #require(ledger.remarks == [])
    try await written.sendAgain(to: ledger)
    try await ledger.close()
    try written.check(last.reader(), isComplete: true)
    try #require(written.receipts.count == written.sentCount)
    let report = verify(last.disk, written)
    try #require(report.status == .valid, "\(report.status) \(report.findings)")
    let temporary = last.disk.filePaths().filter { $0.hasSuffix(".tmp") }
    try #require(temporary == [])
  }

  /// Opens, or first repeats a creation that was interrupted.
  static func reopen(_ fixture: EngineFixture) async throws -> Ledger {
    do {
      return try fixture.open()
    } catch let error as LedgerError where [.noLedger, .incomplete, .vault].contains(error.code) {
      _ = try await fixture.create()
      return try fixture.open()
    }
  }

  private static func verify(_ disk: SimulatedFileSystem, _ written: WrittenLedger)
    -> VerificationReport
  {
    var options = VerificationOptions()
    options.workerCount = 1
    options.vaultNote = disk.contents("/l.vault/note")
    options.trustedKeys = written.vkey.flatMap { try? [NoteVerifierKey(vkey: $0)] } ?? []
    return LedgerVerification.verify(DiskEvidence(disk), options: options)
  }
}
