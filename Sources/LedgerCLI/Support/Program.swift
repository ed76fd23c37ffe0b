/// What this program is called, where it says so.
enum Program {
  static let version = "0.1.0"
  static let nameAndVersion = "ledgerstone \(version)"
}
