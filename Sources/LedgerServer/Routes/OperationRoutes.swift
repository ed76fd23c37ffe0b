internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What an operator does with a ledger that is served.
struct OperationRoutes: Sendable {
  let ledger: Ledger
  let receiver: BodyReceiver
  let workbench: Workbench
  let journal: AccessJournal
  let backupFolder: String?

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/checkpoint", method: .post) { request, context in
      _ = try context.require(.operator)
      return Self.answer(note: try await ledger.checkpoint())
    }
    router.on("/v1/index", method: .post) { request, context in
      _ = try context.require(.operator)
      return Self.answer(note: try await ledger.index())
    }
    router.on("/v1/key-rotations", method: .post) { request, context in
      _ = try context.require(.operator)
      let report = try await ledger.rotateKey()
      return Answer.json(status: .created) { writer in
        writer.member("record", report.record)
        writer.member("previousVerifierKey", report.previousVerifierKey)
        writer.member("verifierKey", report.verifierKey)
        writer.member("checkpoint", String(decoding: report.checkpoint, as: UTF8.self))
      }
    }
    router.on("/v1/backups", method: .post) { request, context in
      try await backUp(request, context)
    }
  }

  private static func answer(note: [UInt8]) -> Response {
    Answer.json { $0.member("checkpoint", String(decoding: note, as: UTF8.self)) }
  }

  /// Makes a backup below the folder that the configuration names; a client names no paths.
  private func backUp(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.operator)
    guard let backupFolder else {
      throw ServerError(
        .conflict, "noBackupFolder", "the server makes no backups: backup.folder is not set")
    }
    let asked = try JSONRequest(
      try await receiver.receive(request, limit: 1 << 16), names: ["name"])
    let name = try asked.required("name")
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    guard (1...100).contains(name.utf8.count), name.utf8.allSatisfy(allowed.contains),
      name.first != ".", !name.hasSuffix(".tmp")
    else {
      throw QueryReader.refusal("name is 1 to 100 letters, digits, '-', '_' and '.'")
    }
    try await journal.note(.backup, by: caller)
    let reader = ledger.reader()
    let report = try await workbench.run { try reader.backUp(to: backupFolder + "/" + name) }
    return Answer.json(status: .created) { writer in
      writer.member("backup", name)
      writer.member("recordCount", report.recordCount)
      writer.member("checkpointSize", report.checkpointSize)
    }
  }
}
