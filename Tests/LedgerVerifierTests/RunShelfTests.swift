import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Testing

@testable import LedgerVerifier

/// Merging of sixteen runs while they are derived, against one run made in the naive way.
struct RunShelfTests {
  private static let capacity = 65_536

  /// Every 4,099th record names an entity, the others none.
  private static func key(_ record: Int) -> EntityKey? {
    record.isMultiple(of: 4_099)
      ? EntityKey(type: .dataset, namespace: "n", name: "set-\(record % 23)") : nil
  }

  /// Derives `count` runs of level 0.
  private func derive(_ count: Int, into shelf: inout RunShelf) {
    var builder = RunBuilder()
    for number in 0..<count {
      builder.restart(at: UInt64(number * Self.capacity))
      for record in number * Self.capacity..<(number + 1) * Self.capacity {
        builder.append(keys: Self.key(record).map { [$0] } ?? [])
      }
      shelf.derive(builder)
    }
  }

  private func naive(_ builder: EvidenceBuilder) throws -> (
    file: [UInt8], names: [UInt8], commitment: IndexRunCommitment
  ) {
    var index = NaiveIndex()
    for record in stride(from: 0, to: 16 * Self.capacity, by: 4_099) {
      index.add(UInt64(record), keys: Self.key(record).map { [$0.bytes] } ?? [])
    }
    let extent = EvidenceBuilder.extent(1, 0, UInt64(16 * Self.capacity))
    let (file, commitment) = builder.run(index, extent)
    return (file, try builder.names(index, extent), commitment)
  }

  @Test func sixteenRunsMakeOne() throws {
    let builder = try EvidenceBuilder()
    let (file, names, expected) = try naive(builder)
    let extent = EvidenceBuilder.extent(1, 0, UInt64(16 * Self.capacity))
    let first = EvidenceBuilder.extent(0, 0, UInt64(Self.capacity))
    for damage in [nil, file.count / 2, file.count - 1] {
      var evidence = MemoryEvidence()
      evidence.files["index/1-0.run"] = file
      evidence.files["index/1-0.names"] = names
      if let damage { evidence.files["index/1-0.run"]?[damage] ^= 4 }
      var shelf = RunShelf(
        ledgerID: builder.ledgerID, stored: try StoredIndex(evidence), checkpointSize: .max)
      derive(15, into: &shelf)
      #expect(!shelf.isDerived(extent) && shelf.run(first) != nil)
      derive(16, into: &shelf)
      // The stored run asks for it, and what went into it is dropped.
      #expect(shelf.isDerived(extent) && shelf.run(first) == nil && shelf.names(first) == nil)
      #expect(shelf.commitment(of: extent) == expected)
      #expect(shelf.run(extent)?.source is StoredRunSource == (damage == nil))
      #expect(shelf.findings.map(\.file) == (damage == nil ? [] : ["index/1-0.run"]))
      #expect(shelf.commitment(of: first) != nil)
    }
  }

  /// Without a stored file a level is derived when an index record asks.
  @Test func onDemand() throws {
    let builder = try EvidenceBuilder()
    var shelf = RunShelf(
      ledgerID: builder.ledgerID, stored: try StoredIndex(MemoryEvidence()), checkpointSize: .max)
    let extent = EvidenceBuilder.extent(1, 0, UInt64(16 * Self.capacity))
    derive(15, into: &shelf)
    #expect(shelf.commitment(of: extent) == nil)
    derive(16, into: &shelf)
    #expect(!shelf.isDerived(extent))
    let expected = try naive(builder).commitment
    #expect(shelf.commitment(of: extent) == expected)
    #expect(shelf.commitment(of: EvidenceBuilder.extent(1, extent.endRecord, 5)) == nil)
  }
}
