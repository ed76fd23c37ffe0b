// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ledgerstone-benchmarks",
  dependencies: [.package(name: "ledgerstone", path: "..")],
  targets: [
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .executableTarget(
      name: "ledgerstone-bench",
      dependencies: [
        "CSQLite",
        .product(name: "Ledgerstone", package: "ledgerstone"),
        .product(name: "LedgerVerifier", package: "ledgerstone"),
        .product(name: "LedgerFormat", package: "ledgerstone"),
        .product(name: "MerkleLog", package: "ledgerstone"),
      ],
      path: "Sources/LedgerstoneBench",
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
  ]
)
