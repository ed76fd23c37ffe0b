import LedgerFormat
import Testing

@testable import Provenance

/// Explicit versions that are erased or dropped alone, and what is ordinary beside that.
@Suite struct ClosureErasedVersionTests {
  private func rename(_ new: String, from former: String, at minute: Int, _ estate: inout Estate) {
    estate.record(
      .datasetRenamed, at: minute,
      [Estate.entity(new, .target), Estate.entity(former, .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
  }

  /// Where just the newest was erased, what was there before may be there again.
  @Test(arguments: [WriteMode.append, .overwrite]) func erasingTheNewestOnly(_ mode: WriteMode) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v2", mode)])
    estate.erase("raw", at: 20)
    estate.erase("d@v2", at: 25)
    #expect(estate.closure()["d"] == .notRebuilt)
    estate.erase("d@v1", at: 30)
    #expect(estate.closure()["d"] == .clean)
  }

  /// A failed run, or a statement, is nothing that was written behind it.
  @Test(arguments: [true, false]) func erasingTheNewestBehindNothing(_ isRun: Bool) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v2", .overwrite)])
    if isRun {
      estate.run("f", at: 18, to: [.init("d", .overwrite)], ending: .fail)
    } else {
      estate.record(.dataset, at: 18, [Estate.entity("d@v7", .target)])
    }
    estate.erase("raw", at: 20)
    estate.erase("d@v2", at: 25)
    #expect(estate.closure()["d"]?.isClosing == false)
    // Of the root, what was there before is in question again.
    var root = Estate()
    root.run("w", at: 1, to: [.init("raw@v1", .overwrite)])
    root.run("a", at: 5, from: ["clean"], to: [.init("raw@v2", .overwrite)])
    root.erase("raw@v2", at: 7)
    let since = root.next
    root.run("r", at: 20, from: ["raw@v1"], to: [.init("x", .overwrite)])
    #expect(root.closure(since: since)["x"]?.isClosing == false)
  }

  /// Nor does it matter what was written, or read, after the erasure.
  @Test func afterTheNewestWasErased() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v2", .overwrite)])
    estate.erase("raw", at: 20)
    estate.erase("d@v2", at: 25)
    estate.run("x", at: 30, from: ["d"], to: [.init("e", .overwrite)])
    estate.run("b", at: 40, from: ["clean"], to: [.init("d@v3", .append)])
    let closure = estate.closure()
    #expect(closure["d"] == .reintroduced, "\(String(describing: closure.descendant("d")))")
    #expect(closure["e"] == .rebuiltFromStale, "\(String(describing: closure.descendant("e")))")
    estate.run("c", at: 50, from: ["clean"], to: [.init("d@v4", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
  }

  /// A version that was erased and is written anew takes the place of what was before.
  @Test func writtenAnewAfterItsErasure() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v0", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v1", .overwrite)])
    estate.erase("raw", at: 20)
    estate.erase("d@v1", at: 25)
    estate.run("b", at: 30, from: ["clean"], to: [.init("d@v1", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
  }

  /// An erasure that may have been before the write did not take its content.
  @Test func erasedAtAnUnknownTime() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.record(
      .erasureExecution, at: 5, [Estate.entity("d@v1", .target)],
      ["method": .text("drop-and-purge")])
    estate.erase("raw", at: 20)
    estate.run("c", at: 30, from: ["clean"], to: [.init("d@v2", .overwrite)])
    estate.run("r", at: 40, from: ["copies"], to: [.init("d@v1", .overwrite)])
    #expect(estate.closure()["d"] == .reintroduced)
  }

  /// Not where something was written behind it.
  @Test func erasingOneInTheMiddle() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v2", .overwrite)])
    estate.run("b", at: 17, from: ["clean"], to: [.init("d@v3", .append)])
    estate.erase("raw", at: 20)
    estate.erase("d@v2", at: 25)
    #expect(estate.closure()["d"] == .clean)
  }

