import LedgerFormat
import Testing

@testable import Provenance

/// Estates in which somebody looking for it found a descendant missed, or a state too good.
@Suite struct ClosureAttackTests {
  private func join(_ names: [(String, String)], _ estate: inout Estate) {
    for (name, other) in names {
      estate.record(
        .dataset, at: 0, [Estate.entity(name, .target), Estate.entity(other, .symlink)]
      ) { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
    }
  }

  // MARK: Content as of a record

  /// What was there has versions, which a reader may name later.
  @Test(arguments: [WriteMode.append, .merge, .overwrite, nil])
  func aVersionWrittenBeforeTheOriginIsInQuestion(_ mode: WriteMode?) {
    var estate = Estate()
    let written = estate.run("w", at: 10, to: [.init("raw@v1", mode)])
    estate.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    estate.run("e", at: 50, from: ["clean"], to: [.init("raw", .overwrite)])
    #expect(estate.closure(since: written + 1)["x"] == .notRebuilt)
    for since in 0...written + 1 {
      let closure = estate.closure(since: since)
      #expect(closure["x"]?.isClosing == false, "since \(since)")
      #expect(closure["raw"] == .clean && !closure.isClosed, "since \(since)")
    }
  }

  @Test func soIsOneThatALaterVersionKept() {
    var estate = Estate()
    estate.run("w1", at: 10, to: [.init("raw@v1", .append)])
    let kept = estate.run("w2", at: 20, to: [.init("raw@v2", .append)])
    estate.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    #expect(estate.closure(since: kept + 1)["x"] == .notRebuilt)
  }

  @Test func oneThatWasRemovedBeforeIsNot() {
    var estate = Estate()
    estate.run("w1", at: 10, to: [.init("raw@v1", .append)])
    let removed = estate.run("w2", at: 20, from: ["clean"], to: [.init("raw@v2", .overwrite)])
    estate.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    estate.run("s", at: 40, from: ["raw@v2"], to: [.init("y", .overwrite)])
    let closure = estate.closure(since: removed + 1)
    #expect(closure["x"] == nil && closure["y"] == .notRebuilt)
    // Overwritten, and nobody knows from what: it may be there still.
    var unclear = Estate()
    unclear.run("w1", at: 10, to: [.init("raw@v1", .append)])
    let written = unclear.run("w2", at: 20, to: [.init("raw@v2", .overwrite)])
    unclear.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    #expect(unclear.closure(since: written + 1)["x"] == .notRebuilt)
  }

  @Test func oneThatWasErasedBeforeIsNotEither() {
    var estate = Estate()
    let written = estate.run("w", at: 10, to: [.init("raw@v1", .append)])
    estate.run("q", at: 12, from: ["raw@v1"], to: [.init("early", .overwrite)])
    estate.erase("raw@v1", at: 20)
    let erased = estate.next
    estate.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    let before = estate.closure(since: written + 1)
    #expect(before["early"] == .notRebuilt && before["x"] == nil)
    let after = estate.closure(since: erased)
    #expect(after["early"] == nil && after["x"] == nil)
  }

  /// Who had ended by then did not read what was there then.
  @Test func anEarlierReaderOfIt() {
    var estate = Estate()
    estate.run("w", at: 10, to: [.init("raw@v1", .append)])
    let read = estate.run("r", at: 30, from: ["raw@v1"], to: [.init("x", .overwrite)])
    #expect(estate.closure(since: read + 1)["x"] == nil)
    #expect(estate.closure(since: read)["x"] == .notRebuilt)
  }

  /// Where names are those of several things, the content of each may be what was there.
  @Test func contentUnderEachOfSeveralNames() {
    for names in [[("a", "raw"), ("b", "raw")], [("raw", "a"), ("c", "a")]] {
      var estate = Estate()
      join(names, &estate)
      let last = estate.run("w0", at: 10, to: [.init("a", .append)])
      estate.run("w", at: 50, from: ["clean"], to: [.init("raw", .overwrite)])
      estate.run("r", at: 70, from: ["a"], to: [.init("x", .overwrite)])
      for since in [last, last + 1] {
        let closure = estate.closure(since: since)
        #expect(closure["x"] != nil && !closure.isClosed, "\(names) since \(since)")
      }
    }
  }

  // MARK: Versions that are asked about

  private func versions(_ texts: [String], _ estate: Estate, _ root: String = "raw") -> Closure {
    var query = estate.query(root)
    query.origin = .versions(texts)
    return estate.closure(query)
  }

  @Test func aVersionThatOnlyAnotherNameHas() {
    var estate = Estate()
    join([("raw", "path")], &estate)
    estate.run("w", at: 10, to: [.init("path@v1", .append)])
    estate.run("r", at: 30, from: ["path@v1"], to: [.init("x", .overwrite)])
    for root in ["raw", "path"] {
      let closure = versions(["v1"], estate, root)
      #expect(closure["x"] == .notRebuilt && closure.root.state == .notRebuilt, "\(root)")
    }
  }

  /// A misspelt version is not a clean one.
  @Test func aVersionThatNoRecordNames() {
    var estate = Estate()
    estate.run("w", at: 10, to: [.init("raw@v1", .append)])
    for texts in [["v01"], ["v1", "v01"], ["V1"], [""]] {
      let closure = versions(texts, estate)
      #expect(closure.root.state == .unknown && closure.root.reason == .versionUnknown)
      #expect(!closure.isClosed, "\(texts)")
    }
    #expect(versions(["v1"], estate).root.reason != .versionUnknown)
    // Named is enough: somebody may have read it.
    estate.run("r", at: 30, from: ["raw@v0"], to: [.init("x", .overwrite)])
    #expect(versions(["v0"], estate)["x"] == .notRebuilt)
  }

  // MARK: Runs that have not ended

  /// A snapshot of a writer that never ends has what was there before.
  @Test(arguments: [EventType.running, .other, .start])
  func aVersionOfAnUnfinishedAppend(_ type: EventType) {
    var estate = Estate()
    estate.run("a", at: 10, from: ["raw"], to: [.init("a@v1", .overwrite)])
    estate.event(type, "s", at: 40, to: [.init("a@v2", .append)])
    estate.run("b", at: 50, from: ["a@v2"], to: [.init("b", .overwrite)])
    #expect([.unknown, .notRebuilt].contains(estate.closure()["b"]))
  }

  /// Nobody knows what a run will write that names no output yet.
  @Test func aRunUnderWayKeepsItOpen() {
    var estate = Estate()
    estate.run("w", at: 10, to: [.init("raw", .append)])
    let begun = estate.event(.start, "r", job: "reader", at: 20, from: ["raw"])
    estate.run("e", at: 30, from: ["clean"], to: [.init("raw", .overwrite)])
    let soon = estate.closure(silence: 600)
    #expect(soon.root.state == .clean && !soon.isClosed && soon.silentProducers.isEmpty)
    #expect(
      soon.runsUnderWay == [
        RunUnderWay(
          job: Estate.key("reader", .job), run: Estate.key("r", .run), record: begun,
          since: Estate.time(20))
      ])
    #expect(ClosureText.text(soon).contains("under way: run::r of job:n:reader since "))
    let late = estate.closure(silence: 1)
    #expect(late.runsUnderWay.isEmpty && late.silentProducers.count == 1 && !late.isClosed)
    estate.event(.complete, "r", job: "reader", at: 40)
    #expect(estate.closure(silence: 600).isClosed)
  }

