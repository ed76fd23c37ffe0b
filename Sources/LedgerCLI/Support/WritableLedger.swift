internal import Ledgerstone

/// Opens a ledger for one command, says what opening found, and closes it on every way out.
func withLedger<Value: Sendable>(
  _ location: LedgerLocation, acceptsClockStep: Bool = false,
  _ body: (Ledger) async throws -> Value
) async throws -> Value {
  try await closing(openLedger(location, acceptsClockStep: acceptsClockStep), body)
}

/// Opens a ledger and says what opening found; `closing` closes it.
func openLedger(_ location: LedgerLocation, acceptsClockStep: Bool) throws -> Ledger {
  try AddressSpace.requireRoomForWriting()
  try FreeDescriptors.requireRoomForWriting()
  let ledger = try Ledger.open(
    at: location, options: LedgerOptions(acceptsClockStep: acceptsClockStep))
  for remark in ledger.remarks { StandardError.warn(remark) }
  return ledger
}

/// Runs `body` and closes the ledger on every way out.
func closing<Value: Sendable>(
  _ ledger: Ledger, _ body: (Ledger) async throws -> Value
) async throws -> Value {
  let value: Value
  do {
    value = try await body(ledger)
  } catch {
    // The first failure is the one to report.
    _ = try? await ledger.close()
    throw error
  }
  for remark in try await ledger.close() { StandardError.warn(remark) }
  return value
}
