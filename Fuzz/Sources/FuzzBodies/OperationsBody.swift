import Dispatch
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Synchronization

extension FuzzBody {
  /// Reads its input as work on a ledger over a simulated disk, with faults and power cuts.
  ///
  /// What was acknowledged is there at every opening, no two notes of one size differ, and the
  /// verifier finds nothing wrong in the end.
  static let operations = FuzzBody("operations") { bytes in
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      var work = OperationsWork(bytes)
      await work.run()
      done.signal()
    }
    done.wait()
  }
}

private struct OperationsWork {
  private var input: ArraySlice<UInt8>
  private var disk: SimulatedFileSystem
  private let clock = FixedClock()
  private var ledger: Ledger?
  private var acknowledged: [(index: UInt64, leafHash: SHA256Digest)] = []
  private var notes: [UInt64: [UInt8]] = [:]
  private var sentCount = 0
  private static let location = LedgerLocation(
    absoluteDirectory: "/l", absoluteVault: "/l.vault")

  init(_ bytes: [UInt8]) {
    input = bytes.prefix(96)[...]
    disk = SimulatedFileSystem(seed: UInt64(bytes.first ?? 0))
  }

  private var options: LedgerOptions {
    LedgerOptions(
      fileSystem: disk, clock: clock, segmentByteCountTarget: 1_200, sealsInBackground: false)
  }

  private mutating func next() -> UInt8 { input.popFirst() ?? 0 }

  mutating func run() async {
    await open()
    while !input.isEmpty {
      switch next() % 9 {
      case 0, 1, 2: await append(Int(next() % 6) + 1)
      case 3: await note { try await $0.checkpoint() }
      case 4: await note { try await $0.index() }
      case 5:
        _ = try? await ledger?.close()
        await open()
      case 6:
        let survival = SimulatedSurvival.allCases[Int(next() % 3)]
        await cutPower(survival)
      case 7: inject()
      default: read()
      }
    }
    disk.removeFaults()
    await cutPower(.onlySynchronized)
    await append(1)
    await note { try await $0.index() }
    _ = try? await ledger?.close()
    verify()
  }

  private mutating func inject() {
    let faults: [SimulatedFault] = [
      .fail(.inputOutput), .failButPersist(.inputOutput), .tear(.inputOutput), .crash,
      .crashBefore, .crashTearing,
    ]
    let fault = faults[Int(next()) % faults.count]
    disk.inject(fault, at: Int(next() % 40) + 1)
  }

  private mutating func cutPower(_ survival: SimulatedSurvival) async {
    disk.crash()
    _ = try? await ledger?.close()
    ledger = nil
    disk = disk.crashed(seed: UInt64(next()), survival: survival)
    await open()
  }

  /// Opens, or makes, the ledger; a fault under way may stop that, and then the power goes.
  private mutating func open() async {
    for attempt in 0... {
      do {
        if try disk.information("/l/checkpoint") == nil {
          _ = try await Ledger.create(
            at: Self.location, origin: "fuzz.example/ledger", options: options)
        }
        ledger = try Ledger.open(at: Self.location, options: options)
        break
      } catch {
        let refused = (error as? LedgerError)?.code
        require(refused != .corrupt && refused != .forked, "an honest ledger is refused: \(error)")
        require(attempt < 4, "an honest ledger cannot be opened: \(error)")
        disk.crash()
        disk = disk.crashed(seed: UInt64(attempt), survival: .onlySynchronized)
      }
    }
    check()
  }

  private mutating func append(_ count: Int) async {
    guard let ledger else { return }
    var batch = ledger.makeBatch()
    for _ in 0..<count {
      var content = RecordContent(kind: "access", source: "fuzz")
      content.entities = [
        Entity(role: .target, type: .dataset, namespace: "w", name: "t\(sentCount % 5)")
      ]
      let body = [UInt8](repeating: UInt8(sentCount % 251), count: sentCount % 3 * 90)
      sentCount += 1
      try? batch.append(
        content, bodies: [RecordBatch.Body(contentType: "text/plain", bytes: body)])
    }
    guard let outcomes = try? await ledger.append(batch) else { return }
    for case .recorded(let receipt) in outcomes {
      acknowledged.append((receipt.index, receipt.leafHash))
    }
  }

  private mutating func note(_ make: (Ledger) async throws -> [UInt8]) async {
    guard let ledger, let bytes = try? await make(ledger) else { return }
    guard let note = try? SignedNote(parsing: bytes),
      let checkpoint = try? Checkpoint(parsing: note.text)
    else { fail("what was signed is no checkpoint") }
    require(notes[checkpoint.size] ?? bytes == bytes, "two notes of size \(checkpoint.size)")
    notes[checkpoint.size] = bytes
  }

  /// Everything acknowledged is there.
  private func check() {
    guard let reader = try? LedgerReader.open(at: Self.location, fileSystem: disk) else {
      return require(acknowledged.isEmpty, "a ledger that was written to cannot be read")
    }
    for known in acknowledged {
      let record = try? reader.record(at: known.index)
      require(record?.leafHash == known.leafHash, "record \(known.index) was acknowledged")
    }
  }

  private mutating func read() {
    guard let reader = try? LedgerReader.open(at: Self.location, fileSystem: disk) else { return }
    let key = EntityKey(type: .dataset, namespace: "w", name: "t\(next() % 6)")
    guard let records = try? reader.records(naming: key),
      let proof = try? reader.completenessProof(of: key)
    else { return }
    require(
      records.filter { $0 < proof.standing.record } == proof.records,
      "history and proof differ")
  }

  private func verify() {
    var options = VerificationOptions()
    options.workerCount = 1
    options.vaultNote = disk.contents("/l.vault/note")
    let report = LedgerVerification.verify(DiskEvidence(disk), options: options)
    require(report.status == .valid, "\(report.lines)")
    let size = report.summary.checkpointSize ?? 0
    require(notes.keys.allSatisfy { $0 <= size }, "a note covers more than the ledger")
  }
}
