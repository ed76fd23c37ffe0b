internal import LedgerFormat
internal import MerkleLog

extension LedgerCheck {
  /// Reads the published checkpoint, the saved one and the vault's note.
  func readHeads(_ checkpointBytes: [UInt8]?) -> Obstacle? {
    checkpoint = checkpointBytes.flatMap {
      read($0, file: "checkpoint", allowsOthers: false)
    }
    checkpointNote = checkpointBytes.flatMap { try? SignedNote(parsing: $0) }
    summary.checkpointSize = checkpoint?.size
    summary.checkpointRoot = checkpoint?.root
    if let bytes = options.savedCheckpoint {
      do throws(NoteCheck.Unreadable) {
        _ = try NoteCheck(bytes)
      } catch {
        return Obstacle(
          .savedCheckpointUnusable, "the saved checkpoint cannot be used: \(error.reason)")
      }
      saved = read(bytes, file: nil, called: "the saved checkpoint", allowsOthers: true)
      summary.savedCheckpointSize = saved?.size
    }
    if let bytes = options.vaultNote {
      vault = read(bytes, file: nil, called: "the vault's note", allowsOthers: true)
    } else {
      collector.add(
        Remark(
          .vaultNotCompared,
          options.vaultObstacle ?? "the vault's newest note was not there to compare with"))
    }
    return nil
  }

  /// Says that a link, a folder or a pipe stands in the checkpoint's place.
  func reportCheckpointOfAnotherKind() throws(EvidenceError) {
    guard !activeFiles.isEmpty || !segments.isEmpty,
      try evidence.entries(of: "").contains(where: { $0.name == "checkpoint" && $0.kind != .file })
    else { return }
    collector.add(Finding(.checkpointDamaged, "is no regular file", file: "checkpoint"))
  }

  /// Reads one note and reports what is wrong with it; nil if it says nothing to compare with.
  private func read(
    _ bytes: [UInt8], file: String?, called name: String = "", allowsOthers: Bool
  ) -> Checkpoint? {
    func located(_ finding: Finding) -> Finding {
      var finding = finding
      finding.file = file
      if !name.isEmpty { finding.message = "\(name): \(finding.message)" }
      return finding
    }
    let check: NoteCheck
    do throws(NoteCheck.Unreadable) {
      check = try NoteCheck(bytes)
    } catch {
      collector.add(located(Finding(.checkpointDamaged, error.reason)))
      return nil
    }
    waitingNotes.append(
      WaitingNote(check: check, file: file, name: name, allowsOthers: allowsOthers))
    if let origin = ledgerFile?.origin,
      !origin.utf8.elementsEqual(check.checkpoint.origin.utf8)
    {
      collector.add(
        located(
          Finding(
            .originMismatch, "is of \(check.checkpoint.origin), the ledger is \(origin)")))
      return nil
    }
    return check.checkpoint
  }
}
