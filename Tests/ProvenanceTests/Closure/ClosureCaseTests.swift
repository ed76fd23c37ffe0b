import LedgerFormat
import Provenance
import Testing

/// One row of the table of cases: an estate and the states it must give.
struct ClosureCase: Sendable, CustomTestStringConvertible {
  var name: String
  var states: [String: ClosureState]
  /// Entities that must not be in the closure.
  var absent: [String] = []
  var build: @Sendable (inout Estate) -> Void

  init(
    _ name: String, _ states: [String: ClosureState], absent: [String] = [],
    _ build: @escaping @Sendable (inout Estate) -> Void
  ) {
    self.name = name
    self.states = states
    self.absent = absent
    self.build = build
  }

  var testDescription: String { name }
}

@Suite struct ClosureCaseTests {
  @Test(arguments: ClosureCases.all)
  func theTableHolds(_ row: ClosureCase) {
    var estate = Estate()
    row.build(&estate)
    for record in estate.records {
      #expect(throws: Never.self) { try record.content.validate() }
    }
    let closure = estate.closure()
    for (name, state) in row.states {
      let found = closure.descendant(name) ?? closure.descendant(name, .model)
      #expect(
        found?.state == state,
        "\(name): \(found?.reason.rawValue ?? "absent") \(found?.records ?? [])")
    }
    for name in row.absent { #expect(closure.descendant(name) == nil, "\(name)") }
  }

  @Test func everyStateIsInTheTable() {
    let states = Set(ClosureCases.all.flatMap(\.states.values))
    #expect(states == Set(ClosureState.allCases))
  }
}

enum ClosureCases {
  static let all: [ClosureCase] = rebuilding + removing + timing + edges + naming + deciding

  /// raw → curated → report, everything written once, then raw is cleaned at 100.
  static func tree(_ estate: inout Estate) {
    estate.run("c1", job: "curate", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
    estate.run("r1", job: "report", at: 20, from: ["curated"], to: [.init("report", .overwrite)])
    estate.erase("raw", at: 100)
  }

  static let rebuilding = [
    ClosureCase("nothing erased", ["raw": .notRebuilt, "curated": .notRebuilt]) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("rebuilt in order", ["raw": .clean, "curated": .clean, "report": .clean]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.run("r2", at: 120, from: ["curated"], to: [.init("report", .overwrite)])
    },
    ClosureCase(
      "not rebuilt", ["raw": .clean, "curated": .notRebuilt, "report": .notRebuilt]
    ) { tree(&$0) },
    ClosureCase(
      "rebuilt before its parent",
      ["raw": .clean, "curated": .clean, "report": .rebuiltFromStale]
    ) {
      tree(&$0)
      $0.run("r2", at: 110, from: ["curated"], to: [.init("report", .overwrite)])
      $0.run("c2", at: 120, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("appended only", ["curated": .appended, "report": .notRebuilt]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .append)])
    },
    ClosureCase("partial overwrite", ["curated": .appended]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .partition)])
    },
    ClosureCase("full mode restricted to a part", ["curated": .appended]) {
      tree(&$0)
      $0.run(
        "c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite, subset: .compare)])
    },
    ClosureCase("merge", ["curated": .appended]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .merge)])
    },
    ClosureCase("merge-on-read delete", ["curated": .appended]) {
      tree(&$0)
      $0.run("c2", at: 110, to: [.init("curated", .mergeOnReadDelete)])
    },
    ClosureCase("write mode not stated", ["curated": .unknown]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated")])
    },
    ClosureCase("write mode not stated, from a stale parent", ["report": .rebuiltFromStale]) {
      tree(&$0)
      $0.run("r2", at: 110, from: ["curated"], to: [.init("report")])
    },
    ClosureCase("bare OVERWRITE without policy", ["curated": .unknown]) {
      tree(&$0)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .unknown, .overwrite)])
    },
    ClosureCase("bare OVERWRITE with policy", ["curated": .clean]) {
      tree(&$0)
      $0.policy("curate", at: 101)
      $0.run(
        "c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated", .unknown, .overwrite)])
    },
    ClosureCase("a policy that comes after the run", ["curated": .unknown]) {
      tree(&$0)
      $0.run(
        "c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated", .unknown, .overwrite)])
      $0.policy("curate", at: 120)
    },
    ClosureCase("a policy that was taken back", ["curated": .appended]) {
      tree(&$0)
      $0.policy("curate", at: 101)
      $0.policy("curate", .append, at: 102)
      $0.run("c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated")])
    },
    ClosureCase("a policy of another job", ["curated": .unknown]) {
      tree(&$0)
      $0.policy("report", at: 101)
      $0.run("c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated")])
    },
    ClosureCase("a policy does not widen a partition", ["curated": .appended]) {
      tree(&$0)
      $0.policy("curate", at: 101)
      $0.run("c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated", .partition)])
    },
    ClosureCase("full overwrite from nobody knows where", ["curated": .unknown]) {
      tree(&$0)
      $0.run("c2", at: 110, to: [.init("curated", .overwrite)])
    },
    ClosureCase("FAIL", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.run(
        "c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)], ending: .fail)
    },
    ClosureCase("ABORT", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.run(
        "c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)], ending: .abort)
    },
    ClosureCase("a truncation that failed", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.run("c2", at: 110, to: [.init("curated", .truncate, .truncate)], ending: .fail)
    },
    ClosureCase(
      "FAIL from a stale parent into clean", ["curated": .notRebuilt, "report": .unknown]
    ) {
      tree(&$0)
      $0.run("r2", at: 110, from: ["other"], to: [.init("report", .overwrite)])
      $0.run(
        "r3", at: 120, from: ["curated"], to: [.init("report", .overwrite)], ending: .fail)
    },
  ]
}
