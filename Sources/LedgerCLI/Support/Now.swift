internal import Foundation
internal import LedgerFormat

extension Timestamp {
  /// The system's clock.
  static var now: Timestamp {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
  }
}
