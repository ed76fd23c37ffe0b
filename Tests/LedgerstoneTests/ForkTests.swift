import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

/// A key never signs two histories, whichever half of the ledger is brought back from a backup.
@Suite struct ForkTests {
  /// A ledger before and after some more records; the same vault.
  struct History {
    var old: SimulatedFileSystem
    var new: SimulatedFileSystem
    var note: [UInt8]
  }

  static func history(segment: Int = 1_500, isClosed: Bool = true) async throws -> History {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = segment
    _ = try await fixture.create()
    var ledger = try fixture.open()
    try await EngineFixture.append(0..<5, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let old = fixture.disk.snapshot()
    ledger = try fixture.open()
    for start in [5, 10, 15] { try await EngineFixture.append(start..<start + 5, to: ledger) }
    let note = try await ledger.checkpoint()
    if isClosed { try await ledger.close() }
    return History(old: old, new: fixture.disk.snapshot(), note: note)
  }

  /// A disk with the folder of one and the vault of another.
  static func disk(directory: SimulatedFileSystem, vault: SimulatedFileSystem) throws
    -> EngineFixture
  {
    let disk = directory.snapshot()
    for path in disk.filePaths(below: "/l.vault") { try disk.remove(path) }
    for path in vault.filePaths(below: "/l.vault") {
      disk.setContents(path, try #require(vault.contents(path)))
      disk.setAttributes(path, permissions: .secretFile)
    }
    var fixture = EngineFixture()
    fixture.disk = disk
    return fixture
  }

  /// Every file of the disk.
  static func everything(_ disk: SimulatedFileSystem) -> [String: [UInt8]] {
    let paths = disk.filePaths()
    return Dictionary(uniqueKeysWithValues: paths.map { ($0, disk.contents($0) ?? []) })
  }

  /// The files that hold evidence, and the vault's.
  static func evidence(_ disk: SimulatedFileSystem) -> [String: [UInt8]] {
    let paths = disk.filePaths().filter { !$0.hasSuffix("/LOCK") && !$0.hasPrefix("/l/tree/") }
    return Dictionary(uniqueKeysWithValues: paths.map { ($0, disk.contents($0) ?? []) })
  }

  @Test(arguments: [1_500, 1 << 20]) func aFolderRolledBack(segment: Int) async throws {
    let history = try await Self.history(segment: segment)
    let fixture = try Self.disk(directory: history.old, vault: history.new)
    let before = Self.evidence(fixture.disk)
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError(.forked, "")) { try fixture.open() }
      #expect(error?.message.contains("covers 21 records") == true)
      #expect(error?.message.contains("--continues") == true)
    }
    #expect(Self.evidence(fixture.disk) == before)
    #expect(fixture.disk.openFileCount == 0)
    let reader = try fixture.reader()
    #expect(reader.size == 6)
    #expect(try reader.body(record: 5, body: 0) == EngineFixture.body(4))
    _ = try reader.inclusionProof(at: 5)
    #expect(throws: LedgerError(.forked, "")) { try reader.consistencyProof(since: history.note) }
  }

