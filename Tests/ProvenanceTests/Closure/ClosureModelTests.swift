import LedgerFormat
import LedgerTestSupport
import Provenance
import Testing

/// The engine against the naive closure, over random estates.
@Suite struct ClosureModelTests {
  private let names = ["raw", "a", "b", "c", "d", "e"]

  /// A run with overlapping times, recorded in any order, with anything that may go wrong.
  private func estate(_ random: inout SeededRandom) -> Estate {
    var events: [(time: Int, add: (inout Estate) -> Void)] = []
    for number in 0..<random.number(1...12) {
      let run = "r\(number)"
      let job = "j\(random.number(0...3))"
      let start = random.number(0...30) * 10
      let end = start + random.number(0...6) * 10
      let inputs = names.filter { _ in random.number(0...3) == 0 }
        .map { random.number(0...4) == 0 ? "\($0)@v\(random.number(0...2))" : $0 }
      let hasEnd = random.number(0...9) > 0
      let outputs = names.filter { _ in random.number(0...4) == 0 }
        .flatMap { versions(of: $0, &random) }
      let edges = edges(inputs, outputs, &random)
      // Now and then a record names a further run or job, or the run comes under another job.
      let strays = (0..<3).map { _ in random.number(0...19) }
      let other = "r\(random.number(0...12))"
      func stray(_ place: Int) -> (inout RecordContent) -> Void {
        { content in
          if strays[place] == 0 { content.entities.append(Estate.entity(other, .run, .run)) }
          if strays[place] == 1 { content.entities.append(Estate.entity("j3", .job, .job)) }
        }
      }
      func jobName(_ place: Int) -> String { strays[place] == 2 ? "j3" : job }
      let delay = random.number(0...5) == 0 ? random.number(0...200) : 0
      if random.number(0...9) > 0 {
        let startDelay = random.number(0...9) == 0 ? 100 : 0
        let isEarly = random.number(0...3) == 0
        events.append(
          (
            start + startDelay,
            {
              $0.event(
                .start, run, job: jobName(0), at: start, from: isEarly ? inputs : [],
                to: isEarly ? outputs : [], stray(0))
            }
          ))
      }
      let ending: [EventType] = [.complete, .complete, .complete, .complete, .fail, .abort]
      let type = random.pick(ending)
      if hasEnd {
        events.append(
          (
            end + delay,
            {
              $0.event(
                type, run, job: jobName(1), at: end, from: inputs, to: outputs, edges: edges,
                stray(1))
            }
          ))
      }
      if random.number(0...(hasEnd ? 9 : 1)) == 0 {
        let outputs = outputs.filter { _ in random.number(0...3) > 0 }.map { output in
          var output = output
          if output.name.contains("@"), random.number(0...1) == 0 {
            output.name = "\(output.name.prefix { $0 != "@" })@v\(random.number(0...2))"
          }
          return output
        }
        events.append(
          (
            end,
            {
              $0.event(
                .running, run, job: jobName(2), at: end, from: inputs, to: outputs,
                edges: hasEnd ? [] : edges, stray(2))
            }
          ))
      }
    }
    for job in 0..<4 where random.number(0...4) == 0 {
      let time = random.number(0...300)
      events.append((time, { $0.policy("j\(job)", at: time) }))
    }
    var estate = Estate()
    for event in events.sorted(by: { $0.time < $1.time }) { event.add(&estate) }
    return estate
  }

  /// An output, under one or two explicit versions now and then.
  private func versions(
    of name: String, _ random: inout SeededRandom
  ) -> [Estate.Out] {
    let output = output(name, &random)
    let count = [0, 0, 0, 0, 1, 1, 2][random.number(0...6)]
    guard count > 0, output.facts.lifecycle != .drop else { return [output] }
    return (0..<count).map { _ in
      var version = output
      version.name += "@v\(random.number(0...2))"
      return version
    }
  }

  private func output(_ name: String, _ random: inout SeededRandom) -> Estate.Out {
    let modes: [WriteMode?] = [
      nil, .append, .overwrite, .overwrite, .overwrite, .partition, .truncate, .merge, .unknown,
      .mergeOnReadDelete,
    ]
    let mode = random.pick(modes)
    let lifecycle: Lifecycle? = random.number(0...9) == 0 ? random.pick([.drop, .truncate]) : nil
    return Estate.Out(
      name, mode, mode == .unknown ? .overwrite : lifecycle,
      complete: random.number(0...5) == 0,
      subset: random.number(0...7) == 0 ? .partition : [])
  }

  private func edges(
    _ inputs: [String], _ outputs: [Estate.Out], _ random: inout SeededRandom
  ) -> [(to: String, from: String, EdgeBasis, EdgeFlags)] {
    var edges: [(to: String, from: String, EdgeBasis, EdgeFlags)] = []
    for output in outputs where random.number(0...2) == 0 {
      let basis: EdgeBasis = random.number(0...1) == 0 ? .explicit : .column
      for input in inputs where random.number(0...1) == 0 {
        edges.append((output.name, input, basis, random.number(0...3) == 0 ? .masked : []))
      }
    }
    return edges
  }

