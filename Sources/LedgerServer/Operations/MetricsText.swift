internal import Ledgerstone

/// The metrics in the text format of Prometheus, version 0.0.4.
struct MetricsText {
  private(set) var text = ""

  enum Kind: String {
    case counter
    case gauge
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: some Numeric) {
    add(name, kind, help, [("", "\(value)")])
  }

  /// - Parameter samples: labels in braces, or nothing, and the value.
  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: String)]
  ) {
    text += "# HELP ledgerstone_\(name) \(help)\n# TYPE ledgerstone_\(name) \(kind.rawValue)\n"
    for sample in samples { text += "ledgerstone_\(name)\(sample.labels) \(sample.value)\n" }
  }

  /// The durations of commits, as a cumulative histogram in seconds.
  mutating func addCommits(_ measured: LedgerMeasurements) {
    let name = "ledgerstone_commit_seconds"
    text += "# HELP \(name) Time to encode, write and sync one group.\n# TYPE \(name) histogram\n"
    var total: UInt64 = 0
    for (bound, count) in zip(
      LedgerMeasurements.commitBoundsMicroseconds, measured.commitCounts)
    {
      total += count
      text += "\(name)_bucket{le=\"\(Double(bound) / 1_000_000)\"} \(total)\n"
    }
    text += "\(name)_bucket{le=\"+Inf\"} \(measured.groupCount)\n"
    text += "\(name)_sum \(Double(measured.commitMicroseconds) / 1_000_000)\n"
    text += "\(name)_count \(measured.groupCount)\n"
  }
}

extension MetricsText {
  /// Everything that a server measures.
  init(
    _ ledger: Ledger, _ server: ServerMetrics.Snapshot, budget: ByteBudget
  ) throws(LedgerError) {
    let measured = ledger.measurements
    let reader = ledger.reader()
    add("records", .gauge, "Records that are durable.", ledger.size)
    add(
      "records_appended_total", .counter, "Records made durable since the start.",
      measured.recordCount)
    add("groups_total", .counter, "Groups made durable: one sync each.", measured.groupCount)
    add("group_records", .gauge, "Records of the last group.", measured.lastGroupRecordCount)
    addCommits(measured)
    add("queue_bytes", .gauge, "Bytes of records that wait to be written.", ledger.queuedByteCount)
    add("receiving_bytes", .gauge, "Bytes of bodies being received.", budget.byteCount)
    add("sealed_segments_total", .counter, "Segments sealed.", measured.sealedCount)
    add("checkpoint_records", .gauge, "Records under the checkpoint.", try reader.checkpointSize())
    if let age = ledger.checkpointAgeSeconds {
      add("checkpoint_age_seconds", .gauge, "Time since a checkpoint was signed.", age)
    }
    let standing = try reader.indexStanding()
    if let standing { add("index_record", .gauge, "The newest index record.", standing.record) }
    add(
      "index_lag_records", .gauge, "Records that no index record covers.",
      standing?.uncoveredCount ?? ledger.size)
    add(
      "disk_bytes", .gauge, "Bytes of all files of the ledger.", try reader.inspection().sizeBytes)
    add("poisoned", .gauge, "1 once nothing can be appended.", ledger.failure == nil ? 0 : 1)
    add(
      "appends_total", .counter, "What became of records that clients sent.",
      [
        ("{outcome=\"recorded\"}", "\(server.recorded)"),
        ("{outcome=\"duplicate\"}", "\(server.duplicates)"),
        ("{outcome=\"conflict\"}", "\(server.conflicts)"),
        ("{outcome=\"rejected\"}", "\(server.rejected)"),
      ])
    add(
      "http_answers_total", .counter, "Answers by class of status.",
      server.answers.enumerated().map { ("{class=\"\($0.offset + 1)xx\"}", "\($0.element)") })
    add("http_requests_underway", .gauge, "Requests not answered yet.", server.underWay)
  }
}