  enum Behind: CaseIterable { case append, overwrite, unversioned, nothing }

  /// A drop that names a version is one of the dataset only if that is the newest.
  @Test(arguments: Behind.allCases, [true, false])
  func droppingAVersion(_ behind: Behind, _ isRun: Bool) {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"], to: [.init("d@v1", .overwrite)])
    switch behind {
    case .append: estate.run("a", at: 8, from: ["clean"], to: [.init("d@v2", .append)])
    case .overwrite: estate.run("a", at: 8, from: ["raw"], to: [.init("d@v2", .overwrite)])
    case .unversioned: estate.run("a", at: 8, from: ["raw"], to: [.init("d", .append)])
    case .nothing: break
    }
    estate.erase("raw", at: 20)
    if isRun {
      estate.run("drop", at: 25, to: [.init("d@v1", nil, .drop)])
    } else {
      estate.record(.datasetDropped, at: 25, [Estate.entity("d@v1", .target)])
    }
    #expect(estate.closure()["d"] == (behind == .nothing ? .dropped : .notRebuilt))
  }

  /// Neither a drop that failed, nor one of a part, nor what is recorded late makes it the newest.
  @Test(arguments: ["failed", "part", "late", "none"]) func whatIsTheNewest(_ by: String) {
    var estate = Estate()
    func old() { estate.run("w", at: 5, from: ["raw"], to: [.init("d@v1", .append)]) }
    func new() { estate.run("a", at: 8, from: ["raw"], to: [.init("d@v2", .append)]) }
    if by == "late" {
      new()
      old()
    } else {
      old()
      new()
    }
    estate.erase("raw", at: 20)
    if by == "failed" {
      estate.run("f", at: 22, to: [.init("d@v1", nil, .drop)], ending: .fail)
    }
    if by == "part" {
      estate.run("p", at: 22, to: [.init("d@v1", nil, .drop, subset: .partition)])
    }
    estate.run("drop", at: 25, to: [.init("d@v1", nil, .drop)])
    #expect(estate.closure()["d"]?.isClosing == false)
  }

  /// A record that drops several versions, under one name or another, drops just these.
  @Test func droppingSeveralVersions() {
    var estate = Estate()
    estate.record(.dataset, at: 1, [Estate.entity("d", .target), Estate.entity("da", .symlink)]) {
      $0.symlinks = [EntityPair(entity: 0, other: 1)]
    }
    for version in 1...3 {
      estate.run(
        "w\(version)", at: 2 * version, from: ["raw"], to: [.init("d@\(version)", .append)])
    }
    estate.record(
      .datasetDropped, at: 20, [Estate.entity("d@1", .target), Estate.entity("da@3", .target)])
    #expect(estate.closure()["d"]?.isClosing == false)
  }

