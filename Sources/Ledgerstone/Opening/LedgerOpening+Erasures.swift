internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage

extension LedgerOpening {
  /// Refuses bodies that were removed by a plan that nothing signed: a writer signs a plan before
  /// it removes the first body of it (`ErasureRun`), so that another hand was at work. The next
  /// signature would make an erasure of that.
  ///
  /// - Parameter signedSize: of the newest note.
  /// - Throws: `corrupt`.
  /// - Complexity: reads the headers above `signedSize`, on all processors.
  func refuseErasuresWithoutSignature(
    _ log: LogReader, signedSize: UInt64
  ) throws(LedgerError) {
    let plans = try translatingErrors {
      try log.records(in: min(signedSize, log.endRecord)..<log.endRecord) {
        RecordHeader.hasKind(RecordKind.erasurePlan.rawValue, $0)
      }
    }
    for plan in plans {
      let content = try translatingErrors {
        let bytes = try log.header(at: plan).bytes
        return try RecordHeader.decode(bytes.rawSpan).content
      }
      // A tombstone names the first part of a long plan.
      let number = UInt64(content.part?.number ?? 0)
      for slot in content.slots where slot.record < plan && number <= plan {
        // Bodies that cannot be read are not known to be removed.
        let stored = (try? log.bodies(of: slot.record))?.first { $0.slot == slot }
        guard stored?.content == .erased(plan: plan - number) else { continue }
        throw LedgerError(
          .corrupt,
          "body \(slot.body) of record \(slot.record) was removed by the plan in record \(plan), "
            + "which nothing has signed: no writer of this ledger did that. It can be read but not "
            + "appended to")
      }
    }
  }
}
