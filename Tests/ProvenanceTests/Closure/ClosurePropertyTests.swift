import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

/// What must hold for any estate.
@Suite struct ClosurePropertyTests {
  private struct NotAsked: Error {}

  /// Many random estates, each with what it adds to the query.
  private func forEachEstate(
    _ name: String, rounds: Int = 400,
    _ check: (Estate, ClosureQuery, inout SeededRandom, Comment) throws -> Void
  ) rethrows {
    var random = SeededRandom(name)
    for round in 0..<rounds {
      let estate = Estate.random(&random)
      guard !estate.records.isEmpty else { continue }
      let since = UInt64(random.number(0...Int(estate.next)))
      let query = estate.query("raw", since: since, silence: random.number(0...300))
      try check(
        estate, query, &random,
        "seed \(random.seed) round \(round) since \(since)\n\(estate.text)")
    }
  }

  /// A verifier that has only the histories which the closure says it used comes to the same
  /// closure; one that lacks any of them cannot.
  @Test func whatWasAskedIsAllThatIsNeeded() throws {
    try forEachEstate("asked") { estate, query, random, place in
      let closure = estate.closure(query)
      #expect(Set(closure.asked).count == closure.asked.count, place)
      func compute(_ known: Set<EntityKey>) throws -> Closure {
        let source = LineageHistory { key throws(NotAsked) in
          guard known.contains(key) else { throw NotAsked() }
          return estate.records.filter { record in
            record.content.entities.contains { EntityKey($0) == key }
          }
        }
        return try Closure.compute(query, from: source)
      }
      let restricted = try compute(Set(closure.asked))
      #expect(restricted == closure, place)
      let left = random.number(0...closure.asked.count - 1)
      var known = Set(closure.asked)
      known.remove(closure.asked[left])
      #expect(throws: NotAsked.self, place) { try compute(known) }
    }
  }

  /// Lists of records, of which each is read once, give what whole histories give.
  @Test func listsOfRecordsGiveTheSame() throws {
    try forEachEstate("lists of records", rounds: 200) { estate, query, _, place in
      var read: Set<UInt64> = []
      let source = LineageHistory<any Error>(
        records: { (keys) throws(any Error) -> RecordLists in
          var found: [(place: Int, record: UInt64)] = []
          for record in estate.records {
            for (place, key) in keys.enumerated()
            where record.content.entities.contains(where: { EntityKey($0) == key }) {
              found.append((place, record.index))
            }
          }
          return RecordLists(found, count: keys.count)
        },
        read: { (indexes, take) throws(any Error) in
          #expect(indexes == indexes.sorted(), place)
          for index in indexes {
            #expect(read.insert(index).inserted, "record \(index) again\n\(place)")
            take(RecordFacts(estate.records[Int(index)]), index + 1)
          }
        })
      let closure = try Closure.compute(query, from: source)
      #expect(closure == estate.closure(query), place)
    }
  }

  @Test func laterRecordsDoNotChangeAnEarlierAnswer() {
    forEachEstate("as of") { estate, query, random, place in
      var early = query
      early.size = UInt64(random.number(0...Int(estate.next)))
      var truncated = LineageIndex()
      for record in estate.records where record.index < early.size {
        truncated.append(
          index: record.index, recordedTime: record.recordedTime, content: record.content)
      }
      let expected = Closure.compute(early, from: truncated)
      #expect(estate.closure(early) == expected, place)
    }
  }

  @Test func anUnrelatedRunChangesNothing() {
    forEachEstate("unrelated") { estate, query, _, place in
      var more = estate
      more.run("unrelated", job: "unrelated", at: 400, from: ["x"], to: [.init("y", .append)])
      var wider = query
      wider.size = more.next
      var closure = more.closure(wider)
      closure.size = query.size
      #expect(closure == estate.closure(query), place)
    }
  }

