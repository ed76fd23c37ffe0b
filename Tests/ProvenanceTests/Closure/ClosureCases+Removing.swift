import LedgerFormat
import Provenance

extension ClosureCases {
  static let removing = [
    ClosureCase("truncate then rebuild", ["curated": .clean]) {
      tree(&$0)
      $0.run("t", at: 110, to: [.init("curated", .truncate, .truncate)])
      $0.run("c2", at: 120, from: ["raw"], to: [.init("curated", .append)])
    },
    ClosureCase("truncate then append from stale", ["report": .reintroduced]) {
      tree(&$0)
      $0.run("t", at: 110, to: [.init("report", .truncate, .truncate)])
      $0.run("r2", at: 120, from: ["curated"], to: [.init("report", .append)])
    },
    ClosureCase("dropped", ["curated": .dropped, "report": .notRebuilt]) {
      tree(&$0)
      $0.run("d", at: 110, to: [.init("curated", nil, .drop)])
    },
    ClosureCase("dropped by a dataset event", ["curated": .dropped]) {
      tree(&$0)
      $0.record(.datasetDropped, at: 110, [Estate.entity("curated", .target)])
    },
    ClosureCase("drop and re-create", ["curated": .clean]) {
      tree(&$0)
      $0.run("d", at: 110, to: [.init("curated", nil, .drop)])
      $0.run("c2", at: 120, from: ["raw"], to: [.init("curated", nil, .create)])
    },
    ClosureCase("drop and re-create by dataset events", ["curated": .clean]) {
      tree(&$0)
      $0.record(.datasetDropped, at: 110, [Estate.entity("curated", .target)])
      $0.record(.datasetCreated, at: 120, [Estate.entity("curated", .target)])
    },
    ClosureCase("created again without a drop", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.record(.datasetCreated, at: 120, [Estate.entity("curated", .target)])
    },
    ClosureCase("verified row erasure", ["raw": .clean, "curated": .clean]) {
      tree(&$0)
      $0.erase("curated", at: 110)
    },
    ClosureCase("row erasure nobody verified", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.erase("curated", at: 110, verified: false)
    },
    ClosureCase("row erasure with something left", ["curated": .notRebuilt]) {
      tree(&$0)
      let execution = $0.erase("curated", at: 110, verified: false)
      $0.record(
        .erasureVerification, at: 111, [Estate.entity("curated", .target)],
        ["method": .text("scan"), "outcome": .text("clean"), "residual": .integer(2)],
        references: [RecordReference(relation: .cites, index: execution)])
    },
    ClosureCase("a verification of something else", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.erase("curated", at: 110, verified: false)
      $0.record(
        .erasureVerification, at: 111, [Estate.entity("curated", .target)],
        ["method": .text("scan"), "outcome": .text("clean")],
        references: [RecordReference(relation: .cites, index: 0)])
    },
    ClosureCase("verified through the request", ["curated": .clean]) {
      tree(&$0)
      let request = Estate.entity("case-1", .request, .request)
      $0.record(
        .erasureExecution, at: 110, [Estate.entity("curated", .target), request],
        ["method": .text("row-erasure")])
      $0.record(
        .erasureVerification, at: 111, [Estate.entity("curated", .target), request],
        ["method": .text("scan"), "outcome": .text("verified")])
    },
    ClosureCase("key destruction", ["curated": .clean]) {
      tree(&$0)
      $0.record(
        .erasureExecution, at: 110, [Estate.entity("curated", .target)],
        ["method": .text("key-destruction")])
    },
    ClosureCase("merge-on-read delete as an erasure", ["curated": .notRebuilt]) {
      tree(&$0)
      let execution = $0.record(
        .erasureExecution, at: 110, [Estate.entity("curated", .target)],
        ["method": .text("merge-on-read-delete")])
      $0.record(
        .erasureVerification, at: 111, [Estate.entity("curated", .target)],
        ["method": .text("scan"), "outcome": .text("clean")],
        references: [RecordReference(relation: .cites, index: execution)])
    },
    ClosureCase("restore after erasure", ["raw": .reintroduced]) {
      $0.run("b", at: 10, from: ["raw"], to: [.init("backup", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("restore", at: 110, from: ["backup"], to: [.init("raw", .overwrite)])
    },
    ClosureCase("restore of an explicit version", ["curated": .reintroduced]) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated@v1", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated@v2", .overwrite)])
      $0.run("restore", at: 120, to: [.init("curated@v1")])
    },
    ClosureCase(
      "one version erased, another current",
      ["curated": .notRebuilt, "late": .rebuiltFromStale], absent: ["erased"]
    ) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated@v1", .overwrite)])
      $0.run("c2", at: 20, from: ["raw"], to: [.init("curated@v2", .overwrite)])
      $0.erase("raw", at: 100)
      $0.erase("curated@v1", at: 110)
      $0.run("l", at: 120, from: ["curated@v2"], to: [.init("late", .overwrite)])
      $0.run("e", at: 120, from: ["curated@v1"], to: [.init("erased", .overwrite)])
    },
  ]

  static let deciding = [
    ClosureCase("masked column", ["masked": .masked, "plain": .notRebuilt], absent: ["after"]) {
      $0.run(
        "m", at: 10, from: ["raw"], to: [.init("masked", .overwrite)],
        edges: [("masked", "raw", .column, .masked)])
      $0.run(
        "p", at: 10, from: ["raw"], to: [.init("plain", .overwrite)],
        edges: [("plain", "raw", .column, [])])
      $0.run("a", at: 20, from: ["masked"], to: [.init("after", .overwrite)])
    },
    ClosureCase("masked once and plain once", ["both": .notRebuilt]) {
      $0.event(.start, "m", at: 10)
      $0.event(
        .running, "m", at: 11, from: ["raw"], to: [.init("both", .overwrite)],
        edges: [("both", "raw", .column, .masked)])
      $0.event(
        .complete, "m", at: 12, from: ["raw"], to: [.init("both", .overwrite)],
        edges: [("both", "raw", .column, [])])
    },
    ClosureCase("held", ["curated": .exempt, "report": .notRebuilt]) {
      tree(&$0)
      $0.record(
        .holdPlaced, at: 110, [Estate.entity("curated", .scope)],
        ["basis": .text("eu-gdpr:A17-3-e")])
    },
    ClosureCase("hold released", ["curated": .notRebuilt]) {
      tree(&$0)
      let hold = $0.record(.holdPlaced, at: 110, [Estate.entity("curated", .scope)])
      $0.record(
        .holdReleased, at: 120, [Estate.entity("curated", .scope)],
        references: [RecordReference(relation: .answers, index: hold)])
    },
    ClosureCase("another hold released", ["curated": .exempt]) {
      tree(&$0)
      $0.record(.holdPlaced, at: 110, [Estate.entity("curated", .scope)])
      $0.record(
        .holdReleased, at: 120, [Estate.entity("curated", .scope)],
        references: [RecordReference(relation: .answers, index: 0)])
    },
    ClosureCase("exempt by policy", ["curated": .exempt]) {
      tree(&$0)
      $0.record(
        .policyRetention, at: 110, [Estate.entity("curated", .scope)],
        ["value": .text("exempt"), "basis": .text("eu-gdpr:A17-3-b")])
    },
    ClosureCase("exempt without a basis", ["curated": .notRebuilt]) {
      tree(&$0)
      $0.record(
        .policyRetention, at: 110, [Estate.entity("curated", .scope)],
        ["value": .text("exempt")])
    },
    ClosureCase("an exemption does not spoil clean", ["curated": .clean]) {
      tree(&$0)
      $0.record(.holdPlaced, at: 105, [Estate.entity("curated", .scope)])
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("model trained from it", ["model": .notRebuilt, "scores": .notRebuilt]) {
      $0.run("t", at: 10, from: ["raw"], to: [.init("model", .overwrite, type: .model)])
      $0.event(.start, "s", at: 20)
      $0.event(.complete, "s", at: 21, to: [.init("scores", .overwrite)]) {
        $0.entities.append(Estate.entity("model", .input, .model))
      }
      $0.erase("raw", at: 100)
    },
  ]
}
