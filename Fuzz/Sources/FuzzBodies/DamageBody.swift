import Dispatch
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import SegmentStorage

extension FuzzBody {
  /// Reads its input as changes to the files of an honest ledger, which then is verified, read and
  /// opened for writing.
  ///
  /// Engine and verifier agree: what the verifier calls valid under the vault's note is what was
  /// written; nothing that can be read under another leaf hash is called valid; and whatever a
  /// writer signs continues the honest note, or nothing is signed.
  static let damagedLedger = FuzzBody("damaged-ledger") { bytes in
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      guard let honest = await HonestLedger.made.value else { fail("no ledger to damage") }
      var work = DamageWork(honest, bytes)
      await work.run()
      done.signal()
    }
    done.wait()
  }
}

/// A ledger with segments, runs and index records, and an earlier state of it.
private struct HonestLedger: Sendable {
  static let location = LedgerLocation(absoluteDirectory: "/l", absoluteVault: "/l.vault")
  static let made = Task { try? await HonestLedger() }

  let disk: SimulatedFileSystem
  let older: SimulatedFileSystem
  let paths: [String]
  let leaves: [SHA256Digest]
  let bodies: [[UInt8]]
  let note: [UInt8]
  /// Records below it are under the note.
  let signedCount: Int

  static func options(_ disk: SimulatedFileSystem) -> LedgerOptions {
    LedgerOptions(
      fileSystem: disk, clock: FixedClock(), segmentByteCountTarget: 1_200,
      sealsInBackground: false)
  }

  init() async throws {
    disk = SimulatedFileSystem(seed: 1)
    _ = try await Ledger.create(
      at: Self.location, origin: "fuzz.example/ledger", options: Self.options(disk))
    var ledger = try Ledger.open(at: Self.location, options: Self.options(disk))
    for first in [0, 5, 10] { try await Self.append(first..<first + 5, to: ledger) }
    _ = try await ledger.index()
    try await ledger.close()
    older = disk.snapshot()
    ledger = try Ledger.open(at: Self.location, options: Self.options(disk))
    for first in [15, 18, 21] { try await Self.append(first..<first + 3, to: ledger) }
    note = try await ledger.index()
    try await Self.append(24..<26, to: ledger)
    try await ledger.close()
    paths =
      disk.filePaths(below: "/l").filter { $0 != "/l/LOCK" } + ["/l/LOCK", "/l.vault/duplicates"]
    let reader = try LedgerReader.open(at: Self.location, fileSystem: disk)
    var (leaves, bodies): ([SHA256Digest], [[UInt8]]) = ([], [])
    for index in 0..<reader.size {
      let record = try reader.record(at: index)
      leaves.append(record.leafHash)
      let hasBody = !record.header.content.bodies.isEmpty
      bodies.append(hasBody ? try reader.body(record: index, body: 0) : [])
    }
    (self.leaves, self.bodies) = (leaves, bodies)
    signedCount = Int(try Checkpoint(parsing: SignedNote(parsing: note).text).size)
  }

  static func append(_ numbers: Range<Int>, to ledger: Ledger) async throws {
    var batch = ledger.makeBatch()
    for number in numbers {
      var content = RecordContent(kind: "access", source: "fuzz")
      content.entities = [
        Entity(role: .target, type: .dataset, namespace: "w", name: "t\(number % 5)")
      ]
      let body = [UInt8](repeating: UInt8(number), count: 40 + number % 3 * 90)
      try batch.append(
        content, bodies: [RecordBatch.Body(contentType: "text/plain", bytes: body)],
        duplicates: .bodyBytes)
    }
    _ = try await ledger.append(batch)
  }
}

private struct DamageWork {
  private let honest: HonestLedger
  private let disk: SimulatedFileSystem
  private var input: ArraySlice<UInt8>

  init(_ honest: HonestLedger, _ bytes: [UInt8]) {
    self.honest = honest
    disk = honest.disk.snapshot()
    input = bytes.prefix(160)[...]
  }

  private mutating func next() -> UInt8 { input.popFirst() ?? 0 }

  private mutating func nextPlace(in count: Int) -> Int {
    let word = Int(next()) << 8 | Int(next())
    return count == 0 ? 0 : word % count
  }

