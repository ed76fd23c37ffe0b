internal import ArgumentParser
internal import Foundation

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Play the whole story on a small example, in seconds.",
    discussion: """
      Without DIR everything happens in a temporary folder, which is removed. With DIR the ledger \
      stays in DIR/ledger, its vault beside it, for you to look at.
      """)

  @Argument(help: "A folder that is empty or not there, for what the demo makes.")
  var directory: String?

  @Flag(help: "Print one JSON object per act, with its title and lines.")
  var json = false

  mutating func run() async throws {
    guard directory?.isEmpty != true else {
      throw CommandFailure(.usage, "an empty path names no folder")
    }
    let folder =
      directory.map { LedgerPath.absolute($0) }
      ?? NSTemporaryDirectory() + "ledgerstone-demo-\(UUID().uuidString)"
    let isTemporary = directory == nil
    if let present = try? FileManager.default.contentsOfDirectory(atPath: folder), !present.isEmpty
    {
      throw CommandFailure(.failed, "\(folder) is not empty")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(.failed, "cannot make \(folder): \(SystemFailure.reason(of: error))")
    }
    defer { if isTemporary { try? FileManager.default.removeItem(atPath: folder) } }
    let teller = DemoTeller(isJSON: json)
    try await DemoStory(folder: folder, teller: teller).tell()
    if !isTemporary {
      try teller.begin("Everything is in \(folder); try: ledgerstone inspect \(folder)/ledger")
    }
    try teller.end()
  }
}

enum LedgerPath {
  /// `path` from the root, however it was given.
  static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
