/// One signature line of a note.
public struct NoteSignature: Sendable {
  /// The name of the key.
  public let name: String
  /// The key ID: with the name it tells which key and algorithm.
  public let keyHash: UInt32
  /// The signature; 64 bytes for Ed25519. Not empty.
  public let bytes: [UInt8]

  /// Makes the content of a line.
  public init(name: String, keyHash: UInt32, bytes: [UInt8]) {
    self.name = name
    self.keyHash = keyHash
    self.bytes = bytes
  }

  /// Whether `key` is the one that the line names.
  public func isBy(_ key: NoteVerifierKey) -> Bool {
    keyHash == key.keyHash && NoteKeyName.areSame(name, key.name)
  }

  /// Em dash, space: how a line begins.
  static let lineStart = Array("\u{2014} ".utf8)

  /// Appends the line with its newline.
  func append(to buffer: inout [UInt8]) {
    buffer.append(contentsOf: Self.lineStart)
    buffer.append(contentsOf: name.utf8)
    buffer.append(UInt8(ascii: " "))
    let hash = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyHash >> $0) }
    Base64.append(hash + bytes, to: &buffer)
    buffer.append(UInt8(ascii: "\n"))
  }

  /// Reads line number `line`, given without its newline.
  init(_ content: ArraySlice<UInt8>, line: Int) throws(SignedNoteError) {
    guard content.starts(with: Self.lineStart) else { throw .notASignatureLine(line: line) }
    let rest = content.dropFirst(Self.lineStart.count)
    guard let space = rest.firstIndex(of: UInt8(ascii: " ")) else {
      throw .notASignatureLine(line: line)
    }
    guard let name = String(validating: rest[..<space], as: UTF8.self), NoteKeyName.isValid(name)
    else { throw .malformedKeyName(line: line) }
    guard let value = Base64.decode(rest[(space + 1)...]) else {
      throw .malformedBase64(line: line)
    }
    guard value.count > 4 else {
      throw .signatureTooShort(line: line, found: value.count, needed: 5)
    }
    self.name = name
    keyHash = value.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    bytes = Array(value.dropFirst(4))
  }
}

extension NoteSignature: Hashable {
  /// Equal if their lines are the same bytes.
  public static func == (left: NoteSignature, right: NoteSignature) -> Bool {
    left.keyHash == right.keyHash && left.bytes == right.bytes
      && NoteKeyName.areSame(left.name, right.name)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(keyHash)
    hasher.combine(bytes)
  }
}
