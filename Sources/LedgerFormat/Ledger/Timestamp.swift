/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds; negative before.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  /// 0000-01-01T00:00:00.000000Z, the first time that RFC 3339 can write.
  public static let earliest = Timestamp(microseconds: -62_167_219_200_000_000)
  /// 9999-12-31T23:59:59.999999Z, the last time that RFC 3339 can write.
  public static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339, UTC, six decimals: `2026-11-23T21:29:01.000000Z`. Times before `earliest` or
  /// after `latest`, which no record has, are written with as many digits as they need.
  public var description: String {
    let (day, time) = microseconds.flooredDivision(by: 86_400_000_000)
    let (year, month, dayOfMonth) = civil(fromDay: day)
    let seconds = time / 1_000_000
    return "\(year < 0 ? "-" : "")\(pad(abs(year), 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))T"
      + "\(pad(seconds / 3_600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))."
      + "\(pad(time % 1_000_000, 6))Z"
  }
}

/// What a date and time text said, beside the instant.
public struct ParsedTimestamp: Hashable, Sendable {
  public var timestamp: Timestamp
  /// The text named `Z` or an offset.
  public var hasZone: Bool
  /// Digits finer than a microsecond, not all zero, were cut off.
  public var isTruncated: Bool
}

extension Timestamp {
  /// Reads an RFC 3339 date and time, also one without a zone (taken as UTC), with `T`, `t` or a
  /// space between date and time, with any number of decimals after `.` or `,`, and with offsets
  /// without a colon, as producers write them.
  ///
  /// A leap second (`:60`) is read as the second after. Gives nil for everything else, also for a
  /// time that its offset or leap second carries out of the years 0000 to 9999.
  public static func parse(_ text: String) -> ParsedTimestamp? {
    var scanner = DigitScanner(bytes: Array(text.utf8))
    guard let year = scanner.number(digits: 4), scanner.take("-"),
      let month = scanner.number(digits: 2), scanner.take("-"),
      let day = scanner.number(digits: 2), (1...12).contains(month),
      (1...daysInMonth(year: year, month: month)).contains(day),
      scanner.take("T") || scanner.take("t") || scanner.take(" "),
      let hour = scanner.number(digits: 2), hour < 24, scanner.take(":"),
      let minute = scanner.number(digits: 2), minute < 60, scanner.take(":"),
      let second = scanner.number(digits: 2), second <= 60
    else { return nil }
    guard let fraction = scanner.fraction(), let zone = scanner.zoneOffsetSeconds() else {
      return nil
    }
    let seconds =
      Timestamp.day(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60
      + second - (zone.seconds)
    let timestamp = Timestamp(microseconds: seconds * 1_000_000 + fraction.microseconds)
    guard (earliest...latest).contains(timestamp) else { return nil }
    return ParsedTimestamp(
      timestamp: timestamp, hasZone: zone.isPresent, isTruncated: fraction.isTruncated)
  }
}

/// Reads fixed-width decimal fields.
private struct DigitScanner {
  let bytes: [UInt8]
  var position = 0

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func digit() -> Int64? {
    guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
    position += 1
    return Int64(bytes[position - 1] - 0x30)
  }

  mutating func number(digits: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  mutating func fraction() -> (microseconds: Int64, isTruncated: Bool)? {
    guard take(".") || take(",") else { return (0, false) }
    var value: Int64 = 0
    var count = 0
    var isTruncated = false
    while let digit = digit() {
      if count < 6 { value = value * 10 + digit } else if digit != 0 { isTruncated = true }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 6)..<6 { value *= 10 }
    return (value, isTruncated)
  }

  mutating func zoneOffsetSeconds() -> (seconds: Int64, isPresent: Bool)? {
    if position == bytes.count { return (0, false) }
    if take("Z") || take("z") { return position == bytes.count ? (0, true) : nil }
    let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(digits: 2), hours < 24 else { return nil }
    _ = take(":")
    guard let minutes = number(digits: 2), minutes < 60, position == bytes.count else {
      return nil
    }
    return (sign * (hours * 3_600 + minutes * 60), true)
  }
}

extension Int64 {
  /// Quotient rounded down, and the remainder that is then not negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

private func pad(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

private func daysInMonth(year: Int64, month: Int64) -> Int64 {
  switch month {
  case 4, 6, 9, 11: 30
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  default: 31
  }
}

extension Timestamp {
  /// Days since 1970-01-01 in the proleptic Gregorian calendar. The year is counted from March, so
  /// that a leap day comes last.
  fileprivate static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

/// The inverse of `Timestamp.day`.
private func civil(fromDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let (era, dayOfEra) = (day + 719_468).flooredDivision(by: 146_097)
  let yearOfEra =
    (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}
