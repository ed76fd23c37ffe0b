import LedgerFormat
import Testing

@testable import Provenance

/// What a closure says beside the states.
@Suite struct ClosureResultTests {
  @Test func disclosuresOfVersionsInQuestionAreListed() {
    var estate = Estate()
    ClosureCases.tree(&estate)
    func disclose(_ name: String, at minute: Int) -> UInt64 {
      estate.record(
        .disclosure, at: minute,
        [Estate.entity(name, .target), Estate.entity("partner", .recipient, .service)],
        ["purpose": .text("audit"), "legalBasis": .text("contract")])
    }
    let stale = disclose("report", at: 105)
    estate.run("c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
    let clean = disclose("curated", at: 120)
    let unrelated = disclose("other", at: 121)
    let closure = estate.closure()
    #expect(closure.disclosures.map(\.record) == [stale])
    #expect(closure.disclosures.first?.level == .tainted)
    #expect(closure.disclosures.first?.recipients == [Estate.key("partner", .service)])
    #expect(closure.disclosures.first?.purpose == "audit")
    #expect(clean < unrelated)
  }

  @Test func silentRunsAreListedWithTheirJobs() {
    var estate = Estate()
    ClosureCases.tree(&estate)
    let silent = estate.event(.start, "c2", job: "curate", at: 110)
    let waiting = estate.event(.start, "c3", job: "curate", at: 290)
    estate.run("x", at: 300)
    let closure = estate.closure()
    #expect(
      closure.silentProducers == [
        .run(
          job: Estate.key("curate", .job), run: Estate.key("c2", .run), record: silent,
          since: Estate.time(110))
      ])
    #expect(waiting > silent)
    #expect(!closure.isClosed)
  }

  @Test func aRunIsSilentOnlyAfterTheDeclaredTime() {
    for (wait, isSilent) in [(59, true), (60, false), (61, false)] {
      var estate = Estate()
      estate.run("c1", job: "curate", at: 10, from: ["raw"], to: [.init("curated")])
      estate.event(.start, "c2", job: "curate", at: 20)
      var query = estate.query(silence: wait)
      query.time = Estate.time(80)
      let closure = estate.closure(query)
      #expect(closure["curated"] == (isSilent ? .unknown : .inFlight), "\(wait)")
    }
  }

