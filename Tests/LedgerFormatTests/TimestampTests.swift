import Foundation
import Testing

@testable import LedgerFormat

@Suite struct TimestampTests {
  /// Foundation's answer, which knows the Gregorian calendar from 1583 on.
  private func foundation(_ timestamp: Timestamp) -> String {
    let micro = (timestamp.microseconds % 1_000_000 + 1_000_000) % 1_000_000
    let seconds = Double((timestamp.microseconds - micro) / 1_000_000)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: seconds))
    func pad(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    return "\(pad(parts.year!, 4))-\(pad(parts.month!, 2))-\(pad(parts.day!, 2))T"
      + "\(pad(parts.hour!, 2)):\(pad(parts.minute!, 2)):\(pad(parts.second!, 2))."
      + "\(pad(Int(micro), 6))Z"
  }

  @Test func agreesWithFoundation() throws {
    var random = RepeatableRandom(for: "timestamps")
    // 1583-01-01 to 9999-12-31.
    let range: ClosedRange<Int64> = -12_212_553_600_000_000...253_402_300_799_999_999
    var samples = (0..<3_000).map { _ in Int64.random(in: range, using: &random) }
    samples += [0, -1, 1, 999_999, -1_000_000, range.lowerBound, range.upperBound]
    for microseconds in samples {
      let timestamp = Timestamp(microseconds: microseconds)
      let text = timestamp.description
      #expect(text == foundation(timestamp))
      let parsed = try #require(Timestamp.parse(text))
      #expect(parsed == ParsedTimestamp(timestamp: timestamp, hasZone: true, isTruncated: false))
    }
  }

  /// The obvious calendar, which counts days from 0000 to 9999 one year after the other. Looked at
  /// are all years of two centuries around now, all centuries, and every seventh year.
  @Test func knowsEveryDay() throws {
    var day = -719_528
    for year in 0...9_999 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      guard year % 7 == 0 || year % 100 == 0 || (1890...2110).contains(year) else {
        day += lengths.reduce(0, +)
        continue
      }
      for (month, length) in lengths.enumerated() {
        // First and last days of months, and all of some years.
        for dayOfMonth in 1...length
        where dayOfMonth == 1 || dayOfMonth == length || year % 1_000 == 0 {
          let expected = Int64(day + dayOfMonth - 1) * 86_400_000_000
          let text = "\(pad(year, 4))-\(pad(month + 1, 2))-\(pad(dayOfMonth, 2))"
          if Timestamp.parse(text + "T00:00:00Z")?.timestamp.microseconds != expected
            || !Timestamp(microseconds: expected).description.hasPrefix(text + "T00:00:00.000000Z")
          {
            Issue.record("\(text)")
          }
        }
        #expect(
          Timestamp.parse("\(pad(year, 4))-\(pad(month + 1, 2))-\(length + 1)T00:00:00Z") == nil)
        day += length
      }
    }
    #expect(day == 2_932_897)
  }

  private func pad(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  @Test(
    arguments: [
      // 1985-04-12T23:20:50.52Z and the two below are RFC 3339 §5.8.
      ("1985-04-12T23:20:50.52Z", 482_196_050_520_000, true, false),
      ("1996-12-19T16:39:57-08:00", 851_042_397_000_000, true, false),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000, true, false),
      ("1970-01-01T00:00:00", 0, false, false),
      ("1970-01-01 00:00:00.000001", 1, false, false),
      ("1970-01-01t00:00:00z", 0, true, false),
      ("1969-12-31T23:59:59.999999Z", -1, true, false),
      ("1970-01-01T00:00:00,5Z", 500_000, true, false),
      ("1970-01-01T00:00:00.123456789Z", 123_456, true, true),
      ("1970-01-01T00:00:00.123456000Z", 123_456, true, false),
      ("1970-01-01T00:00:00.0000009Z", 0, true, true),
      ("1970-01-01T00:00:00+0130", -5_400_000_000, true, false),
      ("1970-01-01T00:00:00-00:00", 0, true, false),
      ("1970-01-01T00:00:00+23:59", -86_340_000_000, true, false),
      ("1990-12-31T23:59:60Z", 662_688_000_000_000, true, false),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000_000, true, false),
      ("0000-01-01T01:00:00+01:00", -62_167_219_200_000_000, true, false),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, true, false),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000, true, false),
    ] as [(String, Int64, Bool, Bool)])
  func reads(_ text: String, _ microseconds: Int64, _ hasZone: Bool, _ isTruncated: Bool) {
    #expect(
      Timestamp.parse(text)
        == ParsedTimestamp(
          timestamp: Timestamp(microseconds: microseconds), hasZone: hasZone,
          isTruncated: isTruncated))
  }

  @Test(arguments: [
    "", "1970", "1970-01-01", "1970-01-01T00:00", "1970-01-01T00:00Z", "1970-1-01T00:00:00Z",
    "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z",
    "1970-01-32T00:00:00Z", "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z",
    "9999-12-31T23:59:60Z", "9999-12-31T23:30:00-00:30", "0000-01-01T00:00:00+00:01",
    "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.", "1970-01-01T00:00:00+24:00",
    "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00+1", "1970-01-01T00:00:00+01:0",
    "1970-01-01T00:00:00 Z", "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ",
    " 1970-01-01T00:00:00Z", "+1970-01-01T00:00:00Z", "-1970-01-01T00:00:00Z",
    "12026-01-01T00:00:00Z", "1970/01/01T00:00:00Z", "1970-01-01_00:00:00Z",
    "１970-01-01T00:00:00Z", "1970-01-01T00:00:00.1e3Z", "now", "0",
  ])
  func refuses(_ text: String) { #expect(Timestamp.parse(text) == nil) }

  @Test func writesYearsOutsideTheCalendarWhole() {
    // 146,097 days are 400 years.
    let fourHundredYears: Int64 = 146_097 * 86_400_000_000
    #expect(
      Timestamp(microseconds: -5 * fourHundredYears).description == "-0030-01-01T00:00:00.000000Z")
    #expect(
      Timestamp(microseconds: 21 * fourHundredYears).description == "10370-01-01T00:00:00.000000Z")
    #expect(Timestamp(microseconds: .min).description.hasPrefix("-290308-12-21T"))
    #expect(Timestamp(microseconds: .max).description.hasPrefix("294247-01-10T"))
  }
}
