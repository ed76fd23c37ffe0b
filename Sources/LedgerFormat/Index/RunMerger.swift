internal import LedgerCryptography

/// Merges consecutive runs into one that covers the records of all, in bounded memory: one page
/// and one chunk of each, and what was written and not taken yet.
///
/// The file is the same as one built from the records directly. Work is done in steps of about the
/// size asked for, so that a caller can put each step's output away and turn to other things.
public struct RunMerger {
  private var cursors: [RunCursor]
  /// The key hashes that the cursors stand at.
  private var heads: [SHA256Digest?]
  private var writer: RunWriter
  /// The runs whose entries make up the one being written, the one read first.
  private var pending: [Int] = []
  private var commitment: IndexRunCommitment?

  /// Merges `runs`, which must follow each other without gap, into the run of `extent`, which must
  /// cover the same records.
  ///
  /// - Throws: `FormatError`, or what the source throws.
  public init(_ runs: [RunReader], into extent: IndexRunExtent, ledgerID: LedgerID) throws {
    var next = extent.firstRecord
    for run in runs {
      precondition(run.extent.firstRecord == next, "runs to merge follow each other")
      precondition(run.header.ledgerID == ledgerID, "runs to merge are of one ledger")
      next = run.extent.endRecord
    }
    precondition(next == extent.endRecord, "a merged run covers what its parts do")
    cursors = []
    for run in runs { cursors.append(try RunCursor(run)) }
    heads = cursors.map(\.keyHash)
    writer = RunWriter(ledgerID: ledgerID, extent: extent)
  }

  /// Goes on until about `byteCount` bytes wait in the output, or the run is complete.
  ///
  /// - Returns: what the index record says of the run, once it is complete.
  /// - Throws: `FormatError`, or what the source throws; the merger is not to be used afterwards.
  public mutating func advance(byteCount: Int) throws -> IndexRunCommitment? {
    if let commitment { return commitment }
    while writer.output.count < byteCount {
      if pending.isEmpty, !beginEntry() {
        commitment = writer.finish()
        return commitment
      }
      let run = pending[0]
      if try cursors[run].writeRecords(to: &writer) { continue }
      heads[run] = cursors[run].keyHash
      pending.removeFirst()
      if pending.isEmpty { writer.endEntry() }
    }
    return nil
  }

  /// Hands over what was written since the last call: the next bytes of the file.
  public mutating func takeOutput() -> [UInt8] { writer.takeOutput() }

  /// Begins the least entry that any run stands at; false if none does.
  private mutating func beginEntry() -> Bool {
    var least: SHA256Digest?
    for run in heads.indices {
      guard let keyHash = heads[run] else { continue }
      if let known = least, known < keyHash { continue }
      if least != keyHash { pending.removeAll(keepingCapacity: true) }
      least = keyHash
      // Runs are in the order of their records, and so are those of the entry.
      pending.append(run)
    }
    guard let least else { return false }
    writer.beginEntry(least)
    return true
  }
}
