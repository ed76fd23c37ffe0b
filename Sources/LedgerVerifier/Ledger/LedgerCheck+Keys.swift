internal import LedgerFormat
internal import MerkleLog

/// A note whose signatures are checked once the records have said which keys there were.
struct WaitingNote {
  var check: NoteCheck
  var file: String?
  /// How findings call a note that is no file of the ledger.
  var name = ""
  /// Whether lines by other keys, such as witnesses, are passed over.
  var allowsOthers: Bool
  /// The index record that the note closes.
  var record: UInt64?
}

extension LedgerCheck {
  /// Where the note that hands over to a new key lies.
  static func handoverPath(_ record: UInt64) -> String { "keys/\(record).note" }

  /// The records that have such a note, by name, ascending.
  func handoverRecords() throws(EvidenceError) -> [UInt64] {
    try evidence.entries(of: "keys").compactMap { entry in
      entry.kind == .file ? Self.handoverRecord(name: entry.name) : nil
    }.sorted()
  }

  static func handoverRecord(name: String) -> UInt64? {
    guard name.hasSuffix(".note") else { return nil }
    let stem = name.dropLast(".note".utf8.count)
    return UInt64(stem).flatMap { String($0) == stem && $0 < FormatLimits.integerMax ? $0 : nil }
  }

  /// Checks every signature, once all records are known.
  func concludeKeys(_ handovers: [UInt64], _ chain: RecordChain) throws(EvidenceError) {
    guard let succession else {
      for note in waitingNotes { check(note, keys: options.trustedKeys, chain) }
      return
    }
    let covered = checkpoint?.size ?? chain.nextRecord
    // Nothing signed says so of a key that is named above the checkpoint.
    let signed = succession.changes.prefix(succession.keyNumber(forSize: covered))
    if let last = signed.last {
      summary.verifierKey = last.key.vkey
      let records = signed.map { "\($0.record)" }.joined(separator: ", ")
      chain.collector.add(
        Remark(
          .keyRotated, "the key was rotated by record \(records); in use is \(last.key.vkey)"))
    }
    let number = trustedNumber(succession, size: covered, chain)
    for note in waitingNotes {
      check(note, keys: succession.signers(ofSize: note.check.checkpoint.size), chain)
    }
    try checkHandovers(handovers, succession, from: number, size: covered, chain)
  }

  /// The keys as the records name them; nil where nothing says which was the first, or where none
  /// of them is one that the caller trusts.
  func readSuccession(_ chain: RecordChain) -> KeySuccession? {
    let trusted = options.trustedKeys
    let named = ledgerFile.flatMap { try? NoteVerifierKey(vkey: $0.verifierKey) }
    guard let first = named ?? trusted.first else { return nil }
    var succession = KeySuccession(first: first)
    for rotation in chain.rotations {
      do throws(KeySuccession.Fault) {
        try succession.accept(rotation.content, at: rotation.index)
      } catch {
        chain.collector.add(
          Finding(
            .keyRotationInvalid, "\(error)", records: rotation.index...rotation.index))
      }
    }
    guard trusted.isEmpty || !Set(trusted).isDisjoint(with: succession.keys) else {
      if let named {
        chain.collector.add(
          Finding(
            .keyMismatch, "names the key \(named.vkey), which is not the one given",
            file: "ledger.json"))
      }
      return nil
    }
    return succession
  }

  /// Reads the checkpoint once more where bodies were removed by a plan above the one read first: a
  /// writer may have signed the plan, and carried it out, since. Its root is not compared, as it is
  /// not known which size that would be before the records are read.
  func acceptNewerCheckpoint(_ chain: RecordChain) throws(EvidenceError) {
    guard chain.erasures.needsNewerCheckpoint, let succession, let first = checkpoint,
      let bytes = try boundedBytes("checkpoint", limit: FormatLimits.noteByteCountMax),
      let check = try? NoteCheck(bytes)
    else { return }
    let head = check.checkpoint
    guard head.size > first.size, head.size <= chain.nextRecord,
      head.origin.utf8.elementsEqual(first.origin.utf8),
      check.faults(keys: succession.signers(ofSize: head.size), allowsOthers: true).isEmpty
    else { return }
    chain.erasures.accept(signedSize: head.size)
  }

