internal import ArgumentParser
internal import Configuration
internal import Foundation
internal import LedgerServer
internal import Ledgerstone
internal import SystemPackage

/// Where the configuration comes from: arguments before the environment before the file.
struct Settings: ParsableArguments {
  @Argument(help: "The ledger's folder; without it, the setting 'ledger'.")
  var directory: String?

  @Option(help: ArgumentHelp("The folder of the operator's secrets.", valueName: "path"))
  var vault: String?

  @Option(help: ArgumentHelp("A JSON file of settings.", valueName: "file"))
  var config: String?

  struct Loaded {
    var location: LedgerLocation
    var configuration: ServerConfiguration
    var tokens: TokenBook?
  }

  /// - Throws: `DaemonFailure` 64 with the first thing that is wrong.
  func load() async throws -> Loaded {
    do {
      return try await read()
    } catch let error as DaemonFailure {
      throw error
    } catch let error as LedgerError {
      throw DaemonFailure(64, error.message)
    } catch {
      throw DaemonFailure(64, "\(error)")
    }
  }

  private func read() async throws -> Loaded {
    var providers: [any ConfigProvider] = [
      EnvironmentVariablesProvider().prefixKeys(with: "ledgerstone")
    ]
    if let config {
      let unknown = try ServerConfiguration.unknownNames(in: try Self.contents(config))
      if let name = unknown.first {
        throw ConfigurationError("\(config): '\(name)' is no setting")
      }
      providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(config)))
    }
    let reader = ConfigReader(providers: providers)
    let configuration = try await ServerConfiguration(reading: reader)
    guard let folder = directory ?? reader.string(forKey: "ledger") else {
      throw ConfigurationError("no ledger is named: give DIR, or set 'ledger'")
    }
    let location = try LedgerLocation(
      directory: folder, vault: vault ?? reader.string(forKey: "vault"))
    if let backups = configuration.backupFolder, location.contains(backups) {
      throw ConfigurationError("backup.folder lies in the ledger or its vault")
    }
    let tokens = try configuration.tokensPath.map { TokenBook(try Self.tokens($0)) }
    return Loaded(location: location, configuration: configuration, tokens: tokens)
  }

  /// Reads a file of tokens.
  static func tokens(_ path: String) throws -> TokenTable {
    do {
      return try TokenTable(parsing: try contents(path))
    } catch {
      throw ConfigurationError("\(path): \(error)")
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw ConfigurationError("\(path) cannot be read")
    }
  }
}
