internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone

/// DIR and `--vault`, which every command that writes takes.
struct LedgerArguments: ParsableArguments {
  @Argument(help: "The ledger's folder.", completion: .directory)
  var directory: String

  @OptionGroup var vaultArguments: VaultArguments

  func location() throws(LedgerError) -> LedgerLocation {
    try LedgerLocation(directory: directory, vault: vaultArguments.vault)
  }
}

struct VaultArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the operator's secrets; by default LEDGERSTONE_VAULT, else DIR.vault.",
      valueName: "path"), completion: .directory)
  var vault: String?
}

/// DIR of a command that only reads: it needs no vault, takes no lock and writes nothing.
struct ReaderArguments: ParsableArguments {
  @Argument(help: "The ledger's folder.", completion: .directory)
  var directory: String

  func reader() throws(LedgerError) -> LedgerReader {
    // A reader never touches the vault, so where it would be does not matter.
    let absolute = try LedgerLocation(directory: directory, environment: [:])
    return try LedgerReader.open(at: absolute)
  }

  /// For answers about all records; says on stderr where some of them cannot be read.
  func readerOfAll() throws(LedgerError) -> LedgerReader {
    let reader = try reader()
    if let damage = reader.damage {
      StandardError.warn(
        "\(damage); what follows is of the first \(counted(reader.size, "record"))")
    }
    return reader
  }

  /// Refuses to write a result over the ledger's own files or its secrets.
  func refuse(target path: String?) throws(CommandFailure) {
    guard let path, path != "-" else { return }
    let places = [
      try? LedgerLocation(directory: directory),
      try? LedgerLocation(directory: directory, environment: [:]),
    ]
    if places.contains(where: { $0?.contains(path) ?? false }) {
      throw CommandFailure(.usage, "\(path) lies in the ledger or its vault; nothing was written")
    }
  }
}
