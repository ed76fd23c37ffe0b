// swift-tools-version: 6.2
import PackageDescription

/// CI sets this, so that a warning stops the build there and never a reader's.
let warningsAreErrors = Context.environment["LEDGERSTONE_WARNINGS_AS_ERRORS"] == "1"

let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
  ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, _ dependencies: [Target.Dependency], exclude: [String] = [])
  -> Target
{
  .testTarget(
    name: "\(name)Tests",
    dependencies: dependencies,
    exclude: exclude,
    swiftSettings: strict)
}

let package = Package(
  name: "ledgerstone",
  products: [
    .library(name: "MerkleLog", targets: ["MerkleLog"]),
    .library(name: "LedgerFormat", targets: ["LedgerFormat"]),
    .library(name: "LedgerVerifier", targets: ["LedgerVerifier"]),
    .library(name: "Ledgerstone", targets: ["Ledgerstone"]),
    .executable(name: "ledgerstone", targets: ["LedgerCLI"]),
    .executable(name: "ledgerstoned", targets: ["LedgerDaemon"]),
    // What the nested packages, Fuzz and Benchmarks, reach into.
    .library(
      name: "LedgerstoneInternals",
      targets: ["LedgerCryptography", "Provenance", "SegmentStorage", "SubjectVault"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.5.0"),
    // The server's alone: `swift build --product ledgerstone` compiles none of these.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Bottom up; imports only go down (`HouseRulesTests` keeps it true).
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    library("LedgerCryptography", ["COpenSSL"]),
    library("MerkleLog", ["LedgerCryptography"]),
    library("LedgerFormat", ["MerkleLog", "LedgerCryptography", "CLZ4"]),
    library("Provenance", ["LedgerFormat", "MerkleLog", "LedgerCryptography"]),
    library(
      "LedgerVerifier", ["Provenance", "LedgerFormat", "MerkleLog", "LedgerCryptography"]),
    library("SegmentStorage", ["LedgerFormat", "LedgerCryptography"]),
    // The vault takes its file system protocol from the storage rim, nothing else.
    library(
      "SubjectVault",
      ["SegmentStorage", "LedgerCryptography", .product(name: "GRDB", package: "GRDB.swift")]),
    library(
      "Ledgerstone",
      [
        "SubjectVault", "SegmentStorage", "Provenance", "LedgerFormat", "MerkleLog",
        "LedgerCryptography",
      ]),
    .executableTarget(
      name: "LedgerCLI",
      dependencies: [
        "Ledgerstone", "LedgerVerifier", "Provenance", "LedgerFormat", "MerkleLog",
        "LedgerCryptography",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "LedgerServer",
      dependencies: [
        "Ledgerstone", "LedgerVerifier", "Provenance", "LedgerFormat", "MerkleLog",
        "LedgerCryptography", "CZlib", "CMalloc",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "LedgerDaemon",
      dependencies: [
        "LedgerServer", "Ledgerstone", "Provenance", "LedgerFormat",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    .target(
      name: "LedgerTestSupport",
      dependencies: [
        "Ledgerstone", "LedgerVerifier", "SubjectVault", "SegmentStorage", "LedgerFormat",
        "MerkleLog", "LedgerCryptography",
      ],
      path: "Tests/LedgerTestSupport",
      swiftSettings: strict),
    tests(of: "LedgerCryptography", ["LedgerCryptography", "LedgerTestSupport"]),
    tests(of: "MerkleLog", ["MerkleLog", "LedgerCryptography", "LedgerTestSupport"]),
    tests(
      of: "LedgerFormat",
      ["LedgerFormat", "MerkleLog", "LedgerCryptography", "LedgerTestSupport"],
      // Read by path, so that they need no bundle.
      exclude: ["Golden"]),
    tests(of: "Provenance", ["Provenance", "LedgerFormat", "LedgerTestSupport"]),
    tests(
      of: "LedgerVerifier",
      [
        "LedgerVerifier", "Ledgerstone", "Provenance", "LedgerFormat", "MerkleLog",
        "LedgerTestSupport",
      ]),
    tests(
      of: "SegmentStorage",
      ["SegmentStorage", "LedgerFormat", "LedgerCryptography", "LedgerTestSupport"]),
    tests(
      of: "SubjectVault",
      ["SubjectVault", "SegmentStorage", "LedgerCryptography", "LedgerTestSupport"]),
    tests(
      of: "Ledgerstone",
      [
        "Ledgerstone", "LedgerVerifier", "SegmentStorage", "SubjectVault", "Provenance",
        "LedgerFormat", "MerkleLog", "LedgerTestSupport",
      ]),
    // The same sources as in the package Fuzz, without a fuzzer.
    .target(
      name: "FuzzBodies",
      dependencies: [
        "Ledgerstone", "LedgerVerifier", "SegmentStorage", "Provenance", "LedgerFormat",
        "MerkleLog", "LedgerCryptography", "LedgerTestSupport",
      ],
      path: "Fuzz/Sources/FuzzBodies",
      swiftSettings: strict),
    tests(of: "FuzzReplay", ["FuzzBodies"]),
    tests(
      of: "LedgerCLI",
      [
        "LedgerCLI", "LedgerDaemon", "FaultSession", "Ledgerstone", "Provenance",
        "LedgerTestSupport",
      ]),
    // A writer with small segments, which `Tests/Faults` kills and disturbs.
    .executableTarget(
      name: "FaultSession",
      dependencies: ["Ledgerstone", "Provenance", "LedgerFormat", "LedgerCryptography"],
      path: "Tests/Faults/Session",
      swiftSettings: strict),
    tests(
      of: "LedgerServer",
      [
        "LedgerServer", "Ledgerstone", "LedgerVerifier", "SegmentStorage", "SubjectVault",
        "Provenance",
        "LedgerFormat", "MerkleLog", "LedgerCryptography", "LedgerTestSupport",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    tests(of: "HouseRules", []),
  ]
)
