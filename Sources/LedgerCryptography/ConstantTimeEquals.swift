/// Whether two byte strings are equal, in a time that depends on their lengths alone.
///
/// For comparing anything a secret was computed into; lengths are not hidden.
public func constantTimeEquals(_ left: RawSpan, _ right: RawSpan) -> Bool {
  OpenSSL.equalInConstantTime(left, right)
}

/// Whether two digests are equal, in a time that does not depend on them.
public func constantTimeEquals(_ left: SHA256Digest, _ right: SHA256Digest) -> Bool {
  OpenSSL.equalInConstantTime(left.bytes, right.bytes)
}

/// Whether two byte arrays are equal, in a time that depends on their lengths alone.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  OpenSSL.equalInConstantTime(left.rawSpan, right.rawSpan)
}
