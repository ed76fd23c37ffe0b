import LedgerCryptography

@testable import LedgerFormat

/// Changes to golden bytes whose digests are made good again, so that what is tested is the check
/// behind the digest.
extension [UInt8] {
  mutating func put(_ value: UInt32, at offset: Int) { replace(littleEndian: value, at: offset) }

  mutating func put(_ value: UInt64, at offset: Int) {
    replace(littleEndian: UInt32(truncatingIfNeeded: value), at: offset)
    replace(littleEndian: UInt32(truncatingIfNeeded: value >> 32), at: offset + 4)
  }

  /// Puts the digest of `parts` at `offset`.
  mutating func seal(_ parts: Range<Int>..., at offset: Int) {
    let covered = parts.flatMap { self[$0] }
    var digest: [UInt8] = []
    digest.append(TruncatedDigest.hash(covered.rawSpan))
    replaceSubrange(offset..<offset + 16, with: digest)
  }
}
