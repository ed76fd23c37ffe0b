import Foundation

/// What Python's zlib 1.3 made: the other head for our inflating.
enum Packed {
  /// `Event.start`, gzip.
  static let event = decode(
    "H4sIAAAAAAACAzWNzQ6CMBCE32XPVNby35tHr8pJ46GUjUKkbUoxGsK72yZ6mp3JtzMr0Iu0b4eJQABHXjLcM+Qt"
      + "ZgJzgcUFkh/ysRE5t4dTGzLrTL8ociF6eG9nkab0lpN90s64e2oD4hYNYo1y7AOG+7pBWfRMqqZkVZV3rFOKWJch"
      + "x6aRNRYVbAmMpotvWk40W6niqA5t0YdzjMig7eJnENdbAmbxf7N9AR+noOLOAAAA")

  /// A mebibyte of zeros, gzip.
  static let zeros = decode(
    "H4sIAAAAAAACA+3BMQEAAADCoPVPbQhfoAAA"
      + String(repeating: "A", count: 1332)
      + "AAAAAAAAAAAAAAAAAAAAPgMc6jinAAAQAA==")

  /// "hello " and "world", two members.
  static let members = decode(
    "H4sIAAAAAAACA8tIzcnJVwAA9vmB7QYAAAAfiwgAAAAAAAIDK88vykkBAEMRdzoFAAAA")

  private static func decode(_ text: String) -> [UInt8] {
    Array(Data(base64Encoded: text) ?? Data())
  }
}
