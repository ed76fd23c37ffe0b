import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

/// What `create` makes, what it goes on with, and what it refuses.
@Suite struct CreationTests {
  @Test func atEveryCrash() async throws {
    let whole = EngineFixture()
    _ = try await whole.create()
    let count = whole.disk.operationCount()
    #expect(count > 40)
    for ordinal in 1...count {
      for survival in SimulatedSurvival.allCases {
        var fixture = EngineFixture(seed: UInt64(ordinal))
        fixture.disk.inject(.crash, at: ordinal)
        await #expect(throws: LedgerError.self) { try await fixture.create() }
        fixture.disk = fixture.disk.crashed(seed: UInt64(ordinal), survival: survival)
        let place = "operation \(ordinal), \(survival)"
        do {
          // Only an `init` that had come to its end may be called a ledger by the next.
          let vkey: String?
          if fixture.disk.contents("/l/checkpoint") == nil {
            vkey = try await fixture.create()
          } else {
            vkey = nil
            await #expect(throws: LedgerError(.alreadyExists, ""), "\(place)") {
              try await fixture.create()
            }
          }
          let ledger = try fixture.open()
          try await EngineFixture.append(0..<1, to: ledger)
          _ = try await ledger.checkpoint()
          try await ledger.close()
          let reader = try fixture.reader()
          #expect(reader.size == 2, "\(place)")
          if let vkey { #expect(reader.identity.verifierKeys == [vkey], "\(place)") }
        } catch {
          Issue.record(error, "\(place)")
        }
      }
    }
  }

  /// A ledger that has signed and lost both notes might sign another tree of the same size. It is
  /// no interrupted `init`, and to repeat that does not make it one.
  @Test func aLedgerThatLostBothNotesIsNoInterruptedOne() async throws {
    for count in [0, 1, 5] {
      let fixture = EngineFixture()
      _ = try await fixture.create()
      let ledger = try fixture.open()
      if count > 0 { try await EngineFixture.append(0..<count, to: ledger) }
      _ = try await ledger.checkpoint()
      try await ledger.close()
      let kept = fixture.disk.snapshot()
      try fixture.disk.remove("/l/checkpoint")
      try fixture.disk.remove("/l.vault/note")
      let code: LedgerError.Code = count == 0 ? .incomplete : .corrupt
      #expect(throws: LedgerError(code, "")) { try fixture.open() }
      if count == 0 {
        // Record 0 alone is what an interrupted one leaves.
        _ = try await fixture.create()
      } else {
        await #expect(throws: LedgerError(.corrupt, "")) { try await fixture.create() }
        #expect(fixture.disk.contents("/l/checkpoint") == nil)
        #expect(fixture.disk.contents("/l.vault/note") == nil)
        // What the message advises.
        let note = try #require(kept.contents("/l/checkpoint"))
        try fixture.disk.replaceFile("/l.vault/note", with: note, permissions: .file)
      }
      let again = try fixture.open()
      try await again.close()
    }
  }

