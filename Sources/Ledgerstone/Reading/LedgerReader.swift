public import LedgerCryptography
public import LedgerFormat
internal import MerkleLog
public import SegmentStorage

/// A ledger as it lies on disk, read without a lock and without writing.
///
/// A snapshot: what is appended later is seen by a reader opened later.
public struct LedgerReader: Sendable {
  public let location: LedgerLocation
  /// What record 0 says of the ledger.
  public let identity: LedgerIdentity
  /// The published signed note as it is on disk, or nil before the first.
  public let checkpoint: [UInt8]?
  let log: LogReader
  let fileSystem: any FileSystem
  let succession: KeySuccession
  let proofs = ProofCache()
  /// Shared by all readers that a writer hands out.
  var indexMemory = IndexMemory()
  var keys: [NoteVerifierKey] { succession.keys }

  /// Opens the ledger at `location`.
  ///
  /// - Throws: `noLedger`, `incomplete`, `newerFormat`, `corrupt`, `storage`.
  public static func open(
    at location: LedgerLocation, fileSystem: any FileSystem = POSIXFileSystem()
  ) throws(LedgerError) -> LedgerReader {
    let file = try LedgerDirectory(location, fileSystem).ledgerFile()
    return try translatingErrors {
      // Notes before the files are listed: they never reach beyond what was listed after them.
      let folder = KeyFolder(location, fileSystem)
      let handovers = (try? folder.records()) ?? []
      let checkpoint = try fileSystem.ledgerContents(
        location.path("checkpoint"), limitBytes: FormatLimits.noteByteCountMax)
      let log = try StorageLocation(
        fileSystem: fileSystem, directory: location.directory, ledgerID: file.ledgerID
      ).openForReading()
      guard log.endRecord > 0 else {
        // Nothing is signed before record 0 is there.
        if let damage = log.held(to: checkpoint == nil ? 0 : 1, by: "a checkpoint").damage {
          throw damage
        }
        throw LedgerError(
          .incomplete,
          "\(location.directory): init was interrupted; repeat it with the same arguments")
      }
      let stored = try log.header(at: 0)
      let record = try RecordHeader.decode(stored.bytes.rawSpan)
      let identity = try LedgerDirectory.identity(of: record, file: file)
      let succession = try succession(identity, checkpoint, log, folder)
      // By the key before, which signs the note that hands over too, where the record is lost that
      // names the one that the checkpoint is by.
      let handover = handovers.first { $0 >= log.endRecord }.flatMap {
        try? fileSystem.ledgerContents(
          folder.notePath($0), limitBytes: FormatLimits.noteByteCountMax)
      }
      let sizes = [checkpoint, handover].map {
        signedSize($0, beyond: log.endRecord, identity, succession)
      }
      return LedgerReader(
        location: location, identity: identity, checkpoint: checkpoint,
        log: log.held(to: sizes.max() ?? 0, by: "a signed checkpoint"),
        fileSystem: fileSystem, succession: succession)
    }
  }

  /// The size that `note` states, if that is above `size` and the ledger signed it; else 0.
  private static func signedSize(
    _ note: [UInt8]?, beyond size: UInt64, _ identity: LedgerIdentity, _ succession: KeySuccession
  ) -> UInt64 {
    guard let note, let parsed = try? SignedNote(parsing: note),
      let claimed = try? Checkpoint(parsing: parsed.text).size, claimed > size,
      let signed = try? LedgerNote(
        note, keys: succession.keys, origin: identity.origin, name: "note", code: .corrupt)
    else { return 0 }
    return signed.checkpoint.size
  }

  /// The keys that the records name; all of them are read where the checkpoint is by none of those
  /// that `keys/` leads to.
  private static func succession(
    _ identity: LedgerIdentity, _ checkpoint: [UInt8]?, _ log: LogReader, _ folder: KeyFolder
  ) throws -> KeySuccession {
    let first = try NoteVerifierKey(vkey: identity.verifierKeys[0])
    // A damaged log can be read as far as it goes.
    let found = (try? folder.succession(from: first, log)) ?? KeySuccession(first: first)
    guard let note = checkpoint.flatMap({ try? SignedNote(parsing: $0) }),
      !note.signatures.contains(where: { $0.isBy(found.current) })
    else { return found }
    return (try? KeyFolder.derivedSuccession(from: first, log)) ?? found
  }

