public import LedgerCryptography

/// Why bytes are no signed note, or a note is not acceptable. Lines count from 1.
public enum SignedNoteError: Error, Hashable, Sendable {
  /// More bytes than `SignedNote.byteCountMax`.
  case tooLarge(byteCount: Int, limit: Int)
  /// Not UTF-8.
  case notUTF8
  /// A control character other than newline.
  case controlCharacter(found: UInt8, offset: Int)
  /// The last byte is not a newline.
  case missingFinalNewline
  /// No empty line parts text from signatures.
  case missingBlankLine
  /// Nothing follows the empty line.
  case missingSignatures
  /// More signature lines than `SignedNote.signatureCountMax`.
  case tooManySignatures(found: Int, limit: Int)
  /// Not em dash, space, name, space, base64.
  case notASignatureLine(line: Int)
  /// The name is empty or has a space or plus sign.
  case malformedKeyName(line: Int)
  /// The signature is not canonical base64.
  case malformedBase64(line: Int)
  /// The signature has no byte after the key ID.
  case signatureTooShort(line: Int, found: Int, needed: Int)
  /// The text to sign is empty or does not end in a newline.
  case malformedText
  /// Two different keys of those given have the same name and key ID.
  case ambiguousKey(name: String, keyHash: UInt32)
  /// A signature by a known key does not verify.
  case invalidSignature(name: String, keyHash: UInt32)
  /// No signature is by any of the keys.
  case noKnownSignature
  /// Libcrypto failed: nothing is known about the signature.
  case cryptography(CryptographyError)
}
