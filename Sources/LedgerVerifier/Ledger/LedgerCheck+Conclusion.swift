internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

extension LedgerCheck {
  /// Compares what all records gave with the signed heads, the tree files and the erasures.
  func conclude(_ chain: RecordChain) {
    chain.finish()
    let size = chain.nextRecord
    summary.recordCount = size
    summary.erasedBodyCount = chain.erasures.tombstoneCount
    if let checkpoint { compare(checkpoint, chain) }
    if let checkpoint, checkpoint.size < size {
      chain.collector.add(
        Remark(
          .recordsAboveCheckpoint,
          "\(counted(size - checkpoint.size, "record")) above the checkpoint, which nothing signed "
            + "covers yet"))
    }
    compareSaved(chain)
    compareVault(chain)
    chain.tree.conclude(
      size: size, checkpointSize: checkpoint?.size ?? 0, into: &chain.collector)
  }

  private func compare(_ checkpoint: Checkpoint, _ chain: RecordChain) {
    let size = chain.nextRecord
    guard checkpoint.size > 0 else {
      chain.collector.add(
        Finding(.checkpointDamaged, "covers no record, not even record 0", file: "checkpoint"))
      return
    }
    guard checkpoint.size <= size else {
      if !isTailReported {
        chain.collector.add(
          Finding(
            .recordsMissing, "the checkpoint covers \(checkpoint.size) records, \(size) are there",
            records: size...checkpoint.size - 1))
      }
      return
    }
    guard let root = chain.roots[checkpoint.size], !chain.isSubstituted else {
      chain.collector.add(
        Remark(
          .notCompared,
          "the root could not be compared, because not all records could be read"))
      return
    }
    guard root != checkpoint.root else { return }
    if let record = chain.tree.firstDifferentRecord, record < checkpoint.size {
      chain.collector.add(
        Finding(
          .rootMismatch,
          "the records do not give the signed root; this is the first whose leaf hash is not the "
            + "one in tree/0", file: "checkpoint", records: record...record))
    } else {
      chain.collector.add(
        Finding(
          .rootMismatch,
          "the records give the root \(root), signed is \(checkpoint.root), and nothing stored "
            + "tells which record was changed", file: "checkpoint",
          records: unchangedSize(below: checkpoint.size, chain)...checkpoint.size - 1))
    }
  }

  /// Records that an earlier head still vouches for.
  private func unchangedSize(below size: UInt64, _ chain: RecordChain) -> UInt64 {
    [saved, vault].reduce(0) { known, head in
      guard let head, head.size < size, chain.roots[head.size] == head.root else { return known }
      return max(known, head.size)
    }
  }

  private func compareSaved(_ chain: RecordChain) {
    guard let saved else { return }
    if let checkpoint, saved.size > checkpoint.size {
      chain.collector.add(
        Finding(
          .rolledBack,
          "the saved checkpoint covers \(saved.size) records, the ledger's only "
            + "\(checkpoint.size)", file: "checkpoint"))
    } else if checkpoint == nil, saved.size > chain.nextRecord {
      chain.collector.add(
        Finding(
          .rolledBack,
          "the saved checkpoint covers \(saved.size) records, the ledger has only "
            + "\(chain.nextRecord)"))
    }
    compareEarlier(saved, called: "the saved checkpoint", chain)
  }

  /// The vault remembers a note before it is published, so that one which is newer is no fault as
  /// long as the records bear it out.
  private func compareVault(_ chain: RecordChain) {
    guard let vault else { return }
    guard vault.size <= chain.nextRecord else {
      chain.collector.add(
        Finding(
          .rolledBack,
          "the vault's note covers \(vault.size) records, the ledger has only "
            + "\(chain.nextRecord)", file: "checkpoint"))
      return
    }
    let isSame = compareEarlier(vault, called: "the vault's note", chain)
    if isSame, let checkpoint, vault.size > checkpoint.size {
      chain.collector.add(
        Remark(
          .checkpointUnpublished,
          "the vault's note covers \(vault.size) records, the published checkpoint only "
            + "\(checkpoint.size); the next writer publishes it", file: "checkpoint"))
    }
  }

  @discardableResult
  private func compareEarlier(_ head: Checkpoint, called name: String, _ chain: RecordChain)
    -> Bool
  {
    guard head.size <= chain.nextRecord else { return false }
    guard let root = chain.roots[head.size], !chain.isSubstituted else {
      chain.collector.add(
        Remark(.notCompared, "\(name) could not be compared, because of the damage found"))
      return false
    }
    guard root != head.root else { return true }
    chain.collector.add(
      Finding(
        .fork,
        "\(name) of size \(head.size) has another root than the records give: the ledger "
          + "was changed before it, or is another branch"))
    return false
  }
}
