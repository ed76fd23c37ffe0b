import LedgerFormat
import Testing

@testable import Provenance

/// Explicit versions that are not the newest: written again, read after they were replaced, erased
/// or dropped alone.
@Suite struct ClosureEarlierVersionTests {
  // MARK: Written again

  /// A restore may say that it overwrites, truncates or appends.
  @Test(arguments: [WriteMode.overwrite, .truncate, .append, .unknown, nil])
  func aTaintedVersionWrittenAgainIsBack(_ mode: WriteMode?) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.erase("raw", at: 20)
    estate.run("c", at: 30, from: ["clean"], to: [.init("d@v2", .overwrite)])
    estate.run("r", at: 40, from: ["copies"], to: [.init("d@v1", mode)])
    estate.run("e", at: 50, from: ["d@v1"], to: [.init("x", .overwrite)])
    let closure = estate.closure()
    #expect(closure["d"] == .reintroduced)
    #expect(closure["x"]?.isClosing == false && !closure.isClosed)
  }

  /// So is one of the root.
  @Test func soIsOneOfTheRoot() {
    var estate = Estate()
    let written = estate.run("w", at: 10, to: [.init("raw@v0", .append)])
    estate.run("c", at: 20, from: ["clean"], to: [.init("raw@v1", .overwrite)])
    estate.run("r", at: 30, from: ["copies"], to: [.init("raw@v0", .overwrite)])
    let closure = estate.closure(since: written + 1)
    #expect(closure["raw"] == .reintroduced && !closure.isClosed)
  }

  /// Not where just that version was erased in between: then its name is used anew.
  @Test func butNotAfterItsErasure() {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v1", .overwrite)])
    estate.erase("raw", at: 20)
    estate.erase("d@v1", at: 25)
    estate.run("r", at: 40, from: ["clean"], to: [.init("d@v1", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
  }

  /// A record of the dataset that names an old version says that it is current again.
  @Test(arguments: [Lifecycle.alter, .create, nil])
  func aRecordOfTheDatasetMayBringItBack(_ lifecycle: Lifecycle?) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d@v0", .overwrite)])
    estate.erase("raw", at: 20)
    estate.run("c", at: 30, from: ["clean"], to: [.init("d@v1", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
    let facts = EntityFacts(lifecycle: lifecycle)
    estate.record(.dataset, at: 40, [Estate.entity("d@v1", .target, .dataset, facts)])
    #expect(estate.closure()["d"] == .clean)
    estate.record(.dataset, at: 50, [Estate.entity("d@v0", .target, .dataset, facts)])
    let closure = estate.closure()
    #expect(closure["d"] == .reintroduced && !closure.isClosed)
  }

  // MARK: Read later

  /// A version that nobody wrote under its name was there when it was first named.
  @Test(arguments: ["dataset", "reader", "neither"])
  func aVersionThatWasNamedBeforeItWasReplaced(_ by: String) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d", .overwrite)])
    switch by {
    case "dataset": estate.record(.dataset, at: 15, [Estate.entity("d@v0", .target)])
    case "reader": estate.run("q", at: 15, from: ["d@v0"], to: [.init("y", .overwrite)])
    default: break
    }
    estate.erase("raw", at: 20)
    estate.run("c", at: 30, from: ["clean"], to: [.init("d@v1", .overwrite)])
    estate.run("r", at: 40, from: ["d@v0"], to: [.init("x", .overwrite)])
    estate.run("s", at: 50, from: ["d@v1"], to: [.init("z", .overwrite)])
    let closure = estate.closure()
    #expect(closure["d"] == .clean && closure["z"] == nil)
    // What was never named before is one of those that are there.
    #expect(closure["x"] == (by == "neither" ? nil : .rebuiltFromStale))
  }

  /// The same of the root, before the record from which on it is in question.
  @Test(arguments: [true, false]) func aVersionOfTheRoot(_ isDataset: Bool) {
    var estate = Estate()
    if isDataset {
      estate.record(.dataset, at: 1, [Estate.entity("raw@v0", .target)])
    } else {
      estate.run("q", at: 1, from: ["raw@v0"], to: [.init("y", .overwrite)])
    }
    let since = estate.next
    estate.run("c", at: 10, from: ["clean"], to: [.init("raw@v1", .overwrite)])
    estate.run("r", at: 20, from: ["raw@v0"], to: [.init("x", .overwrite)])
    let closure = estate.closure(since: since)
    #expect(closure["raw"] == .clean)
    #expect(closure["x"]?.isClosing == false && !closure.isClosed)
  }

  // MARK: Under a former name

  private func rename(_ new: String, from former: String, at minute: Int, _ estate: inout Estate) {
    estate.record(
      .datasetRenamed, at: minute,
      [Estate.entity(new, .target), Estate.entity(former, .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
  }

  /// A rename takes the old versions along, however often.
  @Test(arguments: 1...3) func aVersionFromBeforeARename(_ count: Int) {
    var estate = Estate()
    let written = estate.run("w", at: 10, to: [.init("raw@v0", .append)])
    estate.run("c", at: 20, from: ["clean"], to: [.init("raw@v1", .overwrite)])
    for number in 0..<count {
      rename(
        "s\(number)", from: number == 0 ? "raw" : "s\(number - 1)", at: 30 + number, &estate)
    }
    let name = "s\(count - 1)"
    let closed = estate.closure(since: written + 1)
    #expect(closed.isClosed && closed["raw"] == .dropped)
    var reading = estate
    reading.run("r", at: 40, from: ["\(name)@v0"], to: [.init("x", .overwrite)])
    #expect(reading.closure(since: written + 1)["x"] == .unknown)
    // The newest version is known to be clean where it is written under the new name.
    var newest = estate
    newest.run("n", at: 40, from: ["clean"], to: [.init("\(name)@v2", .overwrite)])
    newest.run("r", at: 50, from: ["\(name)@v2"], to: [.init("x", .overwrite)])
    #expect(newest.closure(since: written + 1).isClosed)
    // Written again under the new name, as by a rollback.
    var restoring = estate
    restoring.run("r", at: 40, from: ["copies"], to: [.init("\(name)@v0", .overwrite)])
    #expect(!restoring.closure(since: written + 1).isClosed)
  }

  // MARK: Erased or dropped alone

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