  /// The C2SP verifier key that signs what comes next.
  public var verifierKey: String { succession.current.vkey }

  /// Records that are there.
  public var size: UInt64 { log.endRecord }

  /// What keeps the records behind the last one from being read, or nil: answers about all records
  /// are then about the first `size`.
  public var damage: String? { log.damage?.description }
}

/// One record as it is stored.
public struct StoredRecord: Sendable {
  public let header: RecordHeader
  /// The leaf's exact bytes.
  public let bytes: [UInt8]
  public let leafHash: SHA256Digest
}

extension LedgerReader {
  /// The record at `index`.
  ///
  /// - Throws: `notFound` beyond the end, `corrupt`, `storage`.
  public func record(at index: UInt64) throws(LedgerError) -> StoredRecord {
    try require(index)
    return try translatingErrors {
      let stored = try log.header(at: index)
      return StoredRecord(
        header: try RecordHeader.decode(stored.bytes.rawSpan), bytes: stored.bytes,
        leafHash: stored.leafHash)
    }
  }

  /// - Throws: `notFound` beyond the end; `corrupt` if the log is damaged before its end, so that
  ///   the record may have been there.
  private func require(_ index: UInt64) throws(LedgerError) {
    guard index >= size else { return }
    if let damage = log.damage { throw LedgerError(damage) }
    throw LedgerError(
      .notFound, "there is no record \(index): the ledger has \(counted(size, "record"))")
  }

  /// All parts of the record that `index` is a part of, in order.
  public func parts(at index: UInt64) throws(LedgerError) -> [StoredRecord] {
    let record = try record(at: index)
    guard let part = record.header.content.part else { return [record] }
    guard part.number <= index, index - UInt64(part.number) + UInt64(part.count) <= size else {
      throw LedgerError(
        .corrupt, "record \(index) is part \(part.number) of \(part.count), which are not there")
    }
    let first = index - UInt64(part.number)
    var parts: [StoredRecord] = []
    for position in 0..<UInt64(part.count) { parts.append(try self.record(at: first + position)) }
    return parts
  }

  /// Salt and bytes of one body: what opens its commitment.
  ///
  /// - Throws: `notFound`, `erased`, `corrupt`, `storage`.
  public func opening(record index: UInt64, body: Int) throws(LedgerError)
    -> (salt: [UInt8], bytes: [UInt8])
  {
    let record = try record(at: index)
    guard record.header.content.bodies.indices.contains(body) else {
      throw .noSuchBody(in: index, count: record.header.content.bodies.count)
    }
    let stored = try translatingErrors {
      do throws(StorageEngineError) {
        return try log.bodies(of: index)
      } catch {
        // A copy for somebody who is not to have them.
        guard let fault = error.fileError, fault.isNotFound else { throw error }
        throw LedgerError(
          .notFound,
          "body \(body) of record \(index) is not in this copy: there is no "
            + "\(fault.path)", underlying: error)
      }
    }
    guard let found = stored.first(where: { $0.slot.body == UInt64(body) }) else {
      throw LedgerError(.corrupt, "body \(body) of record \(index) is missing")
    }
    switch found.content {
    case .present(let salt, let bytes):
      return (salt, bytes)
    case .erased(let plan):
      throw LedgerError(
        .erased, "body \(body) of record \(index) was erased; the plan is record \(plan)")
    }
  }

  /// The bytes of one body, as received.
  public func body(record index: UInt64, body: Int) throws(LedgerError) -> [UInt8] {
    try opening(record: index, body: body).bytes
  }

  /// Calls `body` with every record of `range`, in order.
  public func forEachRecord(
    in range: Range<UInt64>, _ body: (StoredRecord) throws -> Void
  ) throws(LedgerError) {
    try translatingErrors {
      try log.forEachHeader(in: range) { _, bytes, leafHash in
        try body(
          StoredRecord(
            header: try RecordHeader.decode(bytes), bytes: bytes.copied(), leafHash: leafHash))
      }
    }
  }
}
