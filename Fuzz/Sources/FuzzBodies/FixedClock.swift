import LedgerFormat
import Ledgerstone

/// A clock that stands still: recorded times do not matter here.
struct FixedClock: LedgerClock {
  func now() -> Timestamp { Timestamp(microseconds: 1_790_000_000_000_000) }
  func monotonicMicroseconds() -> Int64 { 0 }
}
