/// Which records a run of the index covers, and what its file is called.
///
/// A full run of level `l` covers 65,536 · 16^l records from a multiple of that number on. A run
/// that covers fewer is a tail: it ends where the log did when it was closed.
public struct IndexRunExtent: Hashable, Sendable {
  /// The level, 0 to `FormatLimits.fullRunLevelMax`.
  public let level: UInt64
  /// The first record, a multiple of the level's capacity.
  public let firstRecord: UInt64
  /// The number of records, 1 to the level's capacity.
  public let recordCount: UInt64

  /// The records of a full run of `level`, which is at most `fullRunLevelMax`.
  public static func capacity(level: UInt64) -> UInt64 {
    precondition(level <= FormatLimits.fullRunLevelMax, "no run of this level can be full")
    return UInt64(FormatLimits.runRecordCount) << (4 * level)
  }

  /// Nil unless level, alignment and count are those of a run.
  public init?(level: UInt64, firstRecord: UInt64, recordCount: UInt64) {
    guard level <= FormatLimits.fullRunLevelMax else { return nil }
    let capacity = Self.capacity(level: level)
    guard firstRecord.isMultiple(of: capacity), recordCount > 0, recordCount <= capacity,
      firstRecord <= FormatLimits.integerMax - recordCount
    else { return nil }
    self.level = level
    self.firstRecord = firstRecord
    self.recordCount = recordCount
  }

  /// The record after the last.
  public var endRecord: UInt64 { firstRecord + recordCount }
  /// The position among the runs of its level.
  public var number: UInt64 { firstRecord / Self.capacity(level: level) }
  /// Whether it covers all records that a run of its level can.
  public var isFull: Bool { recordCount == Self.capacity(level: level) }

  /// The file's name in `index/` without extension: `<level>-<n>`, of a tail
  /// `<level>-<n>-<count>`.
  public var name: String {
    isFull ? "\(level)-\(number)" : "\(level)-\(number)-\(recordCount)"
  }
  /// The name of the run's file.
  public var runFileName: String { name + ".run" }
  /// The name of the run's name dictionary.
  public var nameFileName: String { name + ".names" }

  /// Reads what `name` gives; nil for anything else.
  public init?(name: String) {
    let parts = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    var numbers: [UInt64] = []
    for part in parts {
      // Only digits, so that `+1` has no second name; leading zeros are met by the last check.
      guard part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let number = UInt64(Substring(part))
      else { return nil }
      numbers.append(number)
    }
    guard numbers[0] <= FormatLimits.fullRunLevelMax else { return nil }
    let capacity = Self.capacity(level: numbers[0])
    let (first, overflow) = numbers[1].multipliedReportingOverflow(by: capacity)
    guard !overflow else { return nil }
    self.init(
      level: numbers[0], firstRecord: first, recordCount: numbers.count == 3 ? numbers[2] : capacity
    )
    guard self.name.utf8.elementsEqual(name.utf8) else { return nil }
  }

  /// The runs with which a writer tiles `[0, recordCount)`: the largest full ones first, then, if
  /// records are left over, a tail of level 0.
  public static func tiling(recordCount: UInt64) -> [IndexRunExtent] {
    var extents: [IndexRunExtent] = []
    var first: UInt64 = 0
    for level in stride(from: FormatLimits.fullRunLevelMax, through: 0, by: -1) {
      let capacity = capacity(level: level)
      while recordCount - first >= capacity {
        guard
          let extent = IndexRunExtent(level: level, firstRecord: first, recordCount: capacity)
        else { return extents }
        extents.append(extent)
        first += capacity
      }
      if level == 0 { break }
    }
    if let tail = IndexRunExtent(level: 0, firstRecord: first, recordCount: recordCount - first) {
      extents.append(tail)
    }
    return extents
  }
}
