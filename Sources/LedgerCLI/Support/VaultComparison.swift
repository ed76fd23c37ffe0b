internal import Foundation
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import MerkleLog

/// The vault's newest note, for `verify`: a help where it can be read, and never needed.
enum VaultComparison {
  /// Puts the note into `options`, or why it is not there.
  ///
  /// - Parameter vault: `--vault`. Who names a vault wants it compared.
  /// - Throws: `failed` if the vault that was named cannot be compared.
  static func read(
    directory: String, vault: String?, into options: inout VerificationOptions
  ) throws(CommandFailure) {
    do {
      let location = try LedgerLocation(directory: directory, vault: vault)
      options.vaultNote = try note(of: location)
      if vault != nil, options.vaultNote == nil {
        throw CommandFailure(.failed, "there is no vault with a note at \(location.vault)")
      }
    } catch {
      let reason = CommandFailure(error).message ?? "\(error)"
      guard vault == nil else {
        throw CommandFailure(.failed, "--vault cannot be compared: \(reason)")
      }
      options.vaultObstacle = "the vault's newest note was not compared: \(reason)"
    }
  }

  /// - Returns: nil where there is no vault, or none that has signed.
  /// - Throws: why it says nothing of this ledger.
  private static func note(of location: LedgerLocation) throws(CommandFailure) -> [UInt8]? {
    guard SmallFile.type(location.vault) != nil else { return nil }
    let identityPath = location.vault + "/vault.json"
    let identity = try stored(identityPath, limit: 65_536)
    guard String(decoding: identity, as: UTF8.self).contains("\"ledgerId\":\"") else {
      throw CommandFailure(.failed, "\(identityPath) is damaged: it names no ledger")
    }
    let ledgerFile = try? stored(
      location.directory + "/ledger.json", limit: FormatLimits.ledgerFileByteCountMax)
    // Without a readable ledger.json the note's origin and key still have to match.
    if let ledgerFile, let ledger = try? LedgerFile.decode(ledgerFile),
      !String(decoding: identity, as: UTF8.self).contains("\"ledgerId\":\"\(ledger.ledgerID)\"")
    {
      throw CommandFailure(.failed, "\(location.vault) is another ledger's vault")
    }
    let path = location.vault + "/note"
    guard SmallFile.type(path) != nil else { return nil }
    let note = try stored(path, limit: FormatLimits.noteByteCountMax)
    do throws(SignedNoteError) {
      _ = try SignedNote(parsing: note)
    } catch {
      throw CommandFailure(.failed, "\(path) is damaged: \(error)")
    }
    return note
  }

  /// A file of a ledger or vault, which is no argument: to open a pipe would wait for a writer.
  private static func stored(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
    if let type = SmallFile.type(path), type != .typeRegular, type != .typeDirectory {
      throw CommandFailure(.failed, "\(path) is damaged: it is no regular file")
    }
    return try SmallFile.read(path, limit: limit)
  }
}
