/// Imports through a server.
struct ServedImport: Sendable {
  let ledger: ServedLedger
  let format: ImportFormat
  let report: ImportReport

  /// Appends the inputs, counts what became of each, and writes receipts.
  ///
  /// - Throws: why the rest was not appended, once what is known was counted.
  func append(
    _ batch: ImportBatch, wantsReceipts: Bool, _ output: inout StandardOutput
  ) async throws {
    let outcomes =
      switch format {
      case .openlineage: await ledger.appendEvents(batch.inputs)
      case .record: await ledger.appendRecords(batch.inputs)
      }
    for (outcome, place) in zip(outcomes.known, batch.places) {
      switch outcome {
      case .recorded(let receipt, let isDuplicate):
        report.recorded(isDuplicate: isDuplicate)
        if wantsReceipts { try output.write(line: receipt) }
      case .conflict(let reason): report.conflict(place.file, line: place.line, reason)
      case .rejected(let reason): report.reject(place.file, line: place.line, reason)
      }
    }
    guard let failure = outcomes.failure else { return }
    try output.flush()
    throw failure
  }
}
