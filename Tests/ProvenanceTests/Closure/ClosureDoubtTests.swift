import LedgerFormat
import Provenance
import Testing

/// Writes that look as if they removed everything, where the records leave that in doubt.
@Suite struct ClosureDoubtTests {
  // MARK: Removals that are none

  /// A run that drops its output and names it again, as a recreation does, has written it.
  @Test(arguments: ["d", "d@v2"]) func droppedAndMadeAnew(_ output: String) {
    var estate = Estate()
    estate.event(.start, "c", at: 5, to: [.init("d", nil, .drop)])
    estate.event(.complete, "c", at: 6, from: ["raw"], to: [.init(output)])
    estate.erase("raw", at: 20)
    let closure = estate.closure()
    #expect(closure["d"]?.isClosing == false && !closure.isClosed)
  }

  /// One that says at the end that it dropped what it read has dropped it.
  @Test func droppedAtTheEnd() {
    var estate = Estate()
    estate.run("w", at: 3, from: ["raw"], to: [.init("d", .overwrite)])
    estate.event(.start, "c", at: 5, from: ["d"], to: [.init("d")])
    estate.event(.complete, "c", at: 6, to: [.init("d", nil, .drop)])
    #expect(estate.closure()["d"] == .dropped)
  }

  @Test(arguments: [Lifecycle.truncate, .drop, nil], [true, false])
  func whatIsRestrictedToAPart(_ lifecycle: Lifecycle?, _ isRead: Bool) {
    for isPartial in [true, false] {
      var estate = Estate()
      estate.run("w", at: 5, from: ["raw"], to: [.init("d", .overwrite)])
      estate.erase("raw", at: 20)
      estate.run(
        "t", at: 25, from: isRead && lifecycle != .drop ? ["clean"] : [],
        to: [
          .init(
            "d", lifecycle == nil ? .truncate : nil, lifecycle,
            subset: isPartial ? .partition : [])
        ])
      let state = estate.closure()["d"]
      #expect(
        isPartial
          ? state == .appended : state == (lifecycle == .drop ? .dropped : .clean))
    }
  }

  /// What could not be read of a record may say that the write was one of a part.
  @Test(arguments: [Lifecycle.truncate, .drop, .overwrite, nil])
  func whatCouldNotBeRead(_ lifecycle: Lifecycle?) {
    for flags in [HeaderFlags.factsIncomplete, []] {
      var estate = Estate()
      estate.run("w", at: 5, from: ["raw"], to: [.init("d", .overwrite)])
      estate.policy("job-t", at: 6)
      estate.erase("raw", at: 20)
      estate.run(
        "t", at: 25, from: lifecycle == .drop ? [] : ["clean"], to: [.init("d", nil, lifecycle)]
      ) { $0.flags = flags }
      let state = estate.closure()["d"]
      #expect(flags == [] ? state?.isClosing == true : state == .unknown, "\(lifecycle as Any)")
    }
  }

  /// A version that could not be read may be any, and a column that could not may be in clear.
  @Test func whatWasReadAndCouldNotBeRead() {
    for flags in [HeaderFlags.factsIncomplete, []] {
      var estate = Estate()
      estate.run("w", at: 5, from: ["raw"], to: [.init("d@v0", .overwrite)])
      estate.run("c", at: 10, from: ["clean"], to: [.init("d@v1", .overwrite)])
      estate.run("r", at: 20, from: ["d"], to: [.init("x", .overwrite)]) { $0.flags = flags }
      estate.run(
        "m", at: 30, to: [.init("y", .overwrite)], edges: [("y", "raw", .column, .masked)]
      ) { $0.flags = flags }
      let closure = estate.closure()
      #expect(closure["x"] == (flags == [] ? nil : .unknown))
      #expect(closure["y"] == (flags == [] ? .masked : .unknown))
    }
  }

  /// An erasure or a rename of a part is none of the whole.
  @Test func removedInPart() {
    let part = EntityFacts(subset: .partition)
    var erased = Estate()
    erased.run("w", at: 5, from: ["raw"], to: [.init("d", .overwrite)])
    erased.record(
      .erasureExecution, at: 20, [Estate.entity("d", .target, .dataset, part)],
      ["method": .text("drop-and-purge")])
    #expect(erased.closure()["d"] == .notRebuilt)
    var renamed = Estate()
    renamed.run("w", at: 5, from: ["raw"], to: [.init("d", .overwrite)])
    renamed.record(
      .datasetRenamed, at: 20,
      [Estate.entity("s", .target, .dataset, part), Estate.entity("d", .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
    let closure = renamed.closure()
    #expect(closure["d"] == .notRebuilt && closure["s"]?.isClosing == false)
  }

  // MARK: Several names

  private func alias(_ name: String, _ other: String, at minute: Int, _ estate: inout Estate) {
    estate.record(
      .dataset, at: minute, [Estate.entity(name, .target), Estate.entity(other, .symlink)]
    ) { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
  }

  /// A name that is pointed at another thing: a write under it leaves what it pointed at before.
  @Test func aNameThatIsPointedElsewhere() {
    var estate = Estate()
    alias("t1", "now", at: 2, &estate)
    estate.run("w", at: 5, from: ["raw"], to: [.init("now", .overwrite)])
    alias("t2", "now", at: 10, &estate)
    estate.run("c", at: 15, from: ["clean"], to: [.init("now", .overwrite)])
    estate.erase("raw", at: 20)
    #expect(estate.closure()["now"]?.isClosing == false)
    // Under one thing's own name it does take the place.
    var own = Estate()
    alias("t1", "now", at: 2, &own)
    alias("t2", "now", at: 3, &own)
    own.run("w", at: 5, from: ["raw"], to: [.init("t1", .overwrite)])
    own.run("c", at: 15, from: ["clean"], to: [.init("t1", .overwrite)])
    #expect(own.closure()["t1"] == .clean)
  }

  /// A rename is one of the name; the place that it stood for may lead to the content still.
  @Test func renamedUnderOneOfItsNames() {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"], to: [.init("t", .overwrite)]) {
      $0.entities.append(Estate.entity("place", .symlink))
      $0.symlinks = [EntityPair(entity: 3, other: 4)]
    }
    estate.record(
      .datasetRenamed, at: 10, [Estate.entity("t2", .target), Estate.entity("t", .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
    estate.run("r", at: 12, from: ["place"], to: [.init("e", .overwrite)])
    for name in ["raw", "t2"] { estate.erase(name, at: 20) }
    let closure = estate.closure()
    #expect(closure["e"]?.isClosing == false && closure["t"]?.isClosing == false)
  }

  /// A rename to the same name removes nothing.
  @Test func renamedToItself() {
    var estate = Estate()
    estate.record(
      .datasetRenamed, at: 10, [Estate.entity("raw", .target), Estate.entity("raw", .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
    let closure = estate.closure()
    #expect(closure.erasure == nil && closure["raw"] == .notRebuilt)
  }

  // MARK: Records that are no runs

  /// What a job is made to do may have been done.
  @Test(arguments: [EdgeBasis.explicit, .column, nil])
  func whatAJobIsMadeToDo(_ basis: EdgeBasis?) {
    var estate = Estate()
    estate.record(
      .job, at: 10,
      [
        Estate.entity("j", .job, .job), Estate.entity("raw", .input),
        Estate.entity("d", .output, .dataset, EntityFacts(lifecycle: .drop)),
      ]
    ) { content in
      content.edges = basis.map { [Edge(target: 2, source: 1, basis: $0)] } ?? []
    }
    #expect(estate.closure()["d"] == .unknown)
    // A run that rewrites it takes the place of that.
    estate.run("r", at: 20, from: ["clean"], to: [.init("d", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
    // What was made of clean content is clean.
    var after = Estate()
    after.run("c", at: 5, from: ["clean"], to: [.init("raw", .overwrite)])
    after.record(
      .job, at: 10,
      [
        Estate.entity("j", .job, .job), Estate.entity("raw", .input),
        Estate.entity("d", .output),
      ])
    #expect(after.closure()["d"] == nil)
  }

  /// It may be done at any time from then on: a job is declared before its data are there.
  @Test(arguments: [true, false]) func aJobDeclaredBeforeItsData(_ hasRun: Bool) {
    var estate = Estate()
    estate.record(
      .job, at: 0,
      [
        Estate.entity("j", .job, .job), Estate.entity("m", .input),
        Estate.entity("d", .output),
      ])
    estate.run("w", at: 5, from: ["raw"], to: [.init("m", .overwrite)])
    if hasRun { estate.run("r", job: "j", at: 8, to: [.init("d", .append)]) }
    estate.run("c", at: 10, from: ["clean"], to: [.init("m", .overwrite)])
    #expect(estate.closure()["d"] == .unknown)
    estate.run("c2", at: 20, from: ["clean"], to: [.init("d", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
  }

  /// It renames nothing.
  @Test func whatAJobIsMadeToRename() {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"], to: [.init("d", .overwrite)])
    estate.erase("raw", at: 20)
    estate.record(
      .job, at: 30,
      [
        Estate.entity("j", .job, .job),
        Estate.entity("d2", .output, .dataset, EntityFacts(lifecycle: .rename)),
        Estate.entity("d", .previous),
      ]
    ) { $0.renames = [EntityPair(entity: 1, other: 2)] }
    let closure = estate.closure()
    #expect(closure["d"] == .notRebuilt && closure["d2"] == .unknown)
  }

  /// Without a time it is of when it was recorded.
  @Test func aJobWithoutATime() {
    var estate = Estate()
    estate.record(
      .job, at: nil,
      [
        Estate.entity("j", .job, .job), Estate.entity("raw", .input),
        Estate.entity("d", .output),
      ])
    #expect(estate.closure()["d"] == .unknown)
    estate.run("r", at: 20, from: ["clean"], to: [.init("d", .overwrite)])
    #expect(estate.closure()["d"] == .clean)
  }

  /// A native run may call what it wrote its target, or what it looked at: it removes nothing.
  @Test func theTargetOfARun() {
    var estate = Estate()
    estate.run("w", at: 5, from: ["raw"]) { $0.entities.append(Estate.entity("d", .target)) }
    #expect(estate.closure()["d"] == .notRebuilt)
    estate.policy("job-v", at: 6)
    estate.run("v", at: 10, from: ["rules"]) { $0.entities.append(Estate.entity("d", .target)) }
    #expect(estate.closure()["d"]?.isClosing == false)
    estate.run("x", at: 12, from: ["d"]) { $0.entities.append(Estate.entity("d", .target)) }
    #expect(estate.closure()["d"]?.isClosing == false)
  }
}