  @Test func anInterruptedOneCannotBeOpened() async throws {
    let whole = EngineFixture()
    _ = try await whole.create()
    var codes: Set<LedgerError.Code> = []
    for ordinal in 1...whole.disk.operationCount() {
      var fixture = EngineFixture()
      fixture.disk.inject(.crash, at: ordinal)
      try? _ = await fixture.create()
      fixture.disk = fixture.disk.crashed(seed: 1, survival: .onlySynchronized)
      do {
        let ledger = try fixture.open()
        try await ledger.close()
        #expect(fixture.disk.contents("/l.vault/note") != nil)
      } catch let error as LedgerError {
        codes.insert(error.code)
        if error.code == .incomplete { #expect(error.message.contains("repeat it")) }
      }
    }
    // Never `corrupt`: nothing is lost, and what to do is to say it again.
    #expect(codes == [.noLedger, .incomplete])
  }

  /// Folders and no `ledger.json`: an interrupted `init` only where nothing else is there.
  @Test func aLostLedgerFileIsNoInterruptedCreation() throws {
    let begun = EngineFixture()
    for folder in ["/l/log", "/l/bodies"] { begun.disk.addEntry(folder, .directory) }
    #expect(throws: LedgerError(.incomplete, "")) { try begun.open() }
    #expect(throws: LedgerError(.incomplete, "")) { try begun.reader() }
    begun.disk.setContents("/l/ledger.json.tmp", [])
    #expect(throws: LedgerError(.incomplete, "")) { try begun.open() }

    for file in [
      "active", "active.sealing", "checkpoint", "tree/0", "torn/x", "log/x", "bodies/x",
    ] {
      let fixture = EngineFixture()
      for folder in ["/l/log", "/l/bodies"] { fixture.disk.addEntry(folder, .directory) }
      fixture.disk.setContents("/l/\(file)", [1])
      #expect(throws: LedgerError(.corrupt, ""), "\(file)") { try fixture.open() }
      #expect(throws: LedgerError(.corrupt, ""), "\(file)") { try fixture.reader() }
    }
  }

  @Test func whatItMakes() async throws {
    let fixture = EngineFixture()
    let vkey = try await fixture.create()
    #expect(vkey.hasPrefix(EngineFixture.origin + "+"))
    let files = fixture.disk.filePaths()
    #expect(
      files == [
        "/l.vault/LOCK", "/l.vault/duplicate.key", "/l.vault/name.key", "/l.vault/note",
        "/l.vault/signing.key",
        "/l.vault/vault.json", "/l/LOCK", "/l/active", "/l/checkpoint", "/l/ledger.json",
        "/l/tree/0",
      ])
    #expect(fixture.disk.contents("/l.vault/note") == fixture.disk.contents("/l/checkpoint"))
    for name in ["duplicate.key", "name.key", "note", "signing.key", "vault.json"] {
      let information = try fixture.disk.information("/l.vault/\(name)")
      #expect(information?.permissions.areOpenToOthers == false)
    }
    let secret = try #require(fixture.disk.contents("/l.vault/signing.key"))
    for path in files where path.hasPrefix("/l/") {
      let bytes = try #require(fixture.disk.contents(path))
      #expect(!String(decoding: bytes, as: UTF8.self).contains("PRIVATE+KEY"))
    }
    #expect(String(decoding: secret, as: UTF8.self).hasPrefix("PRIVATE+KEY+"))
    let header = try fixture.reader().record(at: 0).header
    #expect(header.content.kind == "ledger/created")
    #expect(header.content.identity?.origin == EngineFixture.origin)
    #expect(header.content.identity?.verifierKeys == [vkey])
    let file = try #require(fixture.disk.contents("/l/ledger.json"))
    #expect(try header.content.identity?.ledgerFileHash == LedgerFile.decode(file).hash)
    #expect(header.content.bodies.isEmpty && header.content.head == nil)
  }

  // MARK: Refusals

