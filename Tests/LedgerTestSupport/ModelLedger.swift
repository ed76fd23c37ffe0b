/// What a ledger should hold: a plain array, and two dictionaries for duplicates.
///
/// Too simple to be wrong, and too slow for anything but tests.
public struct ModelLedger: Sendable {
  /// How a client wants duplicates of a record to be recognised.
  public enum Identity: Hashable, Sendable {
    case none
    case body
    case identifier(String)
  }

  public struct Record: Sendable {
    /// Nil for the ledger's own records, which have none.
    public let body: [UInt8]?
    public let identity: Identity
    /// The header's bytes, which never change once they were seen.
    public fileprivate(set) var leaf: [UInt8]?
  }

  /// What sending a record has to lead to.
  public enum Expectation: Hashable, Sendable {
    case recorded(Int)
    case duplicate(of: Int)
    case conflict(with: Int)
  }

  public private(set) var records: [Record] = []
  private var bodies: [[UInt8]: Int] = [:]
  private var identifiers: [String: Int] = [:]

  public init() {}

  /// The records' count.
  public var count: Int { records.count }

  /// Sends a record: says what has to come of it, and appends it if that is a new record.
  public mutating func send(_ body: [UInt8], _ identity: Identity) -> Expectation {
    switch identity {
    case .none:
      break
    case .body:
      if let known = bodies[body] { return .duplicate(of: known) }
      bodies[body] = count
    case .identifier(let identifier):
      if let known = identifiers[identifier] {
        return records[known].body == body ? .duplicate(of: known) : .conflict(with: known)
      }
      identifiers[identifier] = count
    }
    records.append(Record(body: body, identity: identity))
    return .recorded(count - 1)
  }

  /// The ledger wrote a record of its own.
  public mutating func noteOwnRecord() { records.append(Record(body: nil, identity: .none)) }

  /// Takes note of a header's bytes; false if others were seen at this index before.
  public mutating func note(leaf: [UInt8], at index: Int) -> Bool {
    if let known = records[index].leaf { return known == leaf }
    records[index].leaf = leaf
    return true
  }

  /// The tree of the first `size` records, whose headers were all seen.
  public func tree(size: Int) -> NaiveTree {
    NaiveTree(entries: records.prefix(size).map { $0.leaf ?? [] })
  }
}
