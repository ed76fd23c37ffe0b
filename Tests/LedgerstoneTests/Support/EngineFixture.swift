import Dispatch
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import Provenance
import SegmentStorage
import SubjectVault
import Synchronization

/// A clock that tests set by hand, and that can make a reader wait.
final class ManualClock: LedgerClock {
  private struct State {
    var wall: Int64
    var monotonic: Int64 = 0
    var gate: DispatchSemaphore?
    var isHoldingSomebody = false
  }

  private let state: Mutex<State>

  init(wall: Int64 = 1_790_000_000_000_000) { state = Mutex(State(wall: wall)) }

  func now() -> Timestamp {
    let gate = state.withLock { state -> DispatchSemaphore? in
      state.isHoldingSomebody = state.gate != nil
      return state.gate
    }
    gate?.wait()
    return Timestamp(microseconds: state.withLock { $0.wall })
  }

  func monotonicMicroseconds() -> Int64 { state.withLock { $0.monotonic } }

  /// Both clocks go on.
  func advance(microseconds: Int64) {
    state.withLock {
      $0.wall += microseconds
      $0.monotonic += microseconds
    }
  }

  /// Somebody sets the wall clock.
  func step(microseconds: Int64) { state.withLock { $0.wall += microseconds } }

  /// Makes the next reader of the wall clock wait, which is the one that begins a group.
  func hold() { state.withLock { $0.gate = DispatchSemaphore(value: 0) } }

  /// Whether a reader waits.
  var isHoldingSomebody: Bool { state.withLock { $0.isHoldingSomebody } }

  /// Lets the one reader go on that waits.
  func release() {
    state.withLock { state in
      state.gate?.signal()
      state.gate = nil
      state.isHoldingSomebody = false
    }
  }
}

/// A ledger over a simulated disk.
struct EngineFixture {
  var disk: SimulatedFileSystem
  var clock = ManualClock()
  var segmentByteCountTarget = 2_048
  static let origin = "test.example/ledger"
  static let location = LedgerLocation(absoluteDirectory: "/l", absoluteVault: "/l.vault")

  init(seed: UInt64 = 0) { disk = SimulatedFileSystem(seed: seed) }

  var options: LedgerOptions {
    LedgerOptions(
      fileSystem: disk, clock: clock, segmentByteCountTarget: segmentByteCountTarget,
      sealsInBackground: false,
      subjectStore: FileSubjectStoreProvider(disk), keyEncryptionKey: .vaultFile)
  }

  func create() async throws -> String {
    try await Ledger.create(at: Self.location, origin: Self.origin, options: options)
  }

  func open() throws -> Ledger { try Ledger.open(at: Self.location, options: options) }

  func reader() throws -> LedgerReader {
    try LedgerReader.open(at: Self.location, fileSystem: disk)
  }

  /// Whether all files of dropped ledgers are closed, at once or within a few seconds: the queues
  /// of a closed ledger let go of it shortly after `close` returned.
  func hasClosedAllFiles() async -> Bool {
    for _ in 0..<2_000 where disk.openFileCount > 0 {
      try? await Task.sleep(nanoseconds: 2_000_000)
    }
    return disk.openFileCount == 0
  }

  /// A record of kind `access` with one entity and one body that both name `number`.
  static func content(_ number: Int) -> RecordContent {
    var content = RecordContent(kind: "access", source: "test")
    content.entities = [
      Entity(role: .target, type: .dataset, namespace: "warehouse", name: "table \(number)")
    ]
    return content
  }

  static func body(_ number: Int) -> [UInt8] { Array("{\"n\":\(number)}".utf8) }

  /// Appends records `numbers` as one batch and gives their receipts.
  @discardableResult
  static func append(_ numbers: Range<Int>, to ledger: Ledger) async throws -> [Receipt] {
    var batch = ledger.makeBatch()
    for number in numbers {
      try batch.append(
        content(number),
        bodies: [RecordBatch.Body(contentType: "application/json", bytes: body(number))])
    }
    return try await ledger.append(batch).map {
      guard case .recorded(let receipt) = $0 else { throw Unexpected.conflict }
      return receipt
    }
  }

  enum Unexpected: Error { case conflict }
}
