/// Unsigned numbers as text files write them: ASCII digits without sign or leading zeros.
package enum CanonicalDecimal {
  /// The value; nil for anything but the one way to write it, and above 64 bits.
  package static func parse(_ digits: some Collection<UInt8>) -> UInt64? {
    // Twenty digits hold every value.
    guard let first = digits.first, digits.count <= 20 else { return nil }
    if first == UInt8(ascii: "0"), digits.count > 1 { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
