import Foundation
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Provenance
import SegmentStorage
import SubjectVault
import Testing

/// Backups on the real file system, and what a restore makes of them.
@Suite struct BackupTests {
  private static let secret = "what alice said in confidence"

  private func verify(_ directory: String, key: String? = nil) throws -> VerificationReport {
    var options = VerificationOptions()
    if let key { options.trustedKeys = [try RotationTests.key(key)] }
    return LedgerVerification.verify(directory: directory, options: options)
  }

  private func fixture() async throws -> (ErasureFixture, Ledger, slots: [BodySlot]) {
    var fixture = try ErasureFixture()
    fixture.options.segmentByteCountTarget = 4_000
    fixture.options.sealsInBackground = false
    let ledger = try await fixture.create()
    var slots: [BodySlot] = []
    for number in 0..<30 {
      let receipt = try await ErasureFixture.append(
        [
          ("plain \(number)", nil), (Self.secret + " \(number)", "alice"), ("bob \(number)", "bob"),
        ],
        to: ledger)
      slots.append(BodySlot(record: receipt.index, body: 1))
    }
    _ = try await ledger.index()
    return (fixture, ledger, slots)
  }

  private func names(_ path: String) -> Set<String> {
    Set((FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }) ?? [])
  }

  @Test func aBackupIsTheLedgerAtOneMoment() async throws {
    let (fixture, ledger, _) = try await fixture()
    let out = fixture.folder.path + "/backup"
    let report = try fixture.reader().backUp(to: out)
    #expect(report.recordCount == 32 && report.checkpointSize == 32)
    #expect(try verify(out).status == .valid)
    #expect(!names(out).contains { $0.hasPrefix("LOCK") || $0.hasPrefix("torn") })
    #expect(!names(out).contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".key") })
    #expect(!names(fixture.folder.path).contains { $0.hasPrefix(".ledgerstone") })
    try await ledger.close()
    // Nothing is left to finish where nothing goes on.
    let quiet = fixture.folder.path + "/quiet"
    _ = try fixture.reader().backUp(to: quiet)
    let verified = try verify(quiet)
    #expect(verified.remarks.allSatisfy { [.keyFromLedger, .vaultNotCompared].contains($0.code) })
  }

  @Test func aBackupWhileAWriterWrites() async throws {
    let (fixture, ledger, _) = try await fixture()
    let writing = Task {
      for number in 0..<400 where !Task.isCancelled {
        try await EngineFixture.append(number * 20..<number * 20 + 20, to: ledger)
        if number % 9 == 0 { _ = try await ledger.checkpoint() }
        if number % 31 == 0 { _ = try await ledger.index() }
      }
    }
    // On a busy machine the writer may start late; it is given half a minute.
    for _ in 0..<3000 where try fixture.reader().size == 32 {
      try await Task.sleep(for: .milliseconds(10))
    }
    var last: UInt64 = 0
    for number in 0..<8 {
      let out = fixture.folder.path + "/backup-\(number)"
      let report = try fixture.reader().backUp(to: out)
      #expect(report.recordCount >= last)
      last = report.recordCount
      let verified = try verify(out)
      #expect(verified.status == .valid, "\(verified.findings)")
      #expect(verified.summary.recordCount == report.recordCount)
      #expect(!verified.remarks.contains { $0.code == .tornTail })
    }
    writing.cancel()
    try await writing.value
    try await ledger.close()
    #expect(last > 32)
  }

  /// Yesterday's backup does not bring back who was erased today.
  @Test func whatWasErasedDoesNotComeBack() async throws {
    let (fixture, ledger, slots) = try await fixture()
    let out = fixture.folder.path + "/yesterday"
    _ = try fixture.reader().backUp(to: out)
    let traces = try slots.flatMap { slot in
      let opening = try fixture.reader().opening(record: slot.record, body: Int(slot.body))
      return [opening.salt, Array(opening.bytes.prefix(24))]
    }
    let report = try await ErasureFixture.erase("request-1", [.subject("alice")], ledger)
    try await ledger.close()
    // The whole ledger is lost, its vault is not.
    try FileManager.default.removeItem(atPath: fixture.location.directory)
    let restored = try Ledger.restore(
      backup: out, to: fixture.location, options: fixture.options)
    #expect(restored.isReadOnly && restored.recordCount == 32)
    #expect(restored.erasedBodyCount == slots.count)
    #expect(restored.broughtPlans == [report.planRecord])
    for (name, bytes) in try fixture.everything() {
      for trace in traces + [Array(Self.secret.utf8), Array("alice".utf8)] {
        #expect(ErasureFixture.places(of: trace, in: bytes).isEmpty, "\(name)")
      }
    }
    for slot in slots {
      let error = #expect(throws: LedgerError.self) {
        try fixture.reader().opening(record: slot.record, body: 1)
      }
      #expect(error?.code == .erased)
      #expect(try fixture.reader().body(record: slot.record, body: 0).starts(with: "plain".utf8))
    }
    // The plan is not among the records, and verify takes it all the same.
    let verified = try verify(fixture.location.directory)
    #expect(verified.status == .valid, "\(verified.findings)")
    #expect(verified.remarks.contains { $0.code == .erasureBrought })
    // No fork can be signed.
    let error = #expect(throws: LedgerError.self) { try fixture.open() }
    #expect(error?.code == .forked)
    #expect(error?.message.contains("--continues") == true, "\(error?.message ?? "")")
    try damageBroughtPlan(fixture, report.planRecord ?? 0)
  }

  private func damageBroughtPlan(_ fixture: ErasureFixture, _ plan: UInt64) throws {
    let path = fixture.location.directory + "/erased/\(plan)"
    for suffix in [".entry", ".proof"] {
      let url = URL(fileURLWithPath: path + suffix)
      let whole = try Data(contentsOf: url)
      for offset in stride(from: 0, to: whole.count, by: 7) {
        var changed = whole
        changed[offset] ^= 4
        try changed.write(to: url)
        #expect(try verify(fixture.location.directory).status == .notValid, "\(suffix) \(offset)")
      }
      try FileManager.default.removeItem(at: url)
      let codes = try verify(fixture.location.directory).findings.map(\.code)
      #expect(codes.contains(.erasedPlanInvalid) && codes.contains(.erasureUnplanned))
      try whole.write(to: url)
    }
    #expect(try verify(fixture.location.directory).status == .valid)
    for suffix in [".entry", ".proof"] {
      try FileManager.default.removeItem(atPath: path + suffix)
    }
    let codes = Set(try verify(fixture.location.directory).findings.map(\.code))
    #expect(codes == [.erasureUnplanned])
  }

  /// A backup of the newest state is a ledger to go on with.
  @Test func aCompleteBackupGoesOn() async throws {
    let (fixture, ledger, slots) = try await fixture()
    let twice = try await ErasureFixture.append([("once", nil)], to: ledger, id: "once")
    _ = try await ErasureFixture.erase(
      "request-1", [.body(slots[3]), .body(slots[29])], ledger)
    _ = try await ledger.rotateKey()
    try await ledger.close()
    let out = fixture.folder.path + "/backup"
    _ = try fixture.reader().backUp(to: out)
    try FileManager.default.removeItem(atPath: fixture.location.directory)
    let report = try Ledger.restore(backup: out, to: fixture.location, options: fixture.options)
    #expect(!report.isReadOnly && report.broughtPlans.isEmpty && report.erasedBodyCount == 0)
    let again = try fixture.open()
    // Also the duplicate window is as before.
    let duplicate = try await ErasureFixture.append([("once", nil)], to: again, id: "once")
    #expect(duplicate.isDuplicate && duplicate.index == twice.index)
    _ = try await ErasureFixture.erase("request-2", [.subject("alice")], again)
    try await again.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func refusals() async throws {
    let (fixture, ledger, _) = try await fixture()
    let out = fixture.folder.path + "/backup"
    _ = try fixture.reader().backUp(to: out)
    func code(_ body: () throws -> Void) -> LedgerError.Code? {
      do {
        try body()
        return nil
      } catch { return (error as? LedgerError)?.code }
    }
    let reader = try fixture.reader()
    #expect(code { _ = try reader.backUp(to: out) } == .alreadyExists)
    #expect(code { _ = try reader.backUp(to: fixture.location.directory + "/b") } == .invalid)
    #expect(code { _ = try reader.backUp(to: fixture.location.vault + "/b") } == .invalid)
    #expect(code { _ = try reader.backUp(to: fixture.folder.path + "/no/b") } == .invalid)
    let target = LedgerLocation(
      absoluteDirectory: fixture.folder.path + "/R", absoluteVault: fixture.location.vault)
    func restore(_ from: String, _ to: LedgerLocation) throws {
      _ = try Ledger.restore(backup: from, to: to, options: fixture.options)
    }
    // A writer is at work with the vault.
    #expect(code { try restore(out, target) } == .locked)
    try await ledger.close()
    #expect(code { try restore(fixture.folder.path + "/none", target) } == .noLedger)
    #expect(code { try restore(out, fixture.location) } == .alreadyExists)
    let noVault = LedgerLocation(
      absoluteDirectory: target.directory, absoluteVault: fixture.folder.path + "/V")
    #expect(code { try restore(out, noVault) } == .vault)
    let other = try ErasureFixture()
    try await other.create().close()
    let foreign = LedgerLocation(
      absoluteDirectory: target.directory, absoluteVault: other.location.vault)
    #expect(code { try restore(out, foreign) } == .vault)
    // A lost database is not taken for one without erasures.
    try FileManager.default.moveItem(
      atPath: fixture.location.vault + "/subjects.sqlite", toPath: fixture.folder.path + "/kept")
    #expect(code { try restore(out, target) } == .vault)
    try FileManager.default.moveItem(
      atPath: fixture.folder.path + "/kept", toPath: fixture.location.vault + "/subjects.sqlite")
    // A backup that was cut short.
    let log = try #require(names(out).filter { $0.hasSuffix(".log") }.min())
    try FileManager.default.moveItem(
      atPath: out + "/" + log, toPath: fixture.folder.path + "/first.log")
    #expect(code { try restore(out, target) } == .corrupt)
    try FileManager.default.moveItem(
      atPath: fixture.folder.path + "/first.log", toPath: out + "/" + log)
    try Data().write(to: URL(fileURLWithPath: out + "/active"))
    #expect(code { try restore(out, target) } == .corrupt)
    #expect(!names(fixture.folder.path).contains { $0.hasPrefix("R") })
  }
}
