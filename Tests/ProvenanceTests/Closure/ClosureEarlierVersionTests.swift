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

  /// What is recorded later, or failed, does not tell what the version was.
  @Test(arguments: [true, false]) func aVersionNamedBeforeAndWrittenLater(_ isLater: Bool) {
    var estate = Estate()
    estate.run("w", at: 10, from: ["raw"], to: [.init("d", .overwrite)])
    estate.run("q", at: 15, from: ["d@v0"], to: [.init("y", .overwrite)])
    estate.run("c", at: 30, from: ["clean"], to: [.init("d@v1", .overwrite)])
    if !isLater { estate.run("f", at: 33, to: [.init("d@v0", .overwrite)], ending: .fail) }
    estate.run("r", at: 35, from: ["d@v0"], to: [.init("x", .overwrite)])
    if isLater { estate.run("s", at: 50, from: ["copies"], to: [.init("d@v0", .overwrite)]) }
    #expect(estate.closure()["x"]?.isClosing == false)
  }

  /// A run that names what it read says so at its end.
  @Test func aVersionNamedAtTheEndOfARun() {
    var estate = Estate()
    estate.run("w", at: 0, from: ["raw"], to: [.init("d", .overwrite)])
    estate.event(.start, "q", at: 5)
    estate.run("c", at: 9, from: ["clean"], to: [.init("d", .overwrite)])
    estate.event(.complete, "q", at: 15, from: ["d@v0"], to: [.init("y", .overwrite)])
    estate.run("r", at: 40, from: ["d@v0"], to: [.init("x", .overwrite)])
    let closure = estate.closure()
    #expect(closure["y"]?.isClosing == false && closure["x"]?.isClosing == false)
  }

  /// Of two things with one alias, each has versions of its own.
  @Test func aVersionOfAnotherThing() {
    var estate = Estate()
    for name in ["t1", "t2"] {
      estate.record(
        .dataset, at: 1, [Estate.entity(name, .target), Estate.entity("now", .symlink)]
      ) { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
    }
    estate.record(.dataset, at: 5, [Estate.entity("t1@v0", .target)])
    estate.run("w", at: 10, from: ["raw"], to: [.init("t2", .overwrite)])
    estate.run("q", at: 15, from: ["t2@v0"], to: [.init("y", .overwrite)])
    estate.run("c", at: 30, from: ["clean"], to: [.init("t2@v1", .overwrite)])
    estate.run("r", at: 40, from: ["t2@v0"], to: [.init("x", .overwrite)])
    #expect(estate.closure()["x"]?.isClosing == false)
    var drops = Estate()
    for name in ["t1", "t2"] {
      drops.record(.dataset, at: 1, [Estate.entity(name, .target), Estate.entity("now", .symlink)])
      { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
    }
    drops.run("w", at: 5, from: ["raw"], to: [.init("t1@v2", .overwrite)])
    drops.run("c", at: 10, from: ["clean"], to: [.init("t2@v1", .overwrite)])
    drops.record(.datasetDropped, at: 20, [Estate.entity("t1@v1", .target)])
    #expect(drops.closure()["t1"]?.isClosing == false)
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

  /// It does not matter which of the names is reached first.
  @Test(arguments: [true, false]) func aFormerNameThatIsReachedLater(_ isReachedFirst: Bool) {
    var estate = Estate()
    estate.run("w1", at: 10, from: ["raw"], to: [.init("y", .overwrite)])
    estate.run("w2", at: 11, from: ["y"], to: [.init("y2", .overwrite)])
    estate.run("w3", at: 12, from: ["y2"], to: [.init("s0@v0", .overwrite)])
    estate.run("c", at: 13, from: ["clean"], to: [.init("s0@v1", .overwrite)])
    rename("s1", from: "s0", at: 15, &estate)
    if isReachedFirst {
      estate.run("q", at: 16, from: ["raw"], to: [.init("s1@v5", .overwrite)])
      estate.run("z", at: 17, from: ["clean"], to: [.init("s1@v6", .overwrite)])
    }
    for name in ["raw", "y", "y2"] { estate.erase(name, at: 20) }
    estate.run("r", at: 30, from: ["copies"], to: [.init("s1@v0", .overwrite)])
    #expect(estate.closure()["s1"] == .unknown)
  }

  /// A root that was renamed had versions under its former name; a name that was given to another
  /// has versions of both.
  @Test func aNameThatWasGivenToAnother() {
    var root = Estate()
    root.run("w", at: 5, to: [.init("old@v0", .append)])
    rename("raw", from: "old", at: 8, &root)
    let since = root.next
    root.run("c", at: 10, from: ["clean"], to: [.init("raw@v1", .overwrite)])
    root.run("r", at: 20, from: ["raw@v0"], to: [.init("x", .overwrite)])
    #expect(root.closure(since: since)["x"]?.isClosing == false)
    var swap = Estate()
    swap.run("o", at: 5, from: ["clean"], to: [.init("orders@5", .overwrite)])
    swap.run("n", at: 6, from: ["raw"], to: [.init("new", .overwrite)])
    rename("orders", from: "new", at: 10, &swap)
    swap.run("r", at: 20, from: ["orders@5"], to: [.init("x", .overwrite)])
    #expect(swap.closure()["x"]?.isClosing == false)
  }
}
