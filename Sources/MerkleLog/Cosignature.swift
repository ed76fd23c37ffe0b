/// A signature over a checkpoint and a time by somebody other than the log
/// (c2sp.org/tlog-cosignature, Ed25519): it was seen then, and what the cosigner promises held.
public struct Cosignature: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z by the cosigner's clock, below 2^63.
  public let time: UInt64
  /// The Ed25519 signature over `message`.
  let bytes: [UInt8]

  /// Takes apart the content of a signature line; nil unless it is a time and a signature.
  public init?(_ signature: NoteSignature) {
    let bytes = signature.bytes
    guard bytes.count == 8 + 64 else { return nil }
    time = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    guard time <= UInt64(Int64.max) else { return nil }
    self.bytes = Array(bytes.dropFirst(8))
  }

  /// What is signed: two lines before the checkpoint's text.
  static func message(text: String, time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
  }

  /// What a signature line holds.
  static func encode(time: UInt64, signature: [UInt8]) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> UInt64($0)) }
      + signature
  }
}
