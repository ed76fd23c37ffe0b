public import LedgerCryptography
public import LedgerFormat

/// What a producer gets back for a record that is durable.
public struct Receipt: Hashable, Sendable {
  /// Of a record with continuations, the first part's.
  public var index: UInt64
  public var leafHash: SHA256Digest
  public var recordedTime: Timestamp
  /// The client's own id, where it gave one.
  public var identifier: String?
  /// The record was there already; the rest is the first delivery's.
  public var isDuplicate: Bool

  public init(
    index: UInt64, leafHash: SHA256Digest, recordedTime: Timestamp, identifier: String? = nil,
    isDuplicate: Bool = false
  ) {
    self.index = index
    self.leafHash = leafHash
    self.recordedTime = recordedTime
    self.identifier = identifier
    self.isDuplicate = isDuplicate
  }

  /// One line: `{"index":…,"leafHash":…,"recordedTime":…}`, with `id` and `"duplicate":true` where
  /// they apply.
  public var json: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  /// Writes the receipt as an object.
  public func write(to writer: inout JSONWriter) {
    writer.object { writeMembers(to: &$0) }
  }

  /// Writes the members of that object into one that has others too.
  public func writeMembers(to writer: inout JSONWriter) {
    writer.member("index", index)
    writer.member("leafHash", leafHash.description)
    writer.member("recordedTime", recordedTime.description)
    if let identifier { writer.member("id", identifier) }
    if isDuplicate {
      writer.name("duplicate")
      writer.boolean(true)
    }
  }
}
