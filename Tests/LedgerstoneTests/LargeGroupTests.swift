import Foundation
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import Testing

/// Groups that are compressed on a thread of their own keep their place among small ones, and
/// among checkpoints and index records.
@Suite struct LargeGroupTests {
  @Test func largeAndSmallGroupsAndCommandsStayInOrder() async throws {
    let folder = try TemporaryFolder()
    let location = try LedgerLocation(directory: folder.path + "/l", environment: [:])
    let options = LedgerOptions(segmentByteCountTarget: 32 << 10)
    let vkey = try await Ledger.create(
      at: location, origin: EngineFixture.origin, options: options)
    let ledger = try Ledger.open(at: location, options: options)
    var last: UInt64 = 0
    for round in 0..<12 {
      // 400 bodies of 2 KiB are above the limit from which a group is compressed elsewhere.
      var batch = ledger.makeBatch()
      for number in 0..<400 {
        var body = EngineFixture.body(round * 1_000 + number)
        body += [UInt8](repeating: UInt8(number & 0x7F), count: 2_048)
        try batch.append(
          EngineFixture.content(number),
          bodies: [.init(contentType: "application/octet-stream", bytes: body)])
      }
      let large = batch
      async let first = ledger.append(large)
      async let second = EngineFixture.append(round..<round + 1, to: ledger)
      async let note = round % 3 == 0 ? ledger.index() : ledger.checkpoint()
      let receipts = try await first
      let small = try await second
      let size = try Checkpoint(parsing: SignedNote(parsing: try await note).text).size
      #expect(receipts.count == 400)
      #expect(size > last || round == 0)
      guard case .recorded(let begin)? = receipts.first, case .recorded(let end)? = receipts.last
      else { throw BatchLost() }
      #expect(end.index == begin.index + 399)
      #expect(small.count == 1)
      last = max(end.index, small[0].index)
      // Signed after both were acknowledged, so it covers both.
      let later = try Checkpoint(parsing: SignedNote(parsing: try await ledger.checkpoint()).text)
      #expect(later.size > last)
    }
    _ = try await ledger.index()
    try await ledger.close()
    var verification = VerificationOptions()
    verification.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    let report = LedgerVerification.verify(
      directory: location.directory, options: verification)
    #expect(report.findings.isEmpty)
    #expect(report.summary.bodyCount == 12 * 401)
    #expect(report.summary.segmentCount > 1)
  }

  private struct BatchLost: Error {}
}
