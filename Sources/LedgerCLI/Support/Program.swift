internal import Ledgerstone

/// What this program is called, where it says so.
enum Program {
  static let version = LedgerstoneVersion.text
  static let nameAndVersion = "ledgerstone \(version)"
}
