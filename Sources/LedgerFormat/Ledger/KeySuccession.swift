public import MerkleLog

/// What a `key/rotated` record says: the key that signed until now, and the one that signs from
/// the next checkpoint on. Two attributes of its header; see "Rotation of the key" in the format.
public struct KeyRotation: Hashable, Sendable {
  public static let kind = "key/rotated"
  public var previous: NoteVerifierKey
  public var next: NoteVerifierKey

  private static let previousAttribute = "previousVerifierKey"
  private static let nextAttribute = "verifierKey"

  public init(previous: NoteVerifierKey, next: NoteVerifierKey) {
    self.previous = previous
    self.next = next
  }

  /// Reads a record of that kind; nil if it does not name two keys in their text form.
  public init?(_ content: RecordContent) {
    guard content.kind == Self.kind,
      let previous = Self.key(content.attributes[Self.previousAttribute]),
      let next = Self.key(content.attributes[Self.nextAttribute])
    else { return nil }
    self.init(previous: previous, next: next)
  }

  private static func key(_ value: AttributeValue?) -> NoteVerifierKey? {
    guard case .text(let text)? = value else { return nil }
    return try? NoteVerifierKey(vkey: text)
  }

  /// The record's content, written by `source`.
  public func content(source: String) -> RecordContent {
    var content = RecordContent(kind: Self.kind, source: source)
    content.attributes[Self.previousAttribute] = .text(previous.vkey)
    content.attributes[Self.nextAttribute] = .text(next.vkey)
    return content
  }
}

/// The keys that signed one ledger, one after the other, and the records that say so.
public struct KeySuccession: Hashable, Sendable {
  /// A key and the record from which on it signs.
  public struct Change: Hashable, Sendable {
    /// The `key/rotated` record.
    public var record: UInt64
    public var key: NoteVerifierKey
  }

  /// The key that record 0 names.
  public let first: NoteVerifierKey
  /// Ascending by record.
  public private(set) var changes: [Change] = []

  public init(first: NoteVerifierKey) { self.first = first }

  /// All keys, oldest first.
  public var keys: [NoteVerifierKey] { [first] + changes.map(\.key) }

  /// The key that signs what comes next.
  public var current: NoteVerifierKey { changes.last?.key ?? first }

  /// Why a `key/rotated` record does not continue the succession.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Takes the next `key/rotated` record; those must come in the order of the log.
  ///
  /// - Throws: `Fault` unless it is from the current key to one not used before, of the same name.
  public mutating func accept(_ content: RecordContent, at record: UInt64) throws(Fault) {
    guard let rotation = KeyRotation(content) else {
      throw Fault(description: "does not name the old and the new verifier key")
    }
    guard rotation.previous == current else {
      throw Fault(description: "replaces a key that is not the one in use")
    }
    guard rotation.next.name.utf8.elementsEqual(first.name.utf8) else {
      throw Fault(description: "names a key of \(rotation.next.name), not of \(first.name)")
    }
    guard !keys.contains(rotation.next) else {
      throw Fault(description: "returns to a key that was in use before")
    }
    changes.append(Change(record: record, key: rotation.next))
  }

  /// The number, from 0, of the key in use for a tree of `size` records.
  public func keyNumber(forSize size: UInt64) -> Int { changes.count { $0.record < size } }

  /// The keys in use up to a tree of `size` records, oldest first.
  public func keys(upToSize size: UInt64) -> [NoteVerifierKey] {
    Array(keys.prefix(keyNumber(forSize: size) + 1))
  }

  /// The keys that must sign a checkpoint of `size` records: one, but two where it is the one that
  /// hands over from the old key to the new.
  public func signers(ofSize size: UInt64) -> [NoteVerifierKey] {
    let number = keyNumber(forSize: size)
    guard number > 0, changes[number - 1].record + 1 == size else { return [keys[number]] }
    return [keys[number - 1], keys[number]]
  }
}
