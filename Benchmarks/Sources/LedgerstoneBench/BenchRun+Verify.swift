import Foundation
import LedgerVerifier
import Ledgerstone
import MerkleLog

extension BenchRun {
  /// A check of the whole bulk ledger, bodies and the whole index with it.
  mutating func measureVerification() throws {
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: key)]
    let directory = try bulkLocation.directory
    let (result, time) = seconds {
      LedgerVerification.verify(directory: directory, options: options)
    }
    guard result.findings.isEmpty, result.summary.checkpointSize != nil,
      result.summary.recordCount > UInt64(recordCount)
    else { throw BenchFailure("the ledger does not verify: \(result.status)") }
    let sample = try Sample(
      from: LedgerReader.open(at: bulkLocation), of: workload, recordCountMax: 200_000)
    let bound = try Bound(sample: sample, folder: folder).verify(cores: 2)
    let peer = try SQLitePeer(path: "\(folder)/peer.sqlite")
    let (peerCount, peerTime) = try seconds { try peer.verify() }
    try report.add(Row("bound of verifying, two cores", bound, "records/s"))
    try report.add(
      Row(
        "verify, everything", Double(result.summary.recordCount) / time, "records/s", bound: bound,
        peer: peerCount == 0 ? nil : Double(peerCount) / peerTime))
  }
}