  @Test func bothHeadsAgree() throws {
    var random = SeededRandom("closure against the naive one")
    var comparedCount = 0
    for round in 0..<2_000 {
      let estate = estate(&random)
      guard !estate.records.isEmpty else { continue }
      let since = UInt64(random.number(0...Int(estate.next)))
      let query = estate.query("raw", since: since, silence: random.number(0...400))
      let closure = estate.closure(query)
      let naive = NaiveClosure(
        estate.records.map { ($0.index, $0.recordedTime.microseconds, $0.content) },
        root: "raw", since: since, time: query.time.microseconds,
        silence: query.silenceMicroseconds)
      if naive.dropsVersions { continue }
      comparedCount += 1
      let place = "seed \(random.seed) round \(round) since \(since)\n\(estate.text)\n"
      guard expectSame(closure, naive, place) else { return }
    }
    #expect(comparedCount > 1_500)
  }

  private func expectSame(
    _ closure: Closure, _ naive: NaiveClosure, _ place: String
  ) -> Bool {
    let all = [closure.root] + closure.descendants
    let reached = Set(all.map(\.entity.name))
    #expect(reached == naive.reached, "\(place)")
    var isSame = reached == naive.reached
    for descendant in all {
      let dataset = descendant.entity.name
      let expected = naive.levels.filter { $0.key.dataset == dataset && $0.value > 0 }
      var found: [NaiveClosure.Version: Int] = [:]
      for version in descendant.versions {
        let key = NaiveClosure.Version(
          run: version.run ?? "", dataset: dataset, version: version.version ?? "")
        found[key] = [.masked: 1, .unknown: 2, .tainted: 3][version.level]
      }
      #expect(found == expected, "\(place): \(dataset)")
      let current = Set(naive.current(dataset).filter { (naive.levels[$0] ?? 0) > 0 })
      let isCurrent = Set(
        descendant.versions.filter(\.isCurrent)
          .map {
            NaiveClosure.Version(
              run: $0.run ?? "", dataset: dataset, version: $0.version ?? "")
          })
      #expect(isCurrent == current, "\(place): \(dataset)")
      let states = naive.states(dataset)
      #expect(states.contains(descendant.state), "\(place): \(dataset) \(descendant.reason)")
      isSame =
        isSame && found == expected && isCurrent == current && states.contains(descendant.state)
    }
    return isSame
  }
}

extension NaiveClosure {
  /// The state by the sentences of the documentation; several where the record that decides is one
  /// of several runs.
  func states(_ dataset: String) -> Set<ClosureState> {
    let current = current(dataset)
    let level = current.map { levels[$0] ?? 0 }.max() ?? 0
    let open = openRuns(of: dataset)
    if open.contains(where: \.isSilent) { return [.unknown] }
    if !open.isEmpty { return [.inFlight] }
    let relevant = current.filter { level <= 1 || levels[$0] == level }
    let completed = relevant.filter { isCompleted($0.run) }
    let candidates = completed.isEmpty ? relevant : completed
    let last = candidates.map { order($0) }.max()
    let deciding = candidates.filter { order($0) == last }
    guard level > 1 else { return deciding.isEmpty ? [.clean] : closing(deciding, level) }
    return Set(deciding.map { state(dataset, by: $0, level) })
  }

  /// What was there before record `since` comes before it.
  private func order(_ version: Version) -> Double {
    if version.run.isEmpty { return Double(since) - 0.5 }
    return terminal(version.run).map { Double($0) } ?? .infinity
  }

  private func closing(_ last: [Version], _ level: Int) -> Set<ClosureState> {
    Set(
      last.map { version in
        if !version.run.isEmpty, isCompleted(version.run),
          effect(of: version.run, version.dataset) == .drop
        {
          return .dropped
        }
        return level == 1 ? .masked : .clean
      })
  }

  private func state(_ dataset: String, by deciding: Version, _ level: Int) -> ClosureState {
    let current = current(dataset)
    func removes(_ version: Version) -> Bool {
      guard !version.run.isEmpty, (levels[version] ?? 0) <= 1 else { return false }
      return [.drop, .truncate, .full].contains(effect(of: version.run, dataset))
    }
    if current.contains(where: { removes($0) && order($0) > order(deciding) }) {
      return .unknown
    }
    if level == 2 { return .unknown }
    let writes = versions(of: dataset)
    let isBackAgain = writes.contains { removal in
      removes(removal) && isBefore(removal.run, deciding.run)
        && writes.contains {
          (levels[$0] ?? 0) >= 2 && isBefore($0.run, removal.run)
        }
    }
    if isBackAgain { return .reintroduced }
    guard let erasure, !deciding.run.isEmpty, order(deciding) > Double(erasure) else {
      return .notRebuilt
    }
    return effect(of: deciding.run, dataset) == .keep ? .appended : .rebuiltFromStale
  }
}
