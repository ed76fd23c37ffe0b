internal import HTTPTypes
internal import Ledgerstone
internal import Synchronization

/// Leaves a record of who read bodies or made copies: at most one per caller, deed and minute.
final class AccessJournal: Sendable {
  private struct Key: Hashable {
    var source: String
    var isPerson: Bool
    var reading: Ledger.Reading
  }

  private let ledger: Ledger
  private let last = Mutex<[Key: Int64]>([:])
  private static let minuteMicroseconds: Int64 = 60_000_000

  init(_ ledger: Ledger) { self.ledger = ledger }

  /// Returns once a record of it is durable, this one's or that of the minute.
  ///
  /// - Throws: where none can be left; nothing may be given out then.
  func note(_ reading: Ledger.Reading, by caller: Caller) async throws(ServerError) {
    let key = Key(source: caller.source, isPerson: caller.isPerson, reading: reading)
    let now = ledger.clock.monotonicMicroseconds()
    let isKnown = last.withLock { last in
      last[key].map { now - $0 < Self.minuteMicroseconds } ?? false
    }
    if isKnown { return }
    do throws(LedgerError) {
      _ = try await ledger.record(
        reading, by: caller.isPerson ? .person(caller.source) : .service(caller.source))
    } catch {
      let refusal = ServerError(error)
      throw ServerError(
        .serviceUnavailable, refusal.code,
        "reading this leaves a record, which cannot be written now",
        retryAfterSeconds: refusal.retryAfterSeconds ?? 5)
    }
    // Behind the record: two at once leave two, and none is given out without one.
    last.withLock { last in
      last = last.filter { now - $0.value < Self.minuteMicroseconds }
      last[key] = now
    }
  }
}