  @Test func gapsAreListed() {
    var estate = Estate()
    estate.event(.start, "c", at: 1, sequence: 7)
    estate.event(.complete, "c", at: 2, from: ["raw"], to: [.init("a", .append)], sequence: 10)
    let closure = estate.closure()
    #expect(
      closure.silentProducers == [
        .gap(
          SequenceGap(
            producer: LineageProducer(source: "test", producer: nil), recordBefore: 0,
            recordAfter: 1, missing: 8...9))
      ])
  }

  /// A producer may skip more numbers than an `Int` counts.
  @Test(arguments: [
    (UInt64(8)...8, "number 8"), (8...9, "numbers 8 to 9"),
    (1...UInt64.max - 1, "numbers 1 to 18446744073709551614"),
  ])
  func gapsOfAnyLengthAreWritten(_ missing: ClosedRange<UInt64>, _ text: String) {
    let gap = SequenceGap(
      producer: LineageProducer(source: "test", producer: nil), recordBefore: 4, recordAfter: 5,
      missing: missing)
    #expect(
      ClosureText.line(.gap(gap))
        == "silent: test has no record with its \(text), between records 4 and 5")
  }

  @Test func theRootsOwnSourcesAreNamed() {
    var estate = Estate()
    estate.run("i", at: 1, from: ["upstream"], to: [.init("raw", .overwrite)])
    estate.run("c", at: 10, from: ["raw"], to: [.init("a")])
    #expect(estate.closure().rootSources == [Estate.key("upstream")])
  }

  @Test func onlyTheVersionsAskedForTaint() {
    var estate = Estate()
    estate.run("w1", at: 1, to: [.init("raw@v1", .overwrite)])
    estate.run("w2", at: 10, to: [.init("raw@v2", .overwrite, complete: true)])
    estate.run("a", at: 20, from: ["raw@v1"], to: [.init("old", .overwrite)])
    estate.run("b", at: 20, from: ["raw@v2"], to: [.init("new", .overwrite)])
    var query = estate.query()
    query.origin = .versions(["v1"])
    let closure = estate.closure(query)
    // Version 2 replaced version 1, and the old one was read after that.
    #expect(closure.erasure == 3)
    #expect(closure["old"] == .rebuiltFromStale && closure["new"] == nil)
    query.origin = .versions(["v1", "v2"])
    #expect(estate.closure(query)["new"] == .notRebuilt)
    query.origin = .versions(["v3"])
    #expect(estate.closure(query).descendants.isEmpty)
  }

  @Test func aVersionThatIsOnlyReadCanBeAskedFor() {
    var estate = Estate()
    estate.run("a", at: 20, from: ["raw@v1"], to: [.init("old", .overwrite)])
    estate.run("b", at: 20, from: ["raw@v2"], to: [.init("new", .overwrite)])
    var query = estate.query()
    query.origin = .versions(["v1"])
    let closure = estate.closure(query)
    #expect(closure["old"] == .notRebuilt)
  }

  @Test func theEdgeThatDecidesIsNamed() {
    var estate = Estate()
    ClosureCases.tree(&estate)
    let report = estate.closure().descendant("report")
    #expect(report?.via?.entity == Estate.key("curated"))
    #expect(report?.via?.basis == .inferred)
    #expect(report?.via?.record == 1)
    #expect(report?.records == [3])
    #expect(report?.depth == 2)
    #expect(estate.closure().inferredCount == 2)
  }

  @Test func anEntityThatNobodyNamesHasNoDescendants() {
    let closure = Estate().closure("nothing")
    #expect(closure.descendants.isEmpty && closure.asked == [Estate.key("nothing")])
    #expect(closure.root.state == .notRebuilt)
  }

  @Test func recordsOutsideTheRangeAreNotRead() {
    var estate = Estate()
    estate.run("a", at: 1, from: ["raw"], to: [.init("a")])
    estate.run("b", at: 5, from: ["raw"], to: [.init("b")])
    var query = estate.query()
    query.firstRecord = 2
    #expect(estate.closure(query).descendants.map(\.entity.name) == ["b"])
    query.firstRecord = 0
    query.size = 2
    #expect(estate.closure(query).descendants.map(\.entity.name) == ["a"])
  }

  @Test func aGivenErasureDecidesWhatIsSince() {
    var estate = Estate()
    estate.run("c1", at: 10, from: ["raw"], to: [.init("a", .overwrite)])
    let request = estate.record(
      .erasureRequest, at: 20, [Estate.entity("case", .request, .request)])
    estate.run("c2", at: 30, from: ["raw"], to: [.init("a", .overwrite)])
    var query = estate.query()
    #expect(estate.closure(query)["a"] == .notRebuilt)
    query.erasure = request
    #expect(estate.closure(query)["a"] == .rebuiltFromStale)
  }

  /// No record is named for content that was there before, whatever number lies before the origin.
  @Test func contentThatNoRecordWroteNamesNone() {
    var estate = Estate()
    estate.run("x", at: 1, from: ["a"], to: [.init("b")])
    estate.run("c1", at: 10, from: ["raw"], to: [.init("c", .overwrite)])
    var query = estate.query(since: 2)
    #expect(estate.closure(query).root.records.isEmpty)
    query.erasure = 3
    #expect(estate.closure(query).root.records.isEmpty)
    query.erasure = nil
    query.origin = .versions(["v"])
    estate.run("d", at: 20, from: ["raw@v"], to: [.init("d", .overwrite)])
    query.size = estate.next
    #expect(estate.closure(query).root.records.isEmpty)
  }

  /// Written by hand from the documentation.
  @Test func theJSONIsStable() {
    var estate = Estate()
    estate.run("c1", job: "j", at: 10, from: ["raw"], to: [.init("a", .overwrite)])
    let text = ClosureJSON.text(estate.closure())
    #expect(
      text
        == #"{"rule":"ledgerstone-closure/1","size":2,"time":"2026-01-01T00:12:00.000000Z","#
        + #""firstRecord":0,"origin":{"record":0},"silenceSeconds":3600,"erasure":null,"#
        + #""closed":false,"depth":1,"inferredVersions":1,"states":{"CLEAN":0,"#
        + #""REBUILT_FROM_STALE":0,"APPENDED":0,"NOT_REBUILT":1,"IN_FLIGHT":0,"MASKED":0,"#
        + #""EXEMPT":0,"DROPPED":0,"REINTRODUCED":0,"UNKNOWN":0},"#
        + #""root":{"entity":"dataset:n:raw","aliases":[],"depth":0,"state":"NOT_REBUILT","#
        + #""reason":"not-written-since","records":[],"via":null,"versions":[{"version":null,"#
        + #""run":null,"record":null,"level":"tainted","current":true,"basis":null}]},"#
        + #""descendants":[{"entity":"dataset:n:a","aliases":[],"depth":1,"#
        + #""state":"NOT_REBUILT","reason":"not-written-since","records":[1],"#
        + #""via":{"entity":"dataset:n:raw","record":null,"basis":"inferred","indirect":false},"#
        + #""versions":[{"version":null,"run":"c1","record":1,"level":"tainted","current":true,"#
        + #""basis":"inferred"}]}],"disclosures":[],"silentProducers":[],"runsUnderWay":[],"#
        + #""rootSources":[],"#
        + #""asked":["dataset:n:raw","job:n:j","run::c1","dataset:n:a"]}"#)
  }

  @Test func aDeepChainNeedsNoStack() {
    var estate = Estate()
    for step in 0..<20_000 {
      estate.event(
        .complete, "r\(step)", at: step, from: [step == 0 ? "raw" : "d\(step)"],
        to: [.init("d\(step + 1)", .overwrite)])
    }
    let closure = estate.closure()
    #expect(closure.depth == 20_000 && closure.descendants.count == 20_000)
  }

  @Test func aVeryWideJobIsNoProduct() {
    var estate = Estate()
    estate.run(
      "w", at: 10, from: ["raw"] + (0..<2_000).map { "in\($0)" },
      to: (0..<20_000).map { .init("out\($0)", .overwrite) })
    let closure = estate.closure()
    #expect(closure.descendants.count == 20_000)
    #expect(closure.descendants.allSatisfy { $0.state == .notRebuilt })
  }

  /// Writers whose starts are unknown cannot be ordered: each reader may have seen all of them.
  @Test func manyConcurrentVersionsAreNoProduct() {
    var estate = Estate()
    for step in 0..<10_000 {
      estate.event(.complete, "w\(step)", job: "w", at: step, to: [.init("raw", .append)])
      estate.event(
        .complete, "r\(step)", job: "r", at: step, from: ["raw"], to: [.init("a", .append)])
    }
    let closure = estate.closure()
    #expect(closure["a"] == .notRebuilt)
    #expect(closure.descendant("a")?.versions.count == 10_000)
  }
}