  /// Nor is what a run left that failed.
  @Test func aVersionOfAFailedAppend() {
    var estate = Estate()
    estate.event(.running, "w", at: 10, to: [.init("raw@v1", .append)])
    estate.event(.fail, "w", at: 20)
    estate.run("e", at: 50, from: ["clean"], to: [.init("raw", .overwrite)])
    estate.run("r", at: 70, from: ["raw@v1"], to: [.init("x", .overwrite)])
    for since in UInt64(0)...2 {
      #expect(estate.closure(since: since)["x"]?.isClosing == false, "since \(since)")
    }
    var other = Estate()
    other.run("a", at: 10, from: ["raw"], to: [.init("a@v1", .overwrite)])
    other.event(.running, "s", at: 20, to: [.init("a@v2", .append)])
    other.event(.fail, "s", at: 30)
    other.run("c", at: 40, from: ["clean"], to: [.init("a@v3", .overwrite)])
    other.run("b", at: 50, from: ["a@v2"], to: [.init("b", .overwrite)])
    #expect(other.closure()["b"] == .notRebuilt)
  }

  // MARK: Former names

  /// Who reads a dataset and says what it was called before writes nothing to it.
  @Test func aReaderThatStatesAFormerName() {
    func readAs(_ estate: inout Estate, _ inputs: [String], _ job: String, at minute: Int) {
      estate.run("n", job: job, at: minute, from: inputs, to: [.init("x", .overwrite)]) {
        $0.entities.append(Estate.entity("old", .previous))
        let dim = $0.entities.firstIndex { $0.role == .input && $0.name == "dim" } ?? 0
        $0.renames = [
          EntityPair(entity: UInt32(dim), other: UInt32($0.entities.count - 1))
        ]
      }
    }
    var estate = Estate()
    estate.policy("loader", at: 0)
    estate.run("base", at: 10, from: ["clean"], to: [.init("dim@1", .overwrite)])
    estate.run("add", at: 20, from: ["raw"], to: [.init("dim@2", .append)])
    readAs(&estate, ["dim@1"], "loader", at: 30)
    estate.run("e", at: 50, from: ["clean"], to: [.init("raw", .overwrite)])
    #expect(estate.closure()["dim"] == .notRebuilt)
    var table = Estate()
    readAs(&table, ["raw", "dim"], "j", at: 10)
    let closure = table.closure()
    #expect(closure["dim"] == nil && closure["x"] == .notRebuilt)
  }

