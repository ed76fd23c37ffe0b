internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

extension LedgerCheck {
  /// Reads `ledger.json` and chooses the keys.
  func readIdentity(hasCheckpoint: Bool) throws(EvidenceError) -> Obstacle? {
    let name = "ledger.json"
    let hasRecords = !activeFiles.isEmpty || !segments.isEmpty
    summary.keySource = options.trustedKeys.isEmpty ? .ledger : .given
    guard let bytes = try boundedBytes(name, limit: FormatLimits.ledgerFileByteCountMax) else {
      guard hasRecords || hasCheckpoint else {
        return Obstacle(.noLedger, "there is no ledger here")
      }
      let isThere = try evidence.entries(of: "").contains { $0.name == name }
      collector.add(
        Finding(
          .ledgerFileMissing, isThere ? "is no regular file" : "is missing", file: name))
      return nil
    }
    ledgerFileHash = SHA256Hasher.hash(bytes)
    do throws(FormatError) {
      ledgerFile = try LedgerFile.decode(bytes)
    } catch {
      if case .unsupportedVersion(let found) = error, found > FormatLimits.formatVersion {
        guard try isCurrentFormatInLog() else {
          return Obstacle(
            .newerFormat,
            "the ledger has format \(found), this program reads \(FormatLimits.formatVersion)")
        }
      }
      collector.add(Finding(.ledgerFileDamaged, "\(error)", file: name))
      return nil
    }
    summary.origin = ledgerFile?.origin
    summary.ledgerID = ledgerFile?.ledgerID.description
    readKey(name)
    return nil
  }

  private func readKey(_ name: String) {
    guard let ledgerFile else { return }
    guard let key = try? NoteVerifierKey(vkey: ledgerFile.verifierKey) else {
      collector.add(Finding(.ledgerFileDamaged, "its verifier key is not one", file: name))
      return
    }
    if !key.name.utf8.elementsEqual(ledgerFile.origin.utf8) {
      collector.add(
        Finding(.ledgerFileDamaged, "its key is not named like its origin", file: name))
    }
    if options.trustedKeys.isEmpty {
      collector.add(
        Remark(
          .keyFromLedger,
          "no key was given: the one used came from the ledger itself and proves no origin"))
    }
    let trusted = options.trustedKeys
    summary.verifierKey = trusted.contains(key) ? key.vkey : trusted.first?.vkey ?? key.vkey
  }

  /// Whether a file of the log says in its header that it has this program's format: then a
  /// `ledger.json` of a newer one is no ledger of a newer program but a damaged file.
  private func isCurrentFormatInLog() throws(EvidenceError) -> Bool {
    var files = activeFiles.map(\.file)
    for first in segments.prefix(1) {
      if let file = try evidence.open(SegmentFile.path(.headers, first)) { files.append(file) }
    }
    for file in files where file.byteCount >= 12 {
      let bytes = try file.bytes(8..<12)
      var reader = ByteReader(bytes.rawSpan)
      if (try? reader.uint32()) == FormatLimits.formatVersion { return true }
    }
    return false
  }

  /// Checks what record 0 says against `ledger.json`.
  func firstRecordFaults(_ record: NotableRecord?) -> [Finding] {
    let zero: ClosedRange<UInt64> = 0...0
    guard let content = record?.content, content.kind == "ledger/created",
      let identity = content.identity
    else {
      return [Finding(.identityMismatch, "does not say which ledger it begins", records: zero)]
    }
    summary.origin = summary.origin ?? identity.origin
    guard let ledgerFile else { return [] }
    var findings: [Finding] = []
    func expect(_ isEqual: Bool, _ what: String) {
      guard !isEqual else { return }
      findings.append(
        Finding(
          .identityMismatch, "\(what) in ledger.json is not that of record 0", file: "ledger.json",
          records: zero))
    }
    expect(identity.ledgerFileHash == ledgerFileHash, "the hash of the bytes")
    expect(identity.ledgerID == ledgerFile.ledgerID, "the ledger id")
    expect(identity.origin.utf8.elementsEqual(ledgerFile.origin.utf8), "the origin")
    expect(
      identity.verifierKeys.first.map { $0.utf8.elementsEqual(ledgerFile.verifierKey.utf8) }
        ?? false, "the verifier key")
    return findings
  }
}
