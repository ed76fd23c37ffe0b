import Foundation
import LedgerVerifier
import Ledgerstone
import MerkleLog

extension BenchRun {
  /// A check of the whole bulk ledger with its bodies, once with the whole index, once without.
  mutating func measureVerification() throws {
    let sample = try Sample(
      from: LedgerReader.open(at: bulkLocation), of: workload, recordCountMax: 200_000)
    let bound = try Bound(sample: sample, folder: folder).verify(cores: 2)
    let peer = try SQLitePeer(path: "\(folder)/peer.sqlite")
    let (peerCount, peerTime) = try seconds { try peer.verify() }
    let peerSpeed = peerCount == 0 ? nil : Double(peerCount) / peerTime
    try report.add(Row("bound of verifying, two cores", bound, "records/s"))
    for (name, checksIndex) in [("every run re-derived", true), ("without the index", false)] {
      try report.add(
        Row(
          "verify, \(name)", try verificationSpeed(checksIndex: checksIndex), "records/s",
          bound: bound, peer: peerSpeed))
    }
  }

  /// Records a second.
  private func verificationSpeed(checksIndex: Bool) throws -> Double {
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: key)]
    options.checksIndex = checksIndex
    let directory = try bulkLocation.directory
    let (result, time) = seconds {
      LedgerVerification.verify(directory: directory, options: options)
    }
    guard result.findings.isEmpty, result.summary.checkpointSize != nil,
      result.summary.recordCount > UInt64(recordCount)
    else { throw BenchFailure("the ledger does not verify: \(result.status)") }
    return Double(result.summary.recordCount) / time
  }
}