  /// Wherever a record says what a dataset was called before, its content came from there.
  @Test(arguments: [
    (RecordKind.dataset, EntityRole.target, Lifecycle?.none), (.dataset, .target, .alter),
    (.datasetAltered, .target, .alter), (.dataset, .target, .rename), (.run, .input, .rename),
    (.run, .input, .alter), (.run, .output, .alter), (.run, .output, .rename),
  ])
  func aFormerNameIsFollowed(_ kind: RecordKind, _ role: EntityRole, _ lifecycle: Lifecycle?) {
    var estate = Estate()
    estate.run("w", at: 10, to: [.init("raw", .append)])
    var entities = [
      Estate.entity("new", role, .dataset, EntityFacts(lifecycle: lifecycle)),
      Estate.entity("raw", .previous),
    ]
    if kind == .run { entities.append(Estate.entity("n", .run, .run)) }
    estate.record(kind, at: 20, entities) {
      $0.renames = [EntityPair(entity: 0, other: 1)]
      if kind == .run { $0.eventType = .complete }
    }
    estate.run("r", at: 30, from: ["new"], to: [.init("x", .overwrite)])
    let closure = estate.closure()
    #expect(closure["x"]?.isClosing == false)
    #expect(closure["new"] != nil)
  }

  // MARK: Erasure and exemption

  private func verify(
    _ execution: UInt64, _ target: String, at minute: Int, _ outcome: String,
    _ residual: AttributeValue?, _ estate: inout Estate
  ) {
    var attributes: [String: AttributeValue] = [
      "method": .text("full-scan"), "outcome": .text(outcome),
    ]
    attributes["residual"] = residual
    estate.record(
      .erasureVerification, at: minute, [Estate.entity(target, .target)], attributes,
      references: [RecordReference(relation: .cites, index: execution)])
  }

