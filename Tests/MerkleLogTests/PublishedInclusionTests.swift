import Foundation
import LedgerCryptography
import MerkleLog
import Testing

/// The inclusion cases published with transparency-dev/merkle.
@Suite struct PublishedInclusionTests {
  struct Case: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data?
    let leafHash: Data?
    let proof: [Data]?
    let desc: String
    let wantErr: Bool

    /// Whether the proof is accepted. A hash that has not 32 bytes never becomes one.
    var isAccepted: Bool {
      guard let root = root.flatMap({ SHA256Digest(copying: $0) }),
        let leafHash = leafHash.flatMap({ SHA256Digest(copying: $0) })
      else { return false }
      let hashes = (proof ?? []).map { SHA256Digest(copying: $0) }
      guard !hashes.contains(nil) else { return false }
      let proof = InclusionProof(
        index: leafIdx, treeSize: treeSize, hashes: hashes.compactMap { $0 })
      return refusal { () throws(ProofError) in
        try proof.check(leafHash: leafHash, root: root)
      } == nil
    }
  }

  @Test func allCasesAreDecidedAsPublished() throws {
    guard let folder = SharedFolder.url("vectors/rfc6962/inclusion") else { return }
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var accepted = 0
    var refused = 0
    for case let file as URL in files where file.pathExtension == "json" {
      let vector = try JSONDecoder().decode(Case.self, from: Data(contentsOf: file))
      #expect(vector.isAccepted == !vector.wantErr, "\(file.lastPathComponent): \(vector.desc)")
      if vector.isAccepted { accepted += 1 } else { refused += 1 }
    }
    #expect(accepted == 6)
    #expect(refused == 92)
  }
}
