// swift-tools-version: 6.2
import PackageDescription

let names = [
  "header", "block", "group-frame", "segment", "active-header", "ledger-file", "signed-note",
  "inclusion-proof", "consistency-proof", "completeness-proof", "omission-proof",
  "closure-proof", "certificate", "run-file", "name-dictionary", "opening", "name-rules",
  "openlineage", "native-record", "json", "operations", "damaged-ledger", "canary",
]

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
  name: "fuzz",
  dependencies: [.package(name: "ledgerstone", path: "..")],
  targets: [
    // The simulated disk of the tests: a link to their folder.
    .target(name: "LedgerTestSupport", dependencies: ledger, swiftSettings: settings),
    .target(
      name: "FuzzBodies", dependencies: ledger + ["LedgerTestSupport"], swiftSettings: settings),
  ]
    + names.map { name in
      .executableTarget(
        name: "fuzz-\(name)", dependencies: ["FuzzBodies"], path: "Targets/\(name)",
        swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])])
    }
)
