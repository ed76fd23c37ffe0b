public import LedgerFormat
internal import MerkleLog

extension LedgerReader {
  /// A `ledgerstone/omission@v1` file: that the newest signed index leaves out a record which names
  /// an entity. It convicts whoever signed the index.
  ///
  /// - Returns: nil where the index lists the record, as an honest one does.
  /// - Throws: `noIndexRecord`; `invalid` if the record does not name the entity, or no index
  ///   record covers it yet; `notFound`; `corrupt` where neither the run that was committed to nor
  ///   one that follows from the records is there.
  public func omissionProof(
    of key: EntityKey, record index: UInt64
  ) throws(LedgerError) -> [UInt8]? {
    let (note, standing) = try requireIndexNote()
    let stored = try record(at: index)
    guard stored.header.content.entities.contains(where: { EntityKey($0) == key }) else {
      throw LedgerError(.invalid, "record \(index) does not name this entity")
    }
    let evidence = try indexEvidence(note)
    guard let number = evidence.runNumber(covering: index) else {
      throw LedgerError(
        .invalid, "the newest index record is \(standing.record), so it says nothing of \(index)")
    }
    let digest = key.digest
    let found: RunAnswer? = try translatingErrors {
      try answer(evidence.runs[number]) { run in
        let listed = try run.records(keyHash: digest, in: index..<index + 1, limit: 1)
        return listed.isEmpty ? try run.answer(keyHash: digest, since: index) : nil
      }
    }
    guard let found else { return nil }
    let hashes = try withTree(of: note) { tree in
      let proof = try InclusionProof.make(
        index: index, treeSize: note.checkpoint.size, reader: tree)
      try proof.check(leafHash: stored.leafHash, root: note.checkpoint.root)
      return proof.hashes
    }
    return try translatingErrors {
      let file = try OmissionProofFile(
        key: key, index: index, recordBytes: stored.bytes, recordHashes: hashes,
        evidence: evidence, answer: found)
      _ = try file.check(keys: keys)
      return file.encoded
    }
  }
}
