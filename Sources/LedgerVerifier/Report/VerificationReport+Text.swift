internal import LedgerFormat

extension VerificationReport {
  /// The report for people: the verdict, the findings with the first bad record first, the
  /// remarks.
  public var lines: [String] {
    [verdict] + findings.map { "  \($0)" } + omitted + details + remarks.map { "note: \($0)" }
  }

  private var verdict: String {
    switch status {
    case .valid:
      let size = summary.checkpointSize ?? 0
      return "valid: \(counted(size, "record")) under the checkpoint of "
        + (summary.origin ?? "this ledger")
    case .notValid: return "NOT VALID: \(counted(UInt64(findingCount), "finding"))"
    case .couldNotCheck(let obstacle): return "could not check: \(obstacle.message)"
    }
  }

  private var omitted: [String] {
    let count = findingCount - findings.count
    return count > 0 ? ["  and \(counted(UInt64(count), "more finding"))"] : []
  }

  private var details: [String] {
    var lines: [String] = []
    if let size = summary.checkpointSize, let root = summary.checkpointRoot {
      lines.append("checkpoint: size \(size), root \(root)")
    }
    if let size = summary.savedCheckpointSize, status == .valid {
      lines.append("continues the saved checkpoint of size \(size)")
    }
    if summary.recordCount > 0 {
      lines.append(
        "read: \(counted(summary.recordCount, "record")), \(counted(summary.bodyCount, "body")), "
          + "\(summary.erasedBodyCount) erased, \(counted(UInt64(summary.segmentCount), "segment"))"
          + ", \(counted(UInt64(summary.groupCount), "group")), \(summary.byteCount) bytes")
    }
    if let count = summary.indexRecordCount, count > 0 {
      let reach = summary.indexedSize.map { "re-derived to record \($0)" } ?? "not re-derived"
      lines.append("index: \(reach), \(counted(count, "index record"))")
    }
    return lines
  }
}
