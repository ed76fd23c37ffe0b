internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

/// What a restore did.
public struct RestoreReport: Hashable, Sendable {
  public let recordCount: UInt64
  /// Records that the vault's newest note covers.
  public let signedCount: UInt64
  /// Bodies that had been erased and were in the backup.
  public let erasedBodyCount: Int
  /// Plans behind the last record of the backup, which stand in `erased/`.
  public let broughtPlans: [UInt64]

  /// Whether the ledger is shorter than what its key has signed, so that it can only be read.
  public var isReadOnly: Bool { recordCount < signedCount }
}

extension Ledger {
  /// Makes a ledger of a backup: never without the vault, and never with what was erased since.
  ///
  /// The files are copied under another name beside the target, open to their owner only. There
  /// the bodies that the vault's journal lists are removed, before the folder gets its name. What
  /// proves the plans that the backup does not have is put into `erased/`.
  ///
  /// - Parameters:
  ///   - backup: an absolute path: what `backUp` wrote, or another copy of a ledger.
  ///   - location: where to; nothing or an empty folder is there. The vault is the ledger's own,
  ///     which no other process may be using.
  /// - Throws: `noLedger`, `vault`, `locked`, `alreadyExists`, `invalid`, `corrupt` if the backup
  ///   is damaged, `storage`. The target is not there then, and the call can be repeated.
  public static func restore(
    backup: String, to location: LedgerLocation, options: LedgerOptions = LedgerOptions()
  ) throws(LedgerError) -> RestoreReport {
    let fileSystem = options.fileSystem
    guard !location.contains(backup) else {
      throw LedgerError(.invalid, "\(backup) lies in the place to restore to, or in the vault")
    }
    try fileSystem.requireRoom(at: location.directory)
    let source = LedgerLocation(absoluteDirectory: backup, absoluteVault: location.vault)
    let reader = try LedgerReader.open(at: source, fileSystem: fileSystem)
    let vault = try translatingErrors {
      try Vault.open(location.vault, ledgerID: reader.identity.ledgerID.bytes, on: fileSystem)
    }
    let lock = try LedgerOpening.acquireLock(in: location.vault, on: fileSystem)
    defer { withExtendedLifetime(lock) {} }
    let staging = fileSystem.stagingFolder(for: location.directory)
    return try translatingErrors {
      do {
        let copied = try EvidenceCopy(
          source: source, fileSystem: fileSystem, identity: reader.identity
        ).run(into: staging)
        let journal = RestoredErasures(
          vault: vault, options: options, ledgerID: reader.identity.ledgerID,
          directory: staging, recordCount: copied.recordCount)
        let (erased, plans) = try journal.apply()
        try fileSystem.publishFolder(staging, as: location.directory)
        let note = try vault.newestNote().map { try SignedNote(parsing: $0) }
        let signed = try note.map { try Checkpoint(parsing: $0.text).size }
        return RestoreReport(
          recordCount: copied.recordCount, signedCount: signed ?? 0, erasedBodyCount: erased,
          broughtPlans: plans)
      } catch {
        // What may hold erased bodies does not stay.
        fileSystem.discardFolder(staging)
        throw error
      }
    }
  }
}

/// Removes from a copied ledger what the vault's journal says was erased.
struct RestoredErasures {
  let vault: Vault
  let options: LedgerOptions
  let ledgerID: LedgerID
  /// Of the copy.
  let directory: String
  let recordCount: UInt64

  private var fileSystem: any FileSystem { options.fileSystem }
  private var storage: StorageLocation {
    StorageLocation(fileSystem: fileSystem, directory: directory, ledgerID: ledgerID)
  }

  /// - Returns: how many bodies were removed, and the plans put into `erased/`.
  func apply() throws -> (erasedBodyCount: Int, broughtPlans: [UInt64]) {
    let subjects = SubjectKeys(
      vault, provider: options.subjectStore, keyEncryptionKey: options.keyEncryptionKey)
    guard try subjects.isPresent() else { return (0, []) }
    // From `committed` on the plan is signed and cannot be taken back.
    let entries = try subjects.store().erasures().filter { $0.planRecord != nil }
    let slots = entries.flatMap(\.slots).filter { $0.record < recordCount }
    if !slots.isEmpty { try sealAll(forgetting: Set(slots.map(\.record))) }
    let log = try storage.openForReading()
    var erasedCount = 0
    for entry in entries {
      guard let plan = entry.planRecord else { continue }
      let here = entry.slots.filter { $0.record < recordCount }
        .map { BodySlot(record: $0.record, body: $0.body) }.sorted()
      if !here.isEmpty { erasedCount += try log.eraseBodies(here, plan: plan) }
    }
    return (erasedCount, try bringPlans(entries))
  }

  /// Bodies are removed from segments only, so what is in the group logs is sealed.
  private func sealAll(forgetting records: Set<UInt64>) throws {
    let lock = try LedgerOpening.acquireLock(in: directory, on: fileSystem)
    let openingID = OpeningID(try SecureRandom.bytes(count: 16))
    let recovered = try lock.withLock { lock throws(StorageEngineError) in
      let found = try storage.examineForWriting(
        openingID: openingID, lock: lock, checkpointSize: 0)
      return try storage.recover(found, lock: lock, holder: [])
    }
    do {
      var duplicates: [RememberedDuplicate] = []
      try recovered.reader.forEachDeduplicationEntry { record, entry in
        guard !records.contains(record) else { return }
        duplicates.append(
          RememberedDuplicate(record: record, key: entry.key, contentKey: entry.contentKey))
      }
      if let job = recovered.pendingSealing { try seal(job, recovered, duplicates) }
      if recovered.log.isSealDue(target: 0) {
        let job = try recovered.log.beginSealing(lastLeafHash: recovered.lastLeafHash)
        try seal(job, recovered, duplicates)
      }
    } catch {
      recovered.log.abandon()
      throw error
    }
    try storage.purgeTornTails()
    try lock.withLock { lock throws(StorageEngineError) in
      try recovered.log.close(marking: lock)
    }
  }

  private func seal(
    _ job: SealingJob, _ recovered: RecoveredLog, _ duplicates: [RememberedDuplicate]
  ) throws {
    var frontier = TreeFrontier()
    try recovered.reader.forEachHeader(in: 0..<job.records.upperBound) { frontier.append($2) }
    _ = try Sealing(
      job: job, frontierAfter: frontier.hashes,
      duplicates: duplicates.filter { job.records.contains($0.record) }, vault: vault,
      windowRecordCount: UInt64(options.duplicateWindowRecordCount)
    ).run()
    recovered.log.finishSealing()
  }

  /// Header and proof of each plan that the copy does not have, for `verify` to take as plans.
  private func bringPlans(_ entries: [ErasureEntry]) throws -> [UInt64] {
    let plans = entries.flatMap(\.plans).filter { $0.record >= recordCount }
    guard !plans.isEmpty else { return [] }
    let folder = directory + "/erased"
    try fileSystem.makeDurableDirectory(folder, permissions: .directory)
    for plan in plans {
      let path = "\(folder)/\(plan.record)"
      try fileSystem.replaceFile(path + ".entry", with: plan.header, permissions: .file)
      try fileSystem.replaceFile(path + ".proof", with: plan.proof, permissions: .file)
    }
    return plans.map(\.record).sorted()
  }
}
