import LedgerCryptography
import LedgerFormat
import Ledgerstone

/// Records as a ledger holds them, and the raw bytes of the blocks that it stores them in: what
/// the machine's bound and the peer are given.
struct Sample: Sendable {
  struct Group: Sendable {
    var records: Range<Int>
    var headers: [UInt8] = []
    var bodies: [UInt8] = []
  }

  /// Complete headers, as the tree hashes them.
  private(set) var leaves: [UInt8] = []
  private(set) var leafEnds: [Int] = []
  /// Salt and body of each record.
  private(set) var commitments: [UInt8] = []
  private(set) var commitmentEnds: [Int] = []
  private(set) var datasets: [Int] = []
  /// As large as the ledger's own.
  private(set) var groups: [Group] = []

  var recordCount: Int { leafEnds.count }

  /// Takes the headers that the ledger stored of `workload`'s first records.
  init(from reader: LedgerReader, of workload: Workload, recordCountMax: Int) throws {
    var random = SplitMix64(state: 1)
    var group = Group(records: 0..<0)
    // Record 0 is the ledger's own.
    let end = min(reader.size, UInt64(recordCountMax) + 1)
    try reader.forEachRecord(in: 1..<end) { record in
      guard record.header.content.kind == Workload.kind else { return }
      // Not that record's own body, as producers overtake each other, but one of its kind.
      let made = workload.record(recordCount)
      leaves += record.bytes
      leafEnds.append(leaves.count)
      var salt: [UInt8] = []
      for _ in 0..<2 { withUnsafeBytes(of: random.next()) { salt += $0 } }
      commitments += salt
      commitments += made.body
      commitmentEnds.append(commitments.count)
      datasets.append(made.dataset)
      HeaderEntry.encode(header: record.bytes.rawSpan, into: &group.headers)
      BodyEntry.encode(
        slot: BodySlot(record: record.header.index, body: 0), salt: salt.rawSpan,
        bytes: made.body.rawSpan, into: &group.bodies)
      group.records = group.records.lowerBound..<recordCount
      if group.headers.count + group.bodies.count > FormatLimits.groupByteCountMax - 1_024 {
        groups.append(group)
        group = Group(records: recordCount..<recordCount)
      }
    }
    if !group.records.isEmpty { groups.append(group) }
  }

  /// Salt and body of one record.
  func commitment(_ record: Int) -> ArraySlice<UInt8> {
    commitments[(record == 0 ? 0 : commitmentEnds[record - 1])..<commitmentEnds[record]]
  }
}
