import LedgerCryptography
import LedgerFormat
import SegmentStorage
import Testing

@Suite("recovery as a state machine")
struct RecoveryScanTests {
  private static let ledger = LedgerID(Array(repeating: 7, count: 16))
  private static let opening = OpeningID(Array(repeating: 9, count: 16))
  private static let error = FormatError.badMagic(structure: "group frame")

  /// Behind group 4, at offset 1000, before record 40.
  private static let start = LogPosition(
    ledgerID: ledger, openingID: opening, nextRecord: 40, nextGroup: 5, nextOffset: 1_000,
    previousDigest: digest(4))

  private static func digest(_ number: UInt64) -> TruncatedDigest {
    TruncatedDigest.hash([UInt8(number)].rawSpan)
  }

  /// Any header of this ledger; all that counts is replaced by `header`.
  private static let template: GroupFrameHeader = {
    var model = ModelLedger(seed: 1)
    model.makeRecord(bodyByteCounts: [])
    let position = GroupPosition(
      ledgerID: ledger, openingID: opening, number: 1, offset: 0, previousDigest: .zero)
    var frame: ByteBuffer = []
    return model.group(from: 0).encodeFrame(at: position, into: &frame)
  }()

  /// Group `number`, 10 records and 200 bytes each, from group 5 at offset 1000 on.
  private static func header(_ number: UInt64) -> GroupFrameHeader {
    changed(template) {
      $0.number = number
      $0.offset = 1_000 + (number - 5) * 200
      $0.firstRecord = 40 + (number - 5) * 10
      $0.recordCount = 10
      $0.headerSectionByteCount = 72
      $0.bodySectionByteCount = 0
      $0.deduplicationSectionByteCount = 0
      $0.previousDigest = digest(number - 1)
      $0.digest = digest(number)
    }
  }

  private static func group(_ number: UInt64) -> RecoveryScan.Event {
    .group(header(number), at: header(number).offset, linkFault: nil)
  }

  private static func changed(
    _ number: UInt64, _ change: (inout GroupFrameHeader) -> Void
  ) -> GroupFrameHeader {
    changed(header(number), change)
  }

  private static func changed(
    _ header: GroupFrameHeader, _ change: (inout GroupFrameHeader) -> Void
  ) -> GroupFrameHeader {
    var header = header
    change(&header)
    return header
  }

  @Test func beginsWhereItIsTold() {
    let scan = RecoveryScan(from: Self.start)
    #expect(scan.firstAction == .readGroup(at: 1_000))
    #expect(scan.finalVerdict == nil)
  }

  @Test func acceptsGroupsUpToTheEnd() {
    var scan = RecoveryScan(from: Self.start)
    #expect(scan.handle(Self.group(5)) == .readGroup(at: 1_200))
    #expect(scan.handle(Self.group(6)) == .readGroup(at: 1_400))
    #expect(scan.finalVerdict == nil)
    #expect(scan.handle(.end(at: 1_400)) == .stop)
    #expect(scan.finalVerdict == .clean)
    #expect(scan.position.nextRecord == 60)
    #expect(scan.position.nextGroup == 7)
    #expect(scan.position.previousDigest == Self.digest(6))
  }

