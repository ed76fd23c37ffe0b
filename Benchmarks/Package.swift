// swift-tools-version: 6.2
import PackageDescription

let ledger: [Target.Dependency] = [
  "MerkleLog", "LedgerFormat", "LedgerVerifier", "Ledgerstone", "LedgerstoneInternals",
].map { .product(name: $0, package: "ledgerstone") }

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "ledgerstone", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Without its trait, which would ask for jemalloc.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    // What the machine and its libraries do by themselves: plain C over libcrypto, liblz4, SQLite.
    .target(
      name: "CBaseline",
      linkerSettings: [
        .linkedLibrary("crypto"), .linkedLibrary("lz4"), .linkedLibrary("sqlite3"),
      ]),
    .executableTarget(
      name: "ledgerstone-bench",
      dependencies: ledger + [
        "CBaseline", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        // The command itself, for `import`.
        .product(name: "ledgerstone", package: "ledgerstone"),
      ],
      path: "Sources/LedgerstoneBench",
      swiftSettings: settings),
    // `swift package benchmark`: what single steps cost.
    .executableTarget(
      name: "Microbenchmarks",
      dependencies: ledger + [.product(name: "Benchmark", package: "benchmark")],
      path: "Micro",
      swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
