import Foundation

/// The folder of shared test data: `LEDGERSTONE_SHARED`, else `../shared` beside the package.
enum SharedData {
  static let folder: URL? = {
    let environment = ProcessInfo.processInfo.environment["LEDGERSTONE_SHARED"]
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      environment.map { URL(filePath: $0) }
      ?? package.deletingLastPathComponent().appending(path: "shared")
    guard FileManager.default.fileExists(atPath: folder.path) else {
      FileHandle.standardError.write(
        Data("shared test data is absent (\(folder.path)); its tests are left out\n".utf8))
      return nil
    }
    return folder
  }()

  /// The bytes of all `.json` files below `path`, in the order of their paths.
  static func jsonFiles(below path: String) throws -> [(name: String, bytes: [UInt8])] {
    guard let folder = folder?.appending(path: path) else { return [] }
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
      (name, [UInt8](try Data(contentsOf: folder.appending(path: name))))
    }
  }
}
