internal import Foundation
public import LedgerFormat
public import SegmentStorage
public import SubjectVault

/// What a caller may choose when it opens a ledger.
public struct LedgerOptions: Sendable {
  public var fileSystem: any FileSystem
  public var clock: any LedgerClock
  /// Stored bytes at which the active file is sealed; tests make it small.
  public var segmentByteCountTarget: Int
  /// Records whose duplicates are recognised.
  public var duplicateWindowRecordCount: Int
  /// Seal full files on a thread of their own; tests that need one order of operations do not.
  public var sealsInBackground: Bool
  /// Go on although the clock stepped, and record that as `ledger/clock`. Later openings take a
  /// step that was recorded as accepted.
  public var acceptsClockStep: Bool
  /// Where this process serves the ledger; written into LOCK for others to find.
  public var url: String?
  /// What keeps subject keys, tags and the erasure journal.
  public var subjectStore: any SubjectStoreProvider
  /// What wraps the subject keys; nil for what the environment says when one is first needed.
  public var keyEncryptionKey: KeyEncryptionKeySource?

  public init(
    fileSystem: any FileSystem = POSIXFileSystem(), clock: any LedgerClock = SystemClock(),
    segmentByteCountTarget: Int = FormatLimits.segmentByteCountTarget,
    duplicateWindowRecordCount: Int = 1 << 20, sealsInBackground: Bool = true,
    acceptsClockStep: Bool = false, url: String? = nil,
    subjectStore: any SubjectStoreProvider = SQLiteSubjectStoreProvider(),
    keyEncryptionKey: KeyEncryptionKeySource? = nil
  ) {
    self.fileSystem = fileSystem
    self.clock = clock
    self.segmentByteCountTarget = segmentByteCountTarget
    self.duplicateWindowRecordCount = duplicateWindowRecordCount
    self.sealsInBackground = sealsInBackground
    self.acceptsClockStep = acceptsClockStep
    self.url = url
    self.subjectStore = subjectStore
    self.keyEncryptionKey = keyEncryptionKey
  }
}

/// The two clocks of an operating system.
public protocol LedgerClock: Sendable {
  /// The wall clock.
  func now() -> Timestamp
  /// Microseconds on a clock that is never set; only differences mean anything.
  func monotonicMicroseconds() -> Int64
}

/// The system's wall clock, and its clock that goes on while the machine sleeps.
public struct SystemClock: LedgerClock {
  public init() {}

  public func now() -> Timestamp {
    // A `Date` is a double of seconds, exact to about a quarter of a microsecond in this century.
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
  }

  public func monotonicMicroseconds() -> Int64 {
    let (seconds, attoseconds) = Self.start.duration(to: .now).components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }

  private static let start = ContinuousClock.now
}
