internal import Dispatch
internal import LedgerCryptography
internal import LedgerFormat
public import Provenance
internal import SegmentStorage
internal import SubjectVault

/// What a process that serves a ledger needs beside appending.
extension Ledger {
  /// A snapshot of everything durable and of the newest checkpoint.
  ///
  /// Costs no reading and never waits for the writer.
  public func reader() -> LedgerReader {
    let state = publication.current
    return LedgerReader(
      location: location, identity: identity, checkpoint: state.checkpoint, log: state.log,
      fileSystem: options.fileSystem, succession: state.succession,
      indexMemory: publication.indexMemory)
  }

  /// Appends as `append(_:)` does, and calls `completion` with what that returns or throws.
  ///
  /// Of two calls one after the other, the first one's records come first.
  ///
  /// - Parameter completion: called once, on a thread of the ledger's that makes records durable;
  ///   it must return soon.
  public func append(
    _ batch: RecordBatch,
    completion: @escaping @Sendable (Result<[AppendOutcome], LedgerError>) -> Void
  ) {
    guard !batch.subjectUses.isEmpty else {
      return pipeline.append(batch, completion: completion)
    }
    committingSubjects.async { [self] in
      do throws(VaultError) {
        try subjects.submit(batch.subjectUses) {
          pipeline.append(batch, completion: completion)
        }
      } catch {
        completion(.failure(LedgerError(error)))
      }
    }
  }

  /// Opens sealed bodies of a snapshot with this ledger's vault.
  public func sealedBodyReader(
    _ reader: LedgerReader
  ) throws(LedgerError) -> SealedBodyReader {
    try SealedBodyReader(reader, options: options)
  }

  /// Why nothing can be appended any more; nil while the writer is well.
  public var failure: LedgerError? { publication.failure }

  /// Records that are durable.
  public var size: UInt64 { publication.endRecord }

  /// Counts since the opening.
  public var measurements: LedgerMeasurements { publication.current.measurements }

  /// Seconds since a checkpoint was signed; nil if that was before the opening.
  public var checkpointAgeSeconds: Double? {
    publication.current.measurements.checkpointMicroseconds.map {
      Double(options.clock.monotonicMicroseconds() - $0) / 1_000_000
    }
  }

  /// Who read or exported something.
  public enum Reader: Hashable, Sendable {
    /// A service account, named in clear.
    case service(String)
    /// A person: the name goes into a sealed body, and the header has its tag only.
    case person(String)
  }

  /// What was done that leaves a record.
  public enum Reading: String, Hashable, Sendable, CaseIterable {
    /// Bodies or their openings were given out.
    case bodies
    /// A copy of the ledger was made.
    case backup
    /// A deletion certificate was given out.
    case certificate
  }

  /// Records that somebody read bodies, made a backup or got a certificate.
  ///
  /// - Throws: as `append`; `vault` for a person if the vault is locked.
  public func record(_ reading: Reading, by reader: Reader) async throws(LedgerError) -> Receipt {
    let kind = reading == .bodies ? RecordKind.ledgerRead : .ledgerExported
    var content = RecordContent(kind: kind.rawValue, source: LedgerRecords.source)
    content.attributes["what"] = .text(reading.rawValue)
    var bodies: [RecordBatch.Body] = []
    switch reader {
    case .service(let name):
      content.entities = [
        Entity(role: .actor, type: .service, namespace: identity.origin, name: name)
      ]
    case .person(let name):
      bodies = [
        RecordBatch.Body(
          contentType: "text/plain; charset=utf-8", bytes: Array(name.utf8), subject: name)
      ]
    }
    var batch = makeBatch()
    try batch.append(content, bodies: bodies)
    guard case .recorded(let receipt)? = try await append(batch).first else {
      throw LedgerError(.conflict, "the record was taken for another one")
    }
    return receipt
  }
}
