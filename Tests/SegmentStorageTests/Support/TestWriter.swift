import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage

/// A small engine: hands the model's records to the storage and notes what was acknowledged.
final class TestWriter {
  static let ledgerID = LedgerID(Array(1...16))
  static let directory = "/ledger"

  static func location(
    _ fileSystem: any FileSystem, _ directory: String = TestWriter.directory
  ) -> StorageLocation {
    StorageLocation(fileSystem: fileSystem, directory: directory, ledgerID: ledgerID)
  }

  /// A disk with the folders that the engine makes before it asks for storage.
  static func disk(seed: UInt64 = 0) -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: seed)
    disk.addEntry(directory + "/log", .directory)
    disk.addEntry(directory + "/bodies", .directory)
    return disk
  }

  let location: StorageLocation
  private(set) var log: GroupLog?
  private(set) var reader: LogReader?
  private(set) var recovered: RecoveredLog?
  private var lock: ExclusiveLock?
  /// What was handed over, acknowledged or not.
  var model: ModelLedger
  /// How many records were acknowledged.
  var acknowledged: UInt64

  init(_ location: StorageLocation, model: ModelLedger, acknowledged: UInt64 = 0) {
    self.location = location
    self.model = model
    self.acknowledged = acknowledged
  }

  convenience init(_ fileSystem: any FileSystem, seed: UInt64 = 1) {
    self.init(TestWriter.location(fileSystem), model: ModelLedger(seed: seed))
  }

  private func takeLock() throws -> ExclusiveLock {
    switch try location.fileSystem.lockExclusively(location.directory + "/LOCK") {
    case .acquired(let held): return held
    case .heldByAnother: throw StorageError(.lock, location.directory, .alreadyExists)
    }
  }

  /// Opens, finishes a sealing that was left, and drops from the model what did not survive.
  @discardableResult
  func open(checkpointSize: UInt64 = 0) throws -> RecoveredLog {
    let held = try takeLock()
    let recovered: RecoveredLog
    do {
      recovered = try location.openForWriting(
        openingID: OpeningID(model.generator.bytes(16)), lock: held,
        holder: Array("test\n".utf8), checkpointSize: checkpointSize)
    } catch {
      held.abandon()
      throw error
    }
    lock = consume held
    self.recovered = recovered
    log = recovered.log
    reader = recovered.reader
    if recovered.nextRecord <= model.count {
      model.records.removeLast(Int(model.count - recovered.nextRecord))
    }
    if let job = recovered.pendingSealing { try finish(job) }
    return recovered
  }

  /// Makes a group of new records and commits it.
  func commit(_ count: Int, maximumBodyByteCount: Int = 200) throws {
    let first = model.count
    model.makeRecords(count, maximumBodyByteCount: maximumBodyByteCount)
    try commit(from: first)
  }

  /// Commits the model's records from `first` on.
  func commit(from first: UInt64) throws {
    guard let log else { preconditionFailure("not open") }
    var encoder = log.makeEncoder()
    var encoded = EncodedGroup()
    encoder.encode(model.group(from: first), into: &encoded)
    try log.write(encoded)
    acknowledged = model.count
    reader = reader?.appending(encoded)
  }

  func seal() throws {
    guard let log else { preconditionFailure("not open") }
    let job = try log.beginSealing(lastLeafHash: model.lastLeafHash)
    reader = try reader?.beginningFile(job)
    try finish(job)
  }

  func finish(_ job: SealingJob) throws {
    let segment = try job.writeSegment(frontierAfter: model.frontier(job.records.upperBound))
    reader = reader?.sealing(segment)
    try job.retire()
    log?.finishSealing()
  }

  /// Ends with a marker.
  func close() throws {
    guard let held = lock.take() else { preconditionFailure("not open") }
    do {
      try log?.close(marking: held)
    } catch {
      held.abandon()
      throw error
    }
    log = nil
    try held.release()
  }

  /// Ends as a killed process does.
  func abandon() {
    log?.abandon()
    log = nil
    if let held = lock.take() { held.abandon() }
  }
}
