internal import Foundation
internal import LedgerCryptography
internal import LedgerVerifier
internal import Ledgerstone
internal import MerkleLog
internal import Provenance

/// The acts of the demo, each over what the one before left on disk.
struct DemoStory {
  let folder: String
  let teller: DemoTeller

  private var ledger: String { folder + "/ledger" }
  private static let origin = "clinic.example/provenance"

  func tell() async throws {
    let location = try location()
    let vkey = try await create(location)
    let saved = try await record(location)
    try verify(vkey, saved)
    try prove(location, vkey)
    try tamper(vkey)
    try await DemoErasure(story: self, vkey: vkey).tell()
    try teller.begin("What is not claimed stands in the README, and on every certificate.")
  }

  func location() throws -> LedgerLocation {
    try LedgerLocation(directory: ledger, vault: ledger + ".vault", environment: [:])
  }

  private func create(_ location: LedgerLocation) async throws -> String {
    try AddressSpace.requireRoomForWriting()
    try FreeDescriptors.requireRoomForWriting()
    try teller.begin("1. A clinic opens a ledger for its data pipeline.")
    let vkey = try await Ledger.create(at: location, origin: Self.origin)
    try teller.say("The auditor gets its verifier key: \(vkey)")
    return vkey
  }

  private func record(_ location: LedgerLocation) async throws -> [UInt8] {
    try teller.begin(
      "2. Pipelines report their runs, services their accesses, the privacy desk a deletion.")
    let ledger = try Ledger.open(at: location)
    do {
      var batch = ledger.makeBatch()
      for event in DemoEstate.events {
        try batch.append(OpenLineageEvent(parsing: Array(event.utf8)).draft(source: "pipeline"))
      }
      for record in DemoEstate.records {
        try batch.append(NativeRecord.draft(parsing: Array(record.utf8), source: "clinic"))
      }
      for outcome in try await ledger.append(batch) {
        if case .recorded(let receipt) = outcome {
          try teller.say(
            "record \(receipt.index)  leaf \(receipt.leafHash.description.prefix(16))…")
        }
      }
      let note = try await ledger.checkpoint()
      try await ledger.close()
      try teller.begin("3. The ledger signs a checkpoint, which the auditor saves:")
      for line in String(decoding: note, as: UTF8.self).split(separator: "\n") {
        try teller.say("| \(line)")
      }
      return note
    } catch {
      _ = try? await ledger.close()
      throw error
    }
  }

  private func verify(_ vkey: String, _ saved: [UInt8]) throws {
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    options.savedCheckpoint = saved
    options.vaultNote = try SmallFile.read(ledger + ".vault/note")
    try teller.begin("4. The auditor checks everything: every record, hash, body and signature.")
    let report = LedgerVerification.verify(directory: ledger, options: options)
    for line in report.lines { try teller.say("\(line)") }
    guard report.status == .valid else {
      throw CommandFailure(.notValid, "the demo's own ledger did not verify")
    }
  }

  private func prove(_ location: LedgerLocation, _ vkey: String) throws {
    try teller.begin("5. For a court, one record is enough: its bytes and a proof of a few hashes.")
    let reader = try LedgerReader.open(at: location)
    // The check of the deletion.
    let index = reader.size - 1
    let proof = try reader.inclusionProof(at: index)
    let entry = try reader.record(at: index).bytes
    try teller.say(
      "record \(index) is \(entry.count) bytes, its proof \(proof.count); no ledger needed"
    )
    var options = ProofOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    options.entry = entry
    let report = ProofVerification.verify(proof, options: options)
    for line in report.lines { try teller.say("\(line)") }
    guard report.status == .valid else {
      throw CommandFailure(.notValid, "the demo's own proof did not verify")
    }
  }

  private func tamper(_ vkey: String) throws {
    try teller.begin("6. Somebody changes one bit in a copy of the ledger, to hide an access.")
    let copy = folder + "/tampered"
    let active = copy + "/active"
    do {
      try FileManager.default.copyItem(atPath: ledger, toPath: copy)
      var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: active)))
      // A word of the first access record, where its group is stored as it came.
      let word = Array("reporting".utf8)
      let place = bytes.indices.first { bytes[$0...].starts(with: word) } ?? bytes.count / 2
      bytes[place] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: active))
    } catch {
      throw CommandFailure(.failed, "cannot copy the ledger: \(SystemFailure.reason(of: error))")
    }
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    let report = LedgerVerification.verify(directory: copy, options: options)
    for line in report.lines { try teller.say("\(line)") }
    guard case .notValid = report.status else {
      throw CommandFailure(.failed, "the damage was not found")
    }
  }
}
