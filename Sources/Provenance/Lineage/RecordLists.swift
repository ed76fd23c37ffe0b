/// The records of several entities, in one list.
public struct RecordLists: Sendable {
  private var records: [UInt64] = []
  /// Where each entity's end.
  private var ends: [Int] = []

  public init() {}

  /// Sorts what was found into one list per entity; the order within each stays.
  ///
  /// - Parameters:
  ///   - found: places of entities, below `count`, each with a record that names it.
  ///   - count: how many entities there are.
  public init(_ found: [(place: Int, record: UInt64)], count: Int) {
    ends = Array(repeating: 0, count: count)
    for (place, _) in found { ends[place] += 1 }
    var start = 0
    // First where each begins; adding moves that to where it ends.
    for place in ends.indices { (start, ends[place]) = (start + ends[place], start) }
    records = Array(repeating: 0, count: found.count)
    for (place, record) in found {
      records[ends[place]] = record
      ends[place] += 1
    }
  }

  /// Adds the records of the next entity.
  public mutating func append(_ list: some Collection<UInt64>) {
    records.append(contentsOf: list)
    ends.append(records.count)
  }

  /// How many entities there are.
  public var count: Int { ends.count }

  /// The records of the entity at `place`.
  public subscript(place: Int) -> ArraySlice<UInt64> {
    records[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
  }
}