  @Test func takesALoneBadGroupForATear() {
    var scan = RecoveryScan(from: Self.start)
    _ = scan.handle(Self.group(5))
    #expect(
      scan.handle(.unreadable(Self.error, at: 1_200, header: nil)) == .search(from: 1_201))
    #expect(scan.handle(.nothingFound(fileByteCount: 1_300)) == .stop)
    #expect(scan.finalVerdict == .tornTail(at: 1_200, Self.error))
    #expect(scan.position.nextRecord == 50)
  }

  @Test func skipsThePayloadOfAValidHeader() {
    var scan = RecoveryScan(from: Self.start)
    let event = RecoveryScan.Event.unreadable(Self.error, at: 1_000, header: Self.header(5))
    #expect(scan.handle(event) == .search(from: 1_200))
  }

  /// Group 5 is 200 bytes at 1,000; behind it a writer leaves a reserve, and no group before it is
  /// whole.
  @Test(arguments: [
    (1_100, true), (1_200, true), (1_200 + 262_144, true), (1_200 + 262_145, false),
    (9_000_000, false),
  ])
  func takesWhatNoWriteLeavesForDamage(_ fileByteCount: UInt64, _ isTear: Bool) {
    var scan = RecoveryScan(from: Self.start)
    _ = scan.handle(.unreadable(Self.error, at: 1_000, header: Self.header(5)))
    #expect(scan.handle(.nothingFound(fileByteCount: fileByteCount)) == .stop)
    #expect(
      scan.finalVerdict
        == (isTear
          ? .tornTail(at: 1_000, Self.error)
          : .corrupt(.surplus(byteCount: fileByteCount - 1_000, Self.error), at: 1_000)))
  }

  @Test(arguments: [(1_000 + 268_435_456, true), (1_001 + 268_435_456, false)])
  func withoutAHeaderTheLongestWriteCounts(_ fileByteCount: UInt64, _ isTear: Bool) {
    for header in [nil, Self.header(6)] {
      var scan = RecoveryScan(from: Self.start)
      _ = scan.handle(.unreadable(Self.error, at: 1_000, header: header))
      _ = scan.handle(.nothingFound(fileByteCount: fileByteCount))
      let verdict = scan.finalVerdict
      #expect(
        (verdict == .tornTail(at: 1_000, Self.error)) == isTear, "\(String(describing: verdict))")
    }
  }

  @Test func trustsNoExtentOfAHeaderFromElsewhere() {
    var scan = RecoveryScan(from: Self.start)
    let event = RecoveryScan.Event.unreadable(Self.error, at: 1_000, header: Self.header(6))
    #expect(scan.handle(event) == .search(from: 1_001))
  }

  @Test func takesALaterGroupForDamage() {
    var scan = RecoveryScan(from: Self.start)
    _ = scan.handle(.unreadable(Self.error, at: 1_000, header: nil))
    #expect(scan.handle(.found(Self.header(6), at: 1_200)) == .stop)
    #expect(
      scan.finalVerdict
        == .corrupt(
          .laterGroup(number: 6, offset: 1_200, firstRecord: 50, Self.error), at: 1_000))
    #expect(scan.position.nextRecord == 40)
  }

  @Test("what an old disk block may hold proves nothing")
  func ignoresStrayFrames() {
    let strays: [(GroupFrameHeader, UInt64)] = [
      (Self.changed(6) { $0.ledgerID = LedgerID(Array(repeating: 8, count: 16)) }, 1_200),
      (Self.header(6), 1_208),
      (Self.changed(6) { $0.number = 5 }, 1_200),
      (Self.changed(6) { $0.number = 2 }, 1_200),
    ]
    for (stray, offset) in strays {
      var scan = RecoveryScan(from: Self.start)
      _ = scan.handle(.unreadable(Self.error, at: 1_000, header: nil))
      #expect(scan.handle(.found(stray, at: offset)) == .search(from: offset + 1))
      #expect(scan.handle(.nothingFound(fileByteCount: 1_300)) == .stop)
      #expect(scan.finalVerdict == .tornTail(at: 1_000, Self.error))
    }
  }

  @Test("a whole group of ours that does not continue the log is damage")
  func refusesDiscontinuity() {
    let cases: [(String, GroupFrameHeader)] = [
      ("number", Self.changed(5) { $0.number = 6 }),
      ("previous digest", Self.changed(5) { $0.previousDigest = Self.digest(3) }),
      ("first record", Self.changed(5) { $0.firstRecord = 41 }),
    ]
    for (name, header) in cases {
      var scan = RecoveryScan(from: Self.start)
      #expect(scan.handle(.group(header, at: 1_000, linkFault: nil)) == .stop, "\(name)")
      #expect(
        scan.finalVerdict
          == .corrupt(.discontinuous(number: header.number, expected: 5), at: 1_000), "\(name)")
    }
  }

  @Test("a whole group of another place is an old disk block")
  func searchesBehindForeignGroups() {
    let cases: [(String, GroupFrameHeader)] = [
      ("ledger", Self.changed(5) { $0.ledgerID = LedgerID(Array(repeating: 8, count: 16)) }),
      ("offset", Self.changed(5) { $0.offset = 999 }),
      ("older", Self.changed(5) { $0.number = 4 }),
    ]
    for (name, header) in cases {
      var scan = RecoveryScan(from: Self.start)
      #expect(
        scan.handle(.group(header, at: 1_000, linkFault: nil)) == .search(from: 1_001), "\(name)")
      _ = scan.handle(.nothingFound(fileByteCount: 1_300))
      let verdict = scan.finalVerdict
      guard case .tornTail(at: 1_000, _) = verdict else {
        Issue.record("\(name): \(String(describing: verdict))")
        continue
      }
    }
  }

  @Test func refusesABrokenChain() {
    var scan = RecoveryScan(from: Self.start)
    let event = RecoveryScan.Event.group(Self.header(5), at: 1_000, linkFault: Self.error)
    #expect(scan.handle(event) == .stop)
    #expect(scan.finalVerdict == .corrupt(.brokenChain(Self.error), at: 1_000))
    #expect(scan.position == Self.start)
  }
}
