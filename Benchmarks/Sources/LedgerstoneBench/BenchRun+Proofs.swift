import Foundation
import LedgerCryptography
import LedgerVerifier
import Ledgerstone
import MerkleLog

extension BenchRun {
  /// Inclusion proofs from a reader that is open, of records all over the bulk ledger.
  mutating func measureProofs() throws {
    let reader = try LedgerReader.open(at: bulkLocation)
    let count = UInt64(2_000)
    let size = reader.size
    // The same records each time, far apart: the first round warms the caches.
    let indexes = (0..<count).map { $0 &* 2_654_435_761 % size }
    let near = (0..<count).map { size / 2 + $0 % 256 }.map { min($0, size - 1) }
    let microseconds = 1_000_000 / Double(count)
    for (name, indexes) in [("any record", indexes), ("records of one tile", near)] {
      for index in indexes { _ = try reader.inclusionProof(at: index) }
      let (_, time) = try seconds {
        for index in indexes { _ = try reader.inclusionProof(at: index) }
      }
      try report.add(Row("inclusion proof, made, \(name)", time * microseconds, "µs"))
    }
    try measureChecking(reader, index: size / 2, count: Int(count))
  }

  private mutating func measureChecking(_ reader: LedgerReader, index: UInt64, count: Int) throws {
    let bytes = try reader.inclusionProof(at: index)
    let entry = try reader.record(at: index)
    let trusted = try NoteVerifierKey(vkey: key)
    let (_, time) = try seconds {
      for _ in 0..<count {
        let file = try InclusionProofFile(parsing: bytes)
        try file.proof.check(
          leafHash: MerkleHash.leaf(entry.bytes.rawSpan), root: file.checkpoint.root)
      }
    }
    let microseconds = 1_000_000 / Double(count)
    try report.add(Row("inclusion proof, checked, without signature", time * microseconds, "µs"))
    var options = ProofOptions()
    options.trustedKeys = [trusted]
    options.entry = entry.bytes
    let (_, whole) = try seconds {
      for _ in 0..<count {
        guard ProofVerification.verify(bytes, options: options).findings.isEmpty else {
          throw BenchFailure("a proof does not verify")
        }
      }
    }
    try report.add(Row("inclusion proof, checked, with signature", whole * microseconds, "µs"))
  }
}
