public import LedgerCryptography

/// What a log's signed tree head says (c2sp.org/tlog-checkpoint): the text of a note.
///
///     origin
///     size, decimal
///     root hash, base64
///     extension lines, if any
public struct Checkpoint: Sendable {
  /// The log's unique name.
  public let origin: String
  /// The number of leaves.
  public let size: UInt64
  /// The root of the tree of that size.
  public let root: SHA256Digest
  /// Opaque further lines; none are recommended.
  public let extensionLines: [String]

  /// The most bytes of an origin that this project makes: 255.
  public static let originByteCountMax = 255

  /// Whether a log may be created under this name: a valid key name, as the key is named like the
  /// log, of at most `originByteCountMax` bytes.
  ///
  /// Checkpoints of other logs are read with any origin that is not empty; the specification only
  /// recommends the rest.
  public static func isValidOrigin(_ origin: String) -> Bool {
    NoteKeyName.isValid(origin) && origin.utf8.count <= originByteCountMax
  }

  /// Makes a checkpoint. `origin` and each extension line must be one line that is not empty.
  public init(
    origin: String, size: UInt64, root: SHA256Digest, extensionLines: [String] = []
  ) {
    for line in [origin] + extensionLines {
      precondition(
        !line.isEmpty && !line.utf8.contains { $0 < 0x20 },
        "a line of a checkpoint is not empty and has no control characters")
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensionLines = extensionLines
  }

  /// Reads the text of a note, strictly.
  public init(parsing text: String) throws(CheckpointError) {
    let bytes = Array(text.utf8)
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else { throw .missingFinalNewline }
    var cursor = LineCursor(bytes)
    var lines: [ArraySlice<UInt8>] = []
    lines.reserveCapacity(3)
    while let line = cursor.next() {
      if line.isEmpty { throw .emptyLine(line: lines.count + 1) }
      lines.append(line)
    }
    guard lines.count >= 3 else { throw .tooFewLines(found: lines.count, needed: 3) }
    guard let size = CanonicalDecimal.parse(lines[1]) else { throw .malformedSize }
    guard let root = Base64.digest(lines[2]) else {
      throw .malformedRoot
    }
    var decoded: [String] = []
    for (position, line) in lines.enumerated() where position == 0 || position > 2 {
      // Notes have no control characters; a text from elsewhere may.
      guard !line.contains(where: { $0 < 0x20 }),
        let content = String(validating: line, as: UTF8.self)
      else { throw .controlCharacter(line: position + 1) }
      decoded.append(content)
    }
    origin = decoded[0]
    self.size = size
    self.root = root
    extensionLines = Array(decoded.dropFirst())
  }

  /// The text to sign, with its final newline.
  public var text: String {
    let root = root.withBytes { Base64.encode($0) }
    return ([origin, String(size), root] + extensionLines).map { $0 + "\n" }.joined()
  }
}

extension Checkpoint: Hashable {
  /// Equal if both texts are the same bytes.
  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.size == right.size && left.root == right.root
      && NoteKeyName.areSame(left.origin, right.origin)
      && left.extensionLines.elementsEqual(right.extensionLines, by: NoteKeyName.areSame)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(size)
    hasher.combine(root)
  }
}

/// Why a text is no checkpoint. Lines count from 1.
public enum CheckpointError: Error, Hashable, Sendable {
  /// The last byte is not a newline.
  case missingFinalNewline
  /// An empty line.
  case emptyLine(line: Int)
  /// Origin, size or root is missing.
  case tooFewLines(found: Int, needed: Int)
  /// Line 2 is not the one way to write a 64-bit number.
  case malformedSize
  /// Line 3 is not canonical base64 of 32 bytes.
  case malformedRoot
  /// A control character in a line.
  case controlCharacter(line: Int)
}