  @Test func overALedger() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let before = fixture.disk.filePaths().map { fixture.disk.contents($0) }
    await #expect(throws: LedgerError(.alreadyExists, "")) { try await fixture.create() }
    await #expect(throws: LedgerError(.alreadyExists, "")) {
      try await Ledger.create(
        at: EngineFixture.location, origin: "other.example/x", options: fixture.options)
    }
    #expect(fixture.disk.filePaths().map { fixture.disk.contents($0) } == before)
    // Without its vault it is a ledger all the same.
    for path in fixture.disk.filePaths(below: "/l.vault") { try fixture.disk.remove(path) }
    await #expect(throws: LedgerError(.alreadyExists, "")) { try await fixture.create() }
  }

  @Test func intoAFolderOfOtherThings() async throws {
    let fixture = EngineFixture()
    fixture.disk.setContents("/l/notes.txt", [1])
    await #expect(throws: LedgerError(.alreadyExists, "")) { try await fixture.create() }
    #expect(fixture.disk.filePaths() == ["/l/notes.txt"])
    let file = EngineFixture()
    file.disk.setContents("/l", [1])
    await #expect(throws: LedgerError(.alreadyExists, "")) { try await file.create() }
  }

  @Test func withAVaultThatHasSigned() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    for path in fixture.disk.filePaths(below: "/l") { try fixture.disk.remove(path) }
    for folder in ["/l/log", "/l/bodies", "/l/tree", "/l/index", "/l"] {
      try fixture.disk.remove(folder)
    }
    let error = await #expect(throws: LedgerError(.vault, "")) { try await fixture.create() }
    #expect(error?.message.contains("has signed a ledger before") == true)
    // A few empty folders do not make it the interrupted creation of that ledger.
    fixture.disk.addEntry("/l/log", .directory)
    await #expect(throws: LedgerError(.forked, "")) { try await fixture.create() }
  }

  @Test func withTheVaultOfAnotherLedger() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let other = LedgerLocation(absoluteDirectory: "/m", absoluteVault: "/l.vault")
    for origin in ["other.example/x", EngineFixture.origin] {
      await #expect(throws: LedgerError(.vault, "")) {
        try await Ledger.create(at: other, origin: origin, options: fixture.options)
      }
    }
    #expect(fixture.disk.filePaths(below: "/m").isEmpty)
  }

  @Test func withTheKeyOfAnInterruptedCreationOfAnotherOrigin() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let key = try #require(fixture.disk.contents("/l.vault/signing.key"))
    let second = EngineFixture()
    second.disk.setContents("/l.vault/signing.key", key)
    second.disk.setAttributes("/l.vault/signing.key", permissions: .secretFile)
    let error = await #expect(throws: LedgerError(.vault, "")) {
      try await Ledger.create(
        at: EngineFixture.location, origin: "other.example/x", options: second.options)
    }
    #expect(error?.message.contains(EngineFixture.origin) == true)
    #expect(second.disk.filePaths(below: "/l").isEmpty)
  }

  @Test(arguments: [
    "", "a b", "a+b", "line\nbreak", "ümlaut.example", "quote\"",
    String(repeating: "a", count: 256),
    "back\\slash", "nul\0",
  ])
  func origins(_ origin: String) async throws {
    let fixture = EngineFixture()
    await #expect(throws: LedgerError(.invalid, "")) {
      try await Ledger.create(
        at: EngineFixture.location, origin: origin, options: fixture.options)
    }
    #expect(fixture.disk.filePaths().isEmpty)
  }

  // MARK: Continuing

  @Test func continuingAnOldCheckpoint() async throws {
    let old = EngineFixture()
    let key = try NoteVerifierKey(vkey: try await old.create())
    let ledger = try old.open()
    try await EngineFixture.append(0..<4, to: ledger)
    let note = try await ledger.checkpoint()
    try await ledger.close()
    let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)

    let fixture = EngineFixture()
    let origin = "test.example/second"
    try await Ledger.create(
      at: EngineFixture.location, origin: origin, continuing: note, signedBy: key,
      options: fixture.options)
    let reader = try fixture.reader()
    #expect(reader.identity.origin == origin)
    let header = try reader.record(at: 0).header
    #expect(
      header.content.head
        == TreeHead(size: 5, root: checkpoint.root, origin: EngineFixture.origin))
    #expect(try reader.body(record: 0, body: 0) == note)
    let next = try fixture.open()
    try await EngineFixture.append(0..<1, to: next)
    try await next.close()

    let refused = EngineFixture()
    await #expect(throws: LedgerError(.invalid, "")) {
      try await Ledger.create(
        at: EngineFixture.location, origin: EngineFixture.origin, continuing: note,
        signedBy: key, options: refused.options)
    }
    let damaged: [[UInt8]] = [
      [], [0x41], Array(note.dropLast()), [10] + note, note + note,
      Array("garbage\n\n\u{2014} x y\n".utf8), [UInt8](repeating: 10, count: 2_000_000),
    ]
    for bytes in damaged {
      await #expect(throws: LedgerError(.invalid, "")) {
        try await Ledger.create(
          at: EngineFixture.location, origin: origin, continuing: bytes,
          signedBy: key, options: refused.options)
      }
    }
    // Without the old ledger's key, or under another one, nobody vouches for the checkpoint.
    await #expect(throws: LedgerError(.invalid, "")) {
      try await Ledger.create(
        at: EngineFixture.location, origin: origin, continuing: note, options: refused.options)
    }
    for name in [EngineFixture.origin, "test.example/other"] {
      let stranger = try NoteSignerKey.generate(name: name).verifierKey
      await #expect(throws: LedgerError(.forked, "")) {
        try await Ledger.create(
          at: EngineFixture.location, origin: origin, continuing: note, signedBy: stranger,
          options: refused.options)
      }
    }
    #expect(refused.disk.filePaths().isEmpty)
  }
}