  /// The number of the newest key in use up to the checkpoint that the caller trusts: of the keys
  /// after it, notes have to show that it handed over to them.
  private func trustedNumber(
    _ succession: KeySuccession, size: UInt64, _ chain: RecordChain
  ) -> Int {
    let inUse = succession.keyNumber(forSize: size)
    guard !options.trustedKeys.isEmpty else { return inUse }
    let trusted = Set(options.trustedKeys)
    if let number = (0...inUse).last(where: { trusted.contains(succession.keys[$0]) }) {
      return number
    }
    chain.collector.add(
      Finding(
        .signatureInvalid,
        "the key given took over behind the checkpoint, so that it signed nothing here",
        file: "checkpoint"))
    return inUse
  }

  private func check(_ note: WaitingNote, keys: [NoteVerifierKey], _ chain: RecordChain) {
    for finding in note.check.faults(keys: keys, allowsOthers: note.allowsOthers) {
      var finding = finding
      finding.file = note.file
      if !note.name.isEmpty { finding.message = "\(note.name): \(finding.message)" }
      if let record = note.record { finding.records = record...record }
      chain.collector.add(finding)
    }
  }

  private func checkHandovers(
    _ stored: [UInt64], _ succession: KeySuccession, from number: Int, size: UInt64,
    _ chain: RecordChain
  ) throws(EvidenceError) {
    let rotations = succession.changes.map(\.record)
    for record in stored where !rotations.contains(record) {
      chain.collector.add(
        Finding(
          .keyHandoverWrong, "belongs to no record that rotates the key",
          file: Self.handoverPath(record), records: record...record))
    }
    for (position, record) in rotations.enumerated() {
      let reason = try handoverFault(record, succession, chain)
      guard let reason else { continue }
      let isMissing = reason.isEmpty
      let message =
        isMissing
        ? "is missing: nothing shows that the old key handed over by record \(record)" : reason
      // Without the note a holder of an older key has no reason to trust the newer one.
      if !isMissing || position >= number && record < size {
        chain.collector.add(
          Finding(
            .keyHandoverWrong, message, file: Self.handoverPath(record),
            records: record...record))
      } else {
        chain.collector.add(
          Remark(.keyHandoverMissing, message, file: Self.handoverPath(record)))
      }
    }
  }

  /// What is wrong with the note that ends with `record`; empty if there is none, nil if nothing.
  private func handoverFault(
    _ record: UInt64, _ succession: KeySuccession, _ chain: RecordChain
  ) throws(EvidenceError) -> String? {
    let path = Self.handoverPath(record)
    guard let bytes = try boundedBytes(path, limit: FormatLimits.noteByteCountMax) else {
      // The published checkpoint may be that very note.
      return checkpoint?.size == record + 1 ? nil : ""
    }
    let check: NoteCheck
    do throws(NoteCheck.Unreadable) { check = try NoteCheck(bytes) } catch { return error.reason }
    let head = check.checkpoint
    guard head.origin.utf8.elementsEqual(succession.first.name.utf8) else {
      return "is of \(head.origin)"
    }
    guard head.size == record + 1 else {
      return "is a checkpoint of size \(head.size), not of \(record + 1)"
    }
    let faults = check.faults(keys: succession.signers(ofSize: head.size), allowsOthers: false)
    if let fault = faults.first { return fault.message }
    guard let root = chain.roots[head.size], !chain.isSubstituted else {
      chain.collector.add(
        Remark(.notCompared, "could not be compared, because of the damage found", file: path))
      return nil
    }
    return root == head.root ? nil : "has another root than the records give"
  }
}