  private func state(
    erasing target: String, _ verify: (inout Estate, _ execution: UInt64) -> Void
  ) -> ClosureState? {
    var estate = Estate()
    estate.run("c1", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
    let execution = estate.erase(target, at: 100, verified: false)
    verify(&estate, execution)
    return estate.closure()["curated"]
  }

  @Test func theLastVerificationDecides() {
    let found = state(erasing: "curated") {
      verify($1, "curated", at: 110, "clean", .integer(0), &$0)
      verify($1, "curated", at: 120, "found", .integer(7), &$0)
    }
    #expect(found == .notRebuilt)
    let clean = state(erasing: "curated") {
      verify($1, "curated", at: 110, "found", .integer(7), &$0)
      verify($1, "curated", at: 120, "clean", .integer(0), &$0)
    }
    #expect(clean == .clean)
  }

  @Test(arguments: [
    (AttributeValue.text("3 rows"), false), (.boolean(true), false), (.integer(1), false),
    (.integer(-1), false), (.text("0"), false), (.integer(0), true), (nil, true),
  ])
  func onlyNoResidualIsNone(_ residual: AttributeValue?, _ isClean: Bool) {
    let state = state(erasing: "curated") {
      verify($1, "curated", at: 110, "clean", residual, &$0)
    }
    #expect(state == (isClean ? .clean : .notRebuilt))
  }

  @Test func aVerificationOfOneVersionIsNotOneOfAll() {
    let one = state(erasing: "curated") {
      verify($1, "curated@9", at: 110, "clean", .integer(0), &$0)
    }
    #expect(one == .notRebuilt)
  }

  @Test func aVerificationOfAnotherDatasetIsNone() {
    for role in [EntityRole.related, .scope, .previous] {
      let state = state(erasing: "curated") {
        $0.record(
          .erasureVerification, at: 110,
          [Estate.entity("other", .target), Estate.entity("curated", role)],
          ["method": .text("full-scan"), "outcome": .text("clean")],
          references: [RecordReference(relation: .cites, index: $1)])
      }
      #expect(state == .notRebuilt, "\(role)")
    }
  }

  /// A clean scan that is delivered late does not undo what a later one found.
  @Test func theLastVerificationIsLastByTimeToo() {
    let late = state(erasing: "curated") {
      verify($1, "curated", at: 120, "found", .integer(7), &$0)
      verify($1, "curated", at: 110, "clean", .integer(0), &$0)
    }
    #expect(late == .notRebuilt)
  }

  /// What is judged for itself is verified for itself.
  @Test func aVerificationUnderAnotherName() {
    for (joined, isClean) in [([("a", "table")], true), ([("a", "table"), ("b", "table")], false)] {
      var estate = Estate()
      join(joined, &estate)
      estate.run("c1", at: 10, from: ["raw"], to: [.init("a", .overwrite)])
      let execution = estate.erase("a", at: 100, verified: false)
      verify(execution, joined.count == 1 ? "table" : "b", at: 110, "clean", nil, &estate)
      #expect((estate.closure()["a"] == .clean) == isClean, "\(joined)")
    }
  }

  @Test func aVerificationFromBeforeTheErasureIsNone() {
    for (minute, isClean) in [(99, false), (100, true), (101, true)] {
      let state = state(erasing: "curated") {
        verify($1, "curated", at: minute, "clean", .integer(0), &$0)
      }
      #expect(state == (isClean ? .clean : .notRebuilt), "\(minute)")
    }
  }

  /// Who drops an old version leaves the newer; who drops a dataset may name the last it had.
  @Test func aDropOfOneVersion() {
    func closure(dropping dropped: String, _ change: (inout Estate) -> Void = { _ in }) -> Closure {
      var estate = Estate()
      estate.run("c1", at: 10, from: ["raw"], to: [.init("curated@1", .overwrite)])
      estate.run("c2", at: 20, from: ["raw"], to: [.init("curated@2", .append)])
      estate.record(.datasetDropped, at: 30, [Estate.entity(dropped, .target)])
      change(&estate)
      estate.run("r", at: 40, from: ["curated"], to: [.init("x", .overwrite)])
      return estate.closure()
    }
    let old = closure(dropping: "curated@1")
    #expect(old["curated"] == .notRebuilt && old["x"] == .notRebuilt)
    let unknown = closure(dropping: "curated@7")
    #expect(unknown["curated"] == .notRebuilt && unknown["x"] == .notRebuilt)
    for name in ["curated@2", "curated"] {
      let all = closure(dropping: name)
      #expect(all["curated"] == .dropped && all["x"] == nil, "\(name)")
    }
    let rewritten = closure(dropping: "curated@1") {
      $0.run("c3", at: 35, from: ["clean"], to: [.init("curated@3", .overwrite)])
    }
    #expect(rewritten["curated"] == .clean && rewritten["x"] == nil)
    let again = closure(dropping: "curated@2") {
      $0.run("c3", at: 35, from: ["clean"], to: [.init("curated@3", .append)])
    }
    #expect(again["curated"] == .clean && again["x"] == nil)
  }

  private func exempt(_ scope: String, as value: String = "exempt", _ estate: inout Estate) {
    estate.record(
      .policyRetention, at: 200, [Estate.entity(scope, .scope)],
      ["value": .text(value), "basis": .text("law")])
  }

  @Test func anExemptionOfOneVersionLeavesTheOthers() {
    func state(_ change: (inout Estate) -> Void) -> ClosureState? {
      var estate = Estate()
      estate.run("c1", at: 10, from: ["raw"], to: [.init("curated@1", .overwrite)])
      estate.run("c2", at: 20, from: ["raw"], to: [.init("curated@2", .overwrite)])
      change(&estate)
      return estate.closure()["curated"]
    }
    #expect(state { exempt("curated@1", &$0) } == .notRebuilt)
    #expect(state { exempt("curated@2", &$0) } == .exempt)
    #expect(state { exempt("curated", &$0) } == .exempt)
    #expect(
      state {
        exempt("curated", &$0)
        exempt("curated@2", as: "30 days", &$0)
      } == .notRebuilt)
    #expect(
      state {
        exempt("curated@2", &$0)
        exempt("curated", as: "30 days", &$0)
      } == .notRebuilt)
  }
}
