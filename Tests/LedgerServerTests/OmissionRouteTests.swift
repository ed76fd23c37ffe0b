import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Provenance
import SegmentStorage
import Testing

@testable import LedgerServer
@testable import Ledgerstone

/// A ledger whose operator committed to an index that leaves a record out.
@Suite struct OmissionRouteTests {
  /// Lets the ledger index what another one holds where its own next record will be, so that it
  /// signs a run which does not follow from its log.
  private static func lie(_ ledger: Ledger, with records: [String]) async throws {
    let other = try await ServerFixture()
    try await other.serve { peer async throws in
      for record in records {
        #expect(try await peer.post("/v1/records", record).status == 201)
      }
    }
    let log = other.ledger.reader().log
    let next = try ledger.pipeline.index.synchronously { indexer -> UInt64 in
      _ = indexer.catchUp(log)
      return indexer.nextRecord
    }
    #expect(next == UInt64(records.count) + 1)
  }

  @Test func theOperatorIsConvicted() async throws {
    let fixture = try await ServerFixture()
    let ledger = fixture.ledger
    // Record 1 is about t1, the index will say t9; of record 2 it says the truth.
    try await Self.lie(ledger, with: [Event.access(9), Event.access(2)])
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/v1/records", Event.access(1)).status == 201)
      #expect(try await peer.post("/v1/records", Event.access(2)).status == 201)
      #expect(try await peer.post("/v1/index", "").status == 200)
      let answer = try await peer.get("/v1/omission?entity=dataset:w:t1&record=1")
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
      let key = ledger.reader().verifierKey
      #expect(ProofVerification.kind(of: answer.bytes) == .omission)
      #expect(try Verified.isValid(answer.bytes, key: key))
      // One damaged character, and it convicts nobody.
      var damaged = answer.bytes
      let place = try #require(damaged.lastIndex(of: UInt8(ascii: "A")))
      damaged[place] = UInt8(ascii: "B")
      #expect(try !Verified.isValid(damaged, key: key))
      let stranger = try await ServerFixture().ledger.reader().verifierKey
      #expect(try !Verified.isValid(answer.bytes, key: stranger))
      // What the index does list is omitted by nobody.
      for entity in ["service:w:s", "dataset:w:t2"] {
        let record = entity == "dataset:w:t2" ? 2 : 1
        let listed = try await peer.get("/v1/omission?entity=\(entity)&record=\(record)")
        #expect(listed.errorCode == "notOmitted", "\(listed.text)")
      }
    }
  }
}