  @Test func aVaultRolledBack() async throws {
    let history = try await Self.history()
    let fixture = try Self.disk(directory: history.new, vault: history.old)
    let ledger = try fixture.open()
    #expect(
      ledger.remarks == [
        "the vault's note was older than the published checkpoint and was "
          + "replaced"
      ])
    #expect(fixture.disk.contents("/l.vault/note") == history.note)
    #expect(try await ledger.checkpoint() == history.note)
    try await ledger.close()
    let again = try fixture.open()
    #expect(again.remarks == [])
    try await again.close()
  }

  /// Two copies of one ledger, one vault: they cannot both be about to sign.
  @Test func twoCopiesOfOneFolderAtOnce() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let disk = fixture.disk
    for folder in ["/m", "/m/log", "/m/bodies", "/m/tree"] {
      try disk.makeDirectory(folder, permissions: .directory)
    }
    for path in disk.filePaths(below: "/l") where path.hasPrefix("/l/") {
      disk.setContents("/m" + path.dropFirst(2), try #require(disk.contents(path)))
    }
    let copy = LedgerLocation(absoluteDirectory: "/m", absoluteVault: "/l.vault")
    let first = try fixture.open()
    let error = #expect(throws: LedgerError(.locked, "")) {
      try Ledger.open(at: copy, options: fixture.options)
    }
    #expect(error?.message == "/l.vault is in use by another process")
    try await EngineFixture.append(0..<3, to: first)
    _ = try await first.checkpoint()
    try await first.close()
    #expect(throws: LedgerError(.forked, "")) {
      try Ledger.open(at: copy, options: fixture.options)
    }
    // The refusals left no lock behind.
    try await fixture.open().close()
  }

  /// Without the vault's note nothing tells how far the key has signed.
  @Test func aVaultWithoutItsNote() async throws {
    let history = try await Self.history()
    for directory in [history.old, history.new] {
      let fixture = try Self.disk(directory: directory, vault: history.new)
      try fixture.disk.remove("/l.vault/note")
      let before = Self.evidence(fixture.disk)
      let error = #expect(throws: LedgerError(.vault, "")) { try fixture.open() }
      #expect(error?.message.contains("the newest signed note is missing") == true)
      #expect(Self.evidence(fixture.disk) == before)
      // What the message advises brings back the protection, not a way around it.
      fixture.disk.setContents("/l.vault/note", history.note)
      if directory === history.old {
        #expect(throws: LedgerError(.forked, "")) { try fixture.open() }
      } else {
        try await fixture.open().close()
      }
    }
  }

  @Test func bothRolledBack() async throws {
    let history = try await Self.history()
    var fixture = EngineFixture()
    fixture.disk = history.old.snapshot()
    // Nobody can know here; whoever holds the newer checkpoint can.
    let ledger = try fixture.open()
    #expect(ledger.remarks == [])
    try await EngineFixture.append(90..<110, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let reader = try fixture.reader()
    let error = #expect(throws: LedgerError(.forked, "")) {
      try reader.consistencyProof(since: history.note)
    }
    #expect(error?.message.contains("the roots at size 21 differ") == true)
  }

  /// Rolled back, then filled to the same size with other records under a copy of the vault.
  @Test(arguments: [1_500, 1 << 20], [false, true]) func otherRecordsOfTheSameSize(
    segment: Int, isClosed: Bool
  ) async throws {
    let history = try await Self.history(segment: segment)
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = segment
    fixture.disk = history.old.snapshot()
    let ledger = try fixture.open()
    for start in [50, 55, 60] { try await EngineFixture.append(start..<start + 5, to: ledger) }
    if isClosed { try await ledger.close() }
    let forked = try Self.disk(directory: fixture.disk, vault: history.new)
    let before = Self.evidence(forked.disk)
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError(.forked, "")) { try forked.open() }
      #expect(error?.message.contains("the root at size 21") == true)
    }
    #expect(Self.evidence(forked.disk) == before)
    #expect(try forked.reader().size == 21)
  }

  /// The refusal comes before the first change: not even the lock file, a temporary file or the
  /// tree is touched, so that a copy taken afterwards is what was found.
  @Test(arguments: [1_500, 1 << 20], [true, false]) func aRefusalChangesNothing(
    segment: Int, isClosed: Bool
  ) async throws {
    let history = try await Self.history(segment: segment)
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = segment
    fixture.disk = history.old.snapshot()
    let ledger = try fixture.open()
    for start in [50, 55, 60] { try await EngineFixture.append(start..<start + 5, to: ledger) }
    if isClosed { try await ledger.close() }
    for directory in [fixture.disk, history.old] {
      let forked = try Self.disk(directory: directory, vault: history.new)
      for path in ["/l/active.tmp", "/l/log/x.tmp", "/l/torn/tail.tmp"] {
        forked.disk.setContents(path, [1])
      }
      let before = Self.everything(forked.disk)
      #expect(throws: LedgerError(.forked, "")) { try forked.open() }
      #expect(Self.everything(forked.disk) == before)
      #expect(forked.disk.openFileCount == 0)
    }
  }

  /// As above, found where a sealing had only begun: `active.sealing` keeps its name.
  @Test func aRefusalDoesNotUndoABegunSealing() async throws {
    let history = try await Self.history(segment: 1 << 20)
    let forked = try Self.disk(directory: history.old, vault: history.new)
    try forked.disk.rename(from: "/l/active", to: "/l/active.sealing")
    let before = Self.everything(forked.disk)
    #expect(throws: LedgerError(.forked, "")) { try forked.open() }
    #expect(Self.everything(forked.disk) == before)
    // Without the other vault's note it is a ledger after a crash.
    var sound = EngineFixture()
    sound.disk = history.old.snapshot()
    try sound.disk.rename(from: "/l/active", to: "/l/active.sealing")
    try await sound.open().close()
    #expect(sound.disk.contents("/l/active.sealing") == nil)
    #expect(try sound.reader().size == 6)
  }

  /// `ledger.json` of another identity is found before anything is changed, too.
  @Test func damageIsRefusedBeforeAnythingChanges() async throws {
    let history = try await Self.history()
    for path in ["/l/active", "/l/ledger.json"] {
      var fixture = EngineFixture()
      fixture.disk = history.new.snapshot()
      fixture.disk.setContents("/l/active.tmp", [1])
      fixture.disk.flipBit(path, byte: 20, bit: 0)
      let before = Self.everything(fixture.disk)
      #expect(throws: LedgerError.self, "\(path)") { try fixture.open() }
      #expect(Self.everything(fixture.disk) == before, "\(path)")
    }
  }

  @Test func twoNotesOfOneSize() async throws {
    let history = try await Self.history()
    var fixture = EngineFixture()
    fixture.disk = history.old.snapshot()
    let ledger = try fixture.open()
    for start in [50, 55, 60] { try await EngineFixture.append(start..<start + 5, to: ledger) }
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let forked = try Self.disk(directory: fixture.disk, vault: history.new)
    let error = #expect(throws: LedgerError(.forked, "")) { try forked.open() }
    #expect(error?.message.contains("signed two histories") == true)
  }

  @Test func aNewerNoteInTheVaultIsPublished() async throws {
    let history = try await Self.history()
    var fixture = EngineFixture()
    for isMissing in [false, true] {
      fixture.disk = history.new.snapshot()
      let older = try #require(history.old.contents("/l/checkpoint"))
      fixture.disk.setContents("/l/checkpoint", older)
      if isMissing { try fixture.disk.remove("/l/checkpoint") }
      let ledger = try fixture.open()
      #expect(ledger.remarks.count == 1)
      #expect(fixture.disk.contents("/l/checkpoint") == history.note)
      try await ledger.close()
    }
  }

  /// The note's save failed where it is seen and not durable: before the next opening publishes it,
  /// the vault has to have it for certain.
  @Test func aNoteOfTheVaultThatIsNotDurableIsSavedAgain() async throws {
    for seed in UInt64(0)..<20 {
      let fixture = EngineFixture(seed: seed)
      _ = try await fixture.create()
      let ledger = try fixture.open()
      try await EngineFixture.append(0..<3, to: ledger)
      // Synchronised first: the tree's folder, then the vault.
      fixture.disk.inject(.fail(.inputOutput), at: 2, among: [.synchronizeDirectory])
      let error = await #expect(throws: LedgerError(.storage, "")) {
        try await ledger.checkpoint()
      }
      #expect(error?.message.contains("synchronize directory /l.vault:") == true)
      try await ledger.close()
      let note = try #require(fixture.disk.contents("/l.vault/note"))
      #expect(fixture.disk.contents("/l/checkpoint") != note)
      try await fixture.open().close()
      let after = fixture.disk.crashed(seed: seed, survival: .onlySynchronized)
      #expect(after.contents("/l/checkpoint") == note)
      #expect(after.contents("/l.vault/note") == note, "seed \(seed)")
    }
  }

  // MARK: Notes and vaults that are not this ledger's

  @Test func aPublishedNoteThatIsNot() async throws {
    let history = try await Self.history()
    let note = history.note
    let other = EngineFixture()
    _ = try await other.create()
    let foreign = try #require(other.disk.contents("/l/checkpoint"))
    var flipped = note
    flipped[EngineFixture.origin.utf8.count + 6] ^= 1
    let text = String(decoding: note, as: UTF8.self)
    let extended = text.replacing("\n\n", with: "\nextension\n\n", maxReplacements: 1)
    let bad: [[UInt8]] = [
      [], Array(note.dropLast()), note + [10], flipped, foreign, Array(extended.utf8),
    ]
    for bytes in bad {
      var fixture = EngineFixture()
      fixture.disk = history.new.snapshot()
      fixture.disk.setContents("/l/checkpoint", bytes)
      #expect(throws: LedgerError(.corrupt, "")) { try fixture.open() }
      #expect(throws: LedgerError(.corrupt, "")) { try fixture.reader().inclusionProof(at: 1) }
      fixture.disk = history.new.snapshot()
      fixture.disk.setContents("/l.vault/note", bytes)
      #expect(throws: LedgerError(.vault, "")) { try fixture.open() }
    }
  }

  @Test func vaultsThatAreNot() async throws {
    let history = try await Self.history()
    let other = EngineFixture()
    _ = try await other.create()
    func refused(_ part: String, _ change: (SimulatedFileSystem) throws -> Void) throws {
      var fixture = EngineFixture()
      fixture.disk = history.new.snapshot()
      try change(fixture.disk)
      let before = Self.evidence(fixture.disk)
      let error = #expect(throws: LedgerError(.vault, ""), "\(part)") { try fixture.open() }
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
      #expect(Self.evidence(fixture.disk) == before)
      #expect(try fixture.reader().size == 21)
    }
    try refused("belongs to another ledger") {
      $0.setContents(
        "/l.vault/vault.json", try #require(other.disk.contents("/l.vault/vault.json")))
    }
    try refused("there is none here") { disk in
      for path in disk.filePaths(below: "/l.vault") { try disk.remove(path) }
      try disk.remove("/l.vault")
    }
    for name in ["vault.json", "signing.key", "duplicate.key", "name.key"] {
      try refused("\(name) is missing") { try $0.remove("/l.vault/\(name)") }
    }
    for name in ["signing.key", "duplicate.key", "name.key"] {
      for permissions: FilePermissions in [.file, FilePermissions(rawValue: 0o620)] {
        try refused("chmod 600 '/l.vault/\(name)'") {
          $0.setAttributes("/l.vault/\(name)", permissions: permissions)
        }
      }
    }
    try refused("not the key that ledger.json names") {
      $0.setContents(
        "/l.vault/signing.key", try #require(other.disk.contents("/l.vault/signing.key")))
    }
    try refused("no signing key") {
      $0.setContents("/l.vault/signing.key", Array("PRIVATE+KEY+nothing\n".utf8))
    }
    try refused("does not hold a key") { $0.setContents("/l.vault/duplicate.key", [1, 2]) }
    try refused("canonical") { $0.setContents("/l.vault/vault.json", Array("{}".utf8)) }
  }

  @Test func aFileOfAnotherLedger() async throws {
    let history = try await Self.history()
    let other = EngineFixture()
    _ = try await other.create()
    for path in ["/l/ledger.json", "/l/active"] {
      var fixture = EngineFixture()
      fixture.disk = history.new.snapshot()
      fixture.disk.setContents(path, try #require(other.disk.contents(path)))
      let error = #expect(throws: LedgerError.self) { try fixture.open() }
      #expect(error.map { [.corrupt, .vault].contains($0.code) } == true)
      #expect(throws: LedgerError(.corrupt, "")) { try fixture.reader() }
    }
  }
}
