import Foundation
import LedgerTestSupport
import Ledgerstone
import Testing

/// Where ledger and vault lie, and that neither lies in the other.
@Suite struct LocationTests {
  private static func location(
    _ directory: String, _ vault: String? = nil, _ environment: [String: String] = [:]
  ) throws -> LedgerLocation {
    try LedgerLocation(directory: directory, vault: vault, environment: environment)
  }

  @Test(arguments: [
    ("/data/l", "/data/l"), ("/data/l/", "/data/l"), ("/data/l///", "/data/l"),
    ("/data/./l/.", "/data/l"), ("//data//l", "/data/l"), ("/data/x/../l", "/data/l"),
    ("/data/l/../l/", "/data/l"), ("/../../data/l", "/data/l"), ("/data/l.d/", "/data/l.d"),
    ("/data/with space", "/data/with space"),
  ])
  func absolutePaths(_ given: String, _ expected: String) throws {
    let location = try Self.location(given)
    #expect(location.directory == expected)
    #expect(location.vault == expected + ".vault")
  }

  @Test func relativePaths() throws {
    let here = FileManager.default.currentDirectoryPath
    for path in ["l", "./l", "l/", "x/../l"] {
      #expect(try Self.location(path).directory == here + "/l")
      #expect(try Self.location(path).vault == here + "/l.vault")
    }
    #expect(try Self.location(".").vault == here + ".vault")
    #expect(try Self.location("/data/l", "v").vault == here + "/v")
  }

  @Test func whichVault() throws {
    let environment = ["LEDGERSTONE_VAULT": "/secret/env/"]
    #expect(try Self.location("/data/l", nil, environment).vault == "/secret/env")
    #expect(try Self.location("/data/l", "/v/./w", environment).vault == "/v/w")
    #expect(
      try Self.location("/data/l", nil, ["LEDGERSTONE_VAULT": ""]).vault == "/data/l.vault")
  }

  @Test(arguments: [
    ("/data/l", "/data/l"), ("/data/l", "/data/l/"), ("/data/l", "/data/l/vault"),
    ("/data/l", "/data/l/a/../vault"), ("/data/l", "/data/x/../l/v"), ("/data/l/", "/data/l/v"),
    ("/data/l", "/data"), ("/data/l", "/"), ("/", "/data/v"), ("/data/l/m", "/data/l/m/../../l"),
  ])
  func insideEachOther(_ directory: String, _ vault: String) throws {
    #expect(throws: LedgerError(.invalid, "")) { try Self.location(directory, vault) }
    #expect(throws: LedgerError(.invalid, "")) {
      try Self.location(directory, nil, ["LEDGERSTONE_VAULT": vault])
    }
  }

  @Test(arguments: [("/data/l", "/data/l2"), ("/data/l", "/data/lv/l"), ("/data/l", "/l")])
  func besideEachOther(_ directory: String, _ vault: String) throws {
    #expect(try Self.location(directory, vault).vault == vault)
  }

  @Test func emptyPaths() throws {
    #expect(throws: LedgerError(.invalid, "")) { try Self.location("") }
    #expect(throws: LedgerError(.invalid, "")) { try Self.location("/data/l", "") }
  }

  @Test func bySymbolicLink() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    let base = folder.path
    try manager.createDirectory(atPath: base + "/l/sub", withIntermediateDirectories: true)
    try manager.createDirectory(atPath: base + "/v", withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: base + "/into", withDestinationPath: base + "/l")
    try manager.createSymbolicLink(atPath: base + "/deep", withDestinationPath: "l/sub")
    try manager.createSymbolicLink(atPath: base + "/chain", withDestinationPath: "deep")
    try manager.createSymbolicLink(atPath: base + "/l/out", withDestinationPath: base + "/v")
    try manager.createSymbolicLink(atPath: base + "/up", withDestinationPath: base)
    try manager.createSymbolicLink(atPath: base + "/new.vault", withDestinationPath: "new/v")
    // There, and not there yet, as before `init`.
    let refused = [
      ("/l", "/into"), ("/l", "/into/v"), ("/l", "/into/not/there/yet"), ("/l", "/deep"),
      ("/l", "/deep/new"), ("/l", "/chain/new"), ("/into", "/l/v"), ("/into/new", "/into"),
      ("/l", "/up"), ("/l", "/up/l/v"), ("/up/l", "/into/v"),
    ]
    for (directory, vault) in refused {
      #expect(throws: LedgerError(.invalid, ""), "\(directory) and \(vault)") {
        try Self.location(base + directory, base + vault)
      }
    }
    // The vault's own name is a link into the ledger that `init` is about to make.
    #expect(throws: LedgerError(.invalid, "")) { try Self.location(base + "/new") }
    // A link in the ledger that leads out of it is no way in.
    #expect(try Self.location(base + "/l", base + "/v").vault == base + "/v")
  }
}
