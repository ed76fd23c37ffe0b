/// What the errors of this module say to people: one clause without a full stop.

extension SignedNoteError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let byteCount, let limit): "\(byteCount) bytes are over the limit of \(limit)"
    case .notUTF8: "not UTF-8"
    case .controlCharacter(let found, let offset):
      "the control character \(found) at byte \(offset)"
    case .missingFinalNewline: "the last line has no newline"
    case .missingBlankLine: "no empty line parts text from signatures"
    case .missingSignatures: "no signature follows the empty line"
    case .tooManySignatures(let found, let limit):
      "\(found) signature lines are over the limit of \(limit)"
    case .notASignatureLine(let line): "line \(line) is no signature line"
    case .malformedKeyName(let line): "line \(line) names no key"
    case .malformedBase64(let line): "the signature in line \(line) is not canonical base64"
    case .signatureTooShort(let line, let found, let needed):
      "the signature in line \(line) has \(found) of at least \(needed) bytes"
    case .malformedText: "the text is empty or does not end in a newline"
    case .ambiguousKey(let name, _): "two different keys are called \(name)"
    case .invalidSignature(let name, _): "the signature by \(name) does not verify"
    case .noKnownSignature: "no signature is by the key to verify with"
    case .cryptography(let error): "\(error)"
    }
  }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFinalNewline: "the last line has no newline"
    case .emptyLine(let line): "line \(line) is empty"
    case .tooFewLines(let found, let needed): "\(found) of at least \(needed) lines are there"
    case .malformedSize: "line 2 is no tree size"
    case .malformedRoot: "line 3 is not the canonical base64 of 32 bytes"
    case .controlCharacter(let line): "line \(line) has a control character"
    }
  }
}

extension NoteKeyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongPartCount(let expected, let found):
      "\(found) \(found == 1 ? "part" : "parts") between plus signs instead of \(expected)"
    case .notAPrivateKey: "it does not begin with PRIVATE+KEY+"
    case .malformedName: "the name is empty, not UTF-8, or has a space or control character"
    case .malformedKeyHash: "the key id is not eight lower-case hexadecimal digits"
    case .malformedKey: "the key is not canonical base64"
    case .unsupportedAlgorithm(let found):

      "its signature type is \(found), not the one needed (1 for a log, 4 for a cosigner)"
    case .wrongKeyLength(let expected, let found): "the key has \(found) bytes, not \(expected)"
    case .keyHashMismatch: "the key id is not the one of this name and key"
    case .cryptography(let error): "\(error)"
    }
  }
}

extension ProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .indexBeyondSize(let index, let treeSize):
      "record \(index) is not among the first \(treeSize)"
    case .indexOutsideSubtree(let index, let start, let end):
      "record \(index) is not in the subtree from \(start) to \(end)"
    case .sizesOutOfOrder(let oldSize, let newSize):
      "the size \(newSize) is below the earlier size \(oldSize)"
    case .subtreeBeyondTree(let end, let treeSize):
      "the subtree ends at \(end), beyond the \(treeSize) records of the tree"
    case .wrongHashCount(let expected, let found):
      "the proof has \(found) hashes, \(expected) are needed"
    case .rootMismatch(let expected, let computed):
      "the proof leads to the root \(computed), signed is \(expected)"
    case .earlierRootMismatch(let expected, let computed):
      "the proof leads to the earlier root \(computed), signed is \(expected)"
    }
  }
}

extension ProofFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let byteCount, let limit): "\(byteCount) bytes are over the limit of \(limit)"
    case .wrongHeader(let line): "line \(line) does not name the format"
    case .malformedExtra(let line): "the extra data in line \(line) is not canonical base64"
    case .malformedIndex(let line): "line \(line) is no index"
    case .malformedHash(let line): "line \(line) is not the canonical base64 of 32 bytes"
    case .tooManyHashes(let line, let limit):
      "line \(line) is one hash more than the \(limit) that any tree needs"
    case .missingEmptyLine(let line): "line \(line) should be empty"
    case .note(let error, let line): "the note that begins at line \(line) is none: \(error)"
    case .checkpoint(let error, let line):
      "the note that begins at line \(line) is no checkpoint: \(error)"
    case .indexBeyondSize(let index, let treeSize):
      "it is about record \(index), its checkpoint covers \(treeSize) records"
    case .originsDiffer(let old, let new): "its checkpoints are of \(old) and of \(new)"
    case .sizesOutOfOrder(let oldSize, let newSize):
      "its second checkpoint covers \(newSize) records, the first \(oldSize)"
    }
  }
}
