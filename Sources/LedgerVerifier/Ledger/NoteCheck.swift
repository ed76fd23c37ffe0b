internal import LedgerFormat
internal import MerkleLog

/// A signed checkpoint that was read, and whether its signatures hold.
struct NoteCheck {
  var checkpoint: Checkpoint
  var note: SignedNote

  /// Why bytes are no checkpoint at all.
  struct Unreadable: Error, Hashable {
    var reason: String
  }

  /// Reads a checkpoint; signatures are checked by `faults`.
  init(_ bytes: [UInt8]) throws(Unreadable) {
    do throws(SignedNoteError) {
      note = try SignedNote(parsing: bytes)
    } catch {
      throw Unreadable(reason: "it is no signed note: \(error)")
    }
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(parsing: note.text)
    } catch {
      throw Unreadable(reason: "its text is no checkpoint: \(error)")
    }
    guard checkpoint.extensionLines.isEmpty else {
      throw Unreadable(reason: "it has extension lines, which this format has none of")
    }
    guard checkpoint.size <= FormatLimits.integerMax else {
      throw Unreadable(reason: "its size \(checkpoint.size) is over the limit")
    }
  }

  /// What is wrong with the signatures.
  ///
  /// - Parameters:
  ///   - keys: those that must sign. Where others are passed over, one of them is enough.
  ///   - allowsOthers: whether lines by other keys, such as witnesses, are passed over.
  func faults(keys: [NoteVerifierKey], allowsOthers: Bool) -> [Finding] {
    // Without any key there is a finding already that says why.
    guard !keys.isEmpty else { return [] }
    var findings: [Finding] = []
    if !allowsOthers {
      for signature in note.signatures where !keys.contains(where: signature.isBy) {
        findings.append(
          Finding(
            .signatureForeign,
            "holds a signature line by \(signature.name), which is not the ledger's key"))
      }
      if Set(note.signatures).count < note.signatures.count {
        findings.append(Finding(.signatureForeign, "holds the same signature line twice"))
      }
    }
    do throws(SignedNoteError) {
      let verified = try note.verify(keys: keys)
      for key in keys where !allowsOthers && !verified.contains(where: { $0.isBy(key) }) {
        findings.append(Finding(.signatureInvalid, "lacks the signature of \(key.vkey)"))
      }
    } catch {
      findings.append(Finding(.signatureInvalid, "\(error)"))
    }
    return findings
  }
}