  /// What is recorded late is not the newest for that.
  @Test func erasingTheNewestBehindALateRecord() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.run("a", at: 15, from: ["clean"], to: [.init("d@v2", .overwrite)])
    estate.run("late", at: 5, from: ["clean"], to: [.init("d@v0", .overwrite)])
    estate.erase("raw", at: 20)
    estate.erase("d@v2", at: 25)
    #expect(estate.closure()["d"]?.isClosing == false)
  }

  /// The newest may be erased under another name than it was written.
  @Test(arguments: [true, false]) func erasingTheNewestBehindARename(_ isRoot: Bool) {
    let name = isRoot ? "raw" : "d"
    var estate = Estate()
    estate.run("w", at: 1, from: ["raw"], to: [.init("\(name)@v1", .overwrite)])
    let since = estate.next
    estate.run("a", at: 5, from: ["clean"], to: [.init("\(name)@v2", .overwrite)])
    rename("s", from: name, at: 8, &estate)
    estate.erase("s@v2", at: 10)
    estate.run("x", at: 14, from: ["s"], to: [.init("e", .overwrite)])
    if !isRoot { estate.erase("raw", at: 20) }
    let closure = estate.closure(since: isRoot ? since : 0)
    #expect(closure["s"] == .unknown && closure["e"] == .unknown)
    estate.run("c", at: 30, from: ["clean"], to: [.init("s@v3", .overwrite)])
    #expect(estate.closure(since: isRoot ? since : 0)["s"] == .clean)
  }

  /// A version that only statements name, or that the dataset may have had under a former name.
  @Test func droppingWhatNobodyWrote() {
    var named = Estate()
    named.run("w", at: 5, from: ["raw"], to: [.init("d", .append)])
    for version in ["v1", "v2"] {
      named.record(.dataset, at: 6, [Estate.entity("d@\(version)", .target)])
    }
    named.record(.datasetDropped, at: 10, [Estate.entity("d@v1", .target)])
    #expect(named.closure()["d"]?.isClosing == false)
    var renamed = Estate()
    renamed.run("w", at: 5, from: ["raw"], to: [.init("d@v1", .append)])
    renamed.run("a", at: 8, from: ["raw"], to: [.init("d@v2", .append)])
    rename("s", from: "d", at: 10, &renamed)
    renamed.record(.datasetDropped, at: 20, [Estate.entity("s@v1", .target)])
    #expect(renamed.closure()["s"]?.isClosing == false)
  }

  /// A version that is named after another was erased has what was there.
  @Test func aVersionThatNobodyMade() {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.record(.dataset, at: 8, [Estate.entity("d@v2", .target)])
    estate.erase("raw", at: 20)
    estate.erase("d@v1", at: 25)
    estate.run("x", at: 30, from: ["d@v2"], to: [.init("e", .overwrite)])
    let closure = estate.closure()
    #expect(closure["d"]?.isClosing == false && closure["e"]?.isClosing == false)
  }

  // MARK: Ordinary

  /// A try that failed, and a version that only START names, leave nothing in what replaces all.
  @Test func aRetryOfACleaningRun() {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"], to: [.init("d@1", .overwrite)])
    estate.erase("raw", at: 20)
    estate.run("f", at: 30, from: ["raw"], to: [.init("d@2", .overwrite)], ending: .fail)
    estate.run("c", at: 40, from: ["raw"], to: [.init("d@2", .overwrite)])
    estate.run("x", at: 50, from: ["d@2"], to: [.init("e", .overwrite)])
    let closure = estate.closure()
    #expect(closure["d"] == .clean && closure["e"] == nil)
    var start = Estate()
    start.run("w", at: 5, from: ["raw"], to: [.init("d@1", .overwrite)])
    start.erase("raw", at: 20)
    start.event(.start, "c", at: 30, from: ["raw"], to: [.init("d@1", .overwrite)])
    start.event(.complete, "c", at: 31, from: ["raw"], to: [.init("d", .overwrite)])
    #expect(start.closure()["d"] == .clean)
  }

  // MARK: Many

  /// Edges grow with the records, not with writes times readers.
  @Test func oneVersionWrittenAndReadOften() {
    func edges(_ count: Int) -> Int {
      var estate = Estate()
      for number in 0..<count {
        estate.run("w\(number)", at: 2 * number, from: ["raw"], to: [.init("d@v", .append)])
        estate.run(
          "r\(number)", at: 2 * number + 1, from: ["d@v"], to: [.init("x\(number)", .overwrite)])
      }
      let closure = estate.closure()
      #expect(closure.descendants.count == count + 1)
      #expect(closure.descendants.allSatisfy { $0.state == .notRebuilt })
      var engine = ClosureEngine(query: estate.query(), source: estate.index)
      engine.spread()
      return engine.graph.edges.count
    }
    let (few, many) = (edges(100), edges(400))
    #expect(many < 8 * few, "\(few) edges, and \(many) of four times as many runs")
  }
}