  @Test func aLongerWaitNeverMakesMoreSilent() {
    forEachEstate("silence") { estate, query, _, place in
      var patient = query
      patient.silenceMicroseconds += 3_600_000_000
      let (short, long) = (estate.closure(query), estate.closure(patient))
      #expect(
        Set(long.silentProducers).isSubset(of: Set(short.silentProducers)), place)
      for (left, right) in zip(short.descendants, long.descendants) {
        #expect(left.entity == right.entity && left.versions == right.versions, place)
      }
    }
  }

  /// Unless something was written in between: the content in question is then another one.
  @Test func aLaterOriginNeverTaintsMore() {
    var comparedCount = 0
    forEachEstate("origin") { estate, query, _, place in
      guard case .record(let since) = query.origin, since > 0 else { return }
      let between = estate.records.filter { (since - 1...since).contains($0.index) }
      let isWritten = between.contains { record in
        record.content.entities.contains {
          $0.role == .output || $0.role == .target || $0.role == .symlink || $0.role == .previous
        }
      }
      guard !isWritten else { return }
      comparedCount += 1
      var earlier = query
      earlier.origin = .record(since - 1)
      let names = Set(estate.closure(query).descendants.map(\.entity))
      let more = Set(estate.closure(earlier).descendants.map(\.entity))
      #expect(names.isSubset(of: more), place)
    }
    #expect(comparedCount > 0)
  }

  /// A write mode that keeps more never closes what was open.
  @Test func keepingMoreNeverCleans() {
    forEachEstate("append instead of overwrite") { estate, query, _, place in
      var index = LineageIndex()
      for var record in estate.records {
        for entity in record.content.entities.indices
        where record.content.entities[entity].facts.writeMode == .overwrite
          && record.content.kind == "run"
        {
          record.content.entities[entity].facts.writeMode = .append
        }
        index.append(
          index: record.index, recordedTime: record.recordedTime, content: record.content)
      }
      let (before, after) = (estate.closure(query), Closure.compute(query, from: index))
      let open = Set(
        before.descendants.filter { !$0.state.isClosing && $0.state != .unknown }.map(\.entity))
      let still = Set(after.descendants.filter { !$0.state.isClosing }.map(\.entity))
      #expect(open.isSubset(of: still), place)
    }
  }

  @Test func aClosingStateHasNoCurrentVersionInQuestion() {
    forEachEstate("closing") { estate, query, _, place in
      let closure = estate.closure(query)
      for descendant in closure.descendants {
        let isOpen = descendant.versions.contains { $0.isCurrent && $0.level != .masked }
        if [.clean, .dropped, .masked].contains(descendant.state) {
          #expect(!isOpen, place)
        }
        #expect(!descendant.versions.isEmpty, place)
        #expect(descendant.records == descendant.records.sorted(), place)
      }
    }
  }
}

extension Estate {
  /// Runs one after the other or at once, with a drop, an erasure or a rename now and then.
  static func random(_ random: inout SeededRandom) -> Estate {
    var estate = Estate()
    let names = ["raw", "a", "b", "c", "d@v1", "d"]
    var minute = 0
    for number in 0..<random.number(1...10) {
      minute += random.number(0...3) * 5
      let inputs = names.filter { _ in random.number(0...3) == 0 }
      let outputs = names.filter { _ in random.number(0...4) == 0 }
      let modes: [WriteMode?] = [nil, .overwrite, .overwrite, .append, .truncate, .unknown]
      switch random.number(0...11) {
      case 0: estate.erase(random.pick(names), at: minute, verified: random.number(0...1) == 0)
      case 1: estate.policy("job-r\(random.number(0...2))", at: minute)
      case 2:
        estate.record(
          .datasetRenamed, at: minute,
          [
            Estate.entity(random.pick(["a", "b", "new"]), .target),
            Estate.entity(random.pick(["c", "d"]), .previous),
          ]
        ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
      case 3:
        estate.record(
          .dataset, at: minute,
          [
            Estate.entity(random.pick(["a", "b"]), .target),
            Estate.entity(random.pick(["c", "link"]), .symlink),
          ]
        ) { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
      case 4: estate.event(.start, "r\(number % 3)/\(number)", at: minute, from: inputs)
      default:
        let mode = random.pick(modes)
        estate.run(
          "r\(number % 3)/\(number)", at: minute, until: minute + random.number(1...12),
          from: inputs, to: outputs.map { .init($0, mode, mode == .unknown ? .overwrite : nil) },
          ending: random.number(0...5) == 0 ? .fail : .complete)
      }
    }
    return estate
  }
}