  private mutating func nextPath() -> String {
    honest.paths[Int(next()) % honest.paths.count]
  }

  mutating func run() async {
    var changeCount = 0
    while !input.isEmpty, changeCount < 12 {
      change()
      changeCount += 1
    }
    let report = verify()
    let isValid = report.status == .valid
    require(
      report.status != .notValid || !report.findings.isEmpty, "a verdict without a reason")
    read(isValid: isValid)
    await write(isValid: isValid)
  }

  private mutating func change() {
    let kind = next() % 8
    let path = nextPath()
    var bytes = disk.contents(path) ?? []
    let place = nextPlace(in: bytes.count)
    switch kind {
    case 0: if !bytes.isEmpty { bytes[place] ^= 1 << (next() % 8) }
    case 1: bytes.removeLast(bytes.count - place)
    case 2:
      try? disk.remove(path)
      return
    case 3: bytes += [UInt8](repeating: next(), count: Int(next()))
    case 4: bytes = disk.contents(nextPath()) ?? []
    case 5:
      let new = (0..<Int(next() % 16)).map { _ in next() }
      bytes.replaceSubrange(place..<min(bytes.count, place + new.count), with: new)
    case 6: bytes = honest.older.contents(path) ?? []
    default:
      let end = min(bytes.count, place + Int(next()))
      let part = Array(bytes[place..<end])
      let target = nextPlace(in: bytes.count)
      bytes.replaceSubrange(target..<min(bytes.count, target + part.count), with: part)
    }
    disk.setContents(path, bytes)
  }

  private func verify() -> VerificationReport {
    var options = VerificationOptions()
    options.workerCount = 1
    options.vaultNote = honest.note
    return LedgerVerification.verify(DiskEvidence(disk), options: options)
  }

  /// What can be read below the note is what was written, if the verifier calls it valid.
  private func read(isValid: Bool) {
    guard let reader = try? LedgerReader.open(at: HonestLedger.location, fileSystem: disk) else {
      return require(!isValid, "a valid ledger cannot be read")
    }
    for index in 0..<honest.signedCount {
      let record = try? reader.record(at: UInt64(index))
      let isSame = record?.leafHash == honest.leaves[index]
      require(isSame || !isValid, "record \(index) is another one in a valid ledger")
      guard isSame, !honest.bodies[index].isEmpty else { continue }
      let body = try? reader.body(record: UInt64(index), body: 0)
      require(body == honest.bodies[index] || !isValid, "another body in a valid ledger")
    }
  }

  /// A writer refuses, or what it signs continues the honest note.
  private func write(isValid: Bool) async {
    let ledger: Ledger
    do throws(LedgerError) {
      ledger = try Ledger.open(at: HonestLedger.location, options: HonestLedger.options(disk))
    } catch {
      // A writer knows more: LOCK, which is no evidence, says what the last one had acknowledged.
      let isKnownToTheWriterAlone = error.code == .corrupt && error.message.contains("closed it at")
      return require(
        !isValid || isKnownToTheWriterAlone,
        "a valid ledger cannot be opened for writing: \(error)")
    }
    try? await HonestLedger.append(90..<91, to: ledger)
    let signed = try? await ledger.checkpoint()
    _ = try? await ledger.close()
    require(signed != nil || !isValid, "a valid ledger cannot be signed")
    if let signed { checkContinues(signed) }
    if isValid { require(verify().status == .valid, "\(verify().lines)") }
  }

  private func checkContinues(_ signed: [UInt8]) {
    guard let note = try? SignedNote(parsing: signed),
      let size = (try? Checkpoint(parsing: note.text))?.size
    else { fail("what was signed is no checkpoint") }
    require(size >= UInt64(honest.signedCount), "a note of \(size) was signed after a longer one")
    guard size > UInt64(honest.signedCount) else {
      return require(signed == honest.note, "two notes of size \(size)")
    }
    guard let reader = try? LedgerReader.open(at: HonestLedger.location, fileSystem: disk),
      let bytes = try? reader.consistencyProof(since: honest.note)
    else { return }
    let proof = try? ConsistencyProofFile(parsing: bytes)
    require((try? proof?.check()) != nil, "a note that does not continue the one before")
  }
}
