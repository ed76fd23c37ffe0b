import LedgerCryptography

/// Text with signatures under it (c2sp.org/signed-note).
///
///     text, one or more lines, empty ones allowed
///                                                  <- the last empty line
///     — name base64(key ID, signature)             <- one or more
///
/// Parsing keeps every byte: `encoded` gives back what was parsed.
public struct SignedNote: Sendable {
  /// What is signed, with its final newline.
  public let text: String
  /// The signatures in the order of their lines.
  public let signatures: [NoteSignature]

  /// The most bytes of a note: 1 MiB.
  public static let byteCountMax = 1 << 20
  /// The most signature lines of a note: 100.
  public static let signatureCountMax = 100

  /// Reads a note, strictly.
  public init(parsing bytes: [UInt8]) throws(SignedNoteError) {
    guard bytes.count <= Self.byteCountMax else {
      throw .tooLarge(byteCount: bytes.count, limit: Self.byteCountMax)
    }
    try Self.checkCharacters(bytes)
    guard bytes.last == UInt8(ascii: "\n") else { throw .missingFinalNewline }
    guard let blank = Self.lastBlankLine(bytes) else { throw .missingBlankLine }
    guard let text = String(validating: bytes[..<blank], as: UTF8.self) else { throw .notUTF8 }
    let rest = bytes[blank...]
    let span = rest.span
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: span)
    } catch {
      throw .notUTF8
    }
    self.text = text
    signatures = try Self.parseSignatures(
      LineCursor(bytes, from: blank + 1, line: 2 + Self.lineCount(bytes[..<blank])),
      count: Self.lineCount(rest) - 1)
  }

  private static func checkCharacters(_ bytes: [UInt8]) throws(SignedNoteError) {
    let span = bytes.span
    for offset in span.indices where span[offset] < 0x20 && span[offset] != UInt8(ascii: "\n") {
      throw .controlCharacter(found: span[offset], offset: offset)
    }
  }

  /// Signs `text` with each of `keys`.
  ///
  /// - Throws: `malformedText` unless it ends in a newline and has no control characters but
  ///   newlines; `tooLarge`; `cryptography`.
  public static func sign(
    _ text: String, with keys: [NoteSignerKey]
  ) throws(SignedNoteError) -> SignedNote {
    var signatures: [NoteSignature] = []
    for key in keys {
      do throws(CryptographyError) {
        signatures.append(try key.sign(text))
      } catch {
        throw .cryptography(error)
      }
    }
    return try SignedNote(text: text, signatures: signatures)
  }

  /// Puts together a note whose signatures were made elsewhere; nothing is verified.
  public init(text: String, signatures: [NoteSignature]) throws(SignedNoteError) {
    guard text.utf8.last == UInt8(ascii: "\n"),
      text.utf8.allSatisfy({ $0 >= 0x20 || $0 == UInt8(ascii: "\n") })
    else { throw .malformedText }
    guard !signatures.isEmpty else { throw .missingSignatures }
    guard signatures.count <= Self.signatureCountMax else {
      throw .tooManySignatures(found: signatures.count, limit: Self.signatureCountMax)
    }
    let firstLine = 2 + Self.lineCount(Array(text.utf8)[...])
    for (position, signature) in signatures.enumerated() {
      let line = firstLine + position
      guard NoteKeyName.isValid(signature.name) else { throw .malformedKeyName(line: line) }
      guard !signature.bytes.isEmpty else {
        throw .signatureTooShort(line: line, found: 4, needed: 5)
      }
    }
    self.text = text
    self.signatures = signatures
    let byteCount = encoded.count
    guard byteCount <= Self.byteCountMax else {
      throw .tooLarge(byteCount: byteCount, limit: Self.byteCountMax)
    }
  }

  /// The note's bytes.
  public var encoded: [UInt8] {
    var bytes = Array(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
    for signature in signatures { signature.append(to: &bytes) }
    return bytes
  }

  /// The signatures that verify under `keys`, at least one.
  ///
  /// Signatures of other keys are passed over, as the specification demands; all of a known key
  /// must verify.
  ///
  /// - Throws: `invalidSignature`, `noKnownSignature`, `ambiguousKey`, `cryptography`.
  public func verify(keys: [NoteVerifierKey]) throws(SignedNoteError) -> [NoteSignature] {
    var verified: [NoteSignature] = []
    for signature in signatures {
      let candidates = Set(keys.filter { signature.isBy($0) })
      guard let key = candidates.first else { continue }
      guard candidates.count == 1 else {
        throw .ambiguousKey(name: signature.name, keyHash: signature.keyHash)
      }
      let isValid: Bool
      do throws(CryptographyError) {
        isValid = try key.isValid(signature, text: text)
      } catch {
        throw .cryptography(error)
      }
      guard isValid else {
        throw .invalidSignature(name: signature.name, keyHash: signature.keyHash)
      }
      verified.append(signature)
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return verified
  }

  /// The offset of the newline that is the last empty line; never the first byte, since the text
  /// has at least one line.
  private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
    let newline = UInt8(ascii: "\n")
    for offset in stride(from: bytes.count - 1, to: 0, by: -1)
    where bytes[offset] == newline && bytes[offset - 1] == newline {
      return offset
    }
    return nil
  }

  private static func lineCount(_ bytes: ArraySlice<UInt8>) -> Int {
    let span = bytes.span
    var count = 0
    for offset in span.indices where span[offset] == UInt8(ascii: "\n") { count += 1 }
    return count
  }

  /// - Parameter count: how many lines there are.
  private static func parseSignatures(
    _ lines: LineCursor, count: Int
  ) throws(SignedNoteError) -> [NoteSignature] {
    guard count > 0 else { throw .missingSignatures }
    guard count <= signatureCountMax else {
      throw .tooManySignatures(found: count, limit: signatureCountMax)
    }
    var lines = lines
    var signatures: [NoteSignature] = []
    signatures.reserveCapacity(count)
    while true {
      let number = lines.line
      guard let line = lines.next() else { return signatures }
      signatures.append(try NoteSignature(line, line: number))
    }
  }
}

extension SignedNote: Hashable {
  /// Equal if both are the same bytes.
  public static func == (left: SignedNote, right: SignedNote) -> Bool {
    left.signatures == right.signatures && NoteKeyName.areSame(left.text, right.text)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(signatures)
  }
}
