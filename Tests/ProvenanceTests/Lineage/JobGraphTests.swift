import LedgerFormat
import Provenance
import Testing

/// Which jobs lie around a dataset, against a walk that looks at every event at every step.
@Suite struct JobGraphTests {
  private static func dataset(_ name: String) -> EntityKey {
    EntityKey(type: .dataset, namespace: "n", name: name)
  }

  private static func job(_ name: String) -> EntityKey {
    EntityKey(type: .job, namespace: "n", name: name)
  }

  private struct Work {
    var job: String
    var inputs: [String] = []
    var outputs: [String] = []
    var run: String?
    var type: EventType?
    /// (dataset, other identifier)
    var symlinks: [(String, String)] = []
    var edges: [(source: String, target: String)] = []
    var minute: Int64 = 0
  }

  private static func record(_ index: Int, _ work: Work) -> HistoryRecord {
    var content = RecordContent(kind: "run", source: "s")
    content.eventType = work.type
    content.eventTime = Timestamp(microseconds: work.minute * 60_000_000)
    if let run = work.run {
      content.entities.append(Entity(role: .run, type: .run, namespace: "", name: run))
    }
    content.entities.append(Entity(role: .job, type: .job, namespace: "n", name: work.job))
    func add(_ role: EntityRole, _ name: String) -> UInt32 {
      content.entities.append(Entity(role: role, type: .dataset, namespace: "n", name: name))
      return UInt32(content.entities.count - 1)
    }
    for name in work.inputs { _ = add(.input, name) }
    for name in work.outputs { _ = add(.output, name) }
    for (name, other) in work.symlinks {
      content.symlinks.append(EntityPair(entity: add(.related, name), other: add(.symlink, other)))
    }
    for (source, target) in work.edges {
      content.edges.append(
        Edge(target: add(.related, target), source: add(.related, source), basis: .explicit))
    }
    return HistoryRecord(
      index: UInt64(index), recordedTime: Timestamp(microseconds: Int64(index)), content: content)
  }

  private static func graph(
    _ works: [Work], around start: EntityKey, depth: Int
  ) -> JobGraph {
    let records = works.enumerated().map { record($0.offset, $0.element) }
    return JobGraph.compute(around: start, depth: depth) { key in
      records.filter { $0.content.entities.contains { EntityKey($0) == key } }
    }
  }

  private static let chain = [
    Work(job: "a", inputs: ["1"], outputs: ["2"]), Work(job: "b", inputs: ["2"], outputs: ["3"]),
    Work(job: "c", inputs: ["3"]), Work(job: "d", inputs: ["9"], outputs: ["9"]),
  ]

  @Test(arguments: [
    (0, "dataset:n:1", ["job:n:a"], ["dataset:n:1", "dataset:n:2"]),
    (1, "dataset:n:1", ["job:n:a", "job:n:b"], ["dataset:n:1", "dataset:n:2", "dataset:n:3"]),
    (
      2, "dataset:n:1", ["job:n:a", "job:n:b", "job:n:c"],
      ["dataset:n:1", "dataset:n:2", "dataset:n:3"]
    ),
    (0, "dataset:n:3", ["job:n:b", "job:n:c"], ["dataset:n:2", "dataset:n:3"]),
    (0, "job:n:c", ["job:n:c"], ["dataset:n:3"]),
    (1, "job:n:c", ["job:n:b", "job:n:c"], ["dataset:n:2", "dataset:n:3"]),
    (9, "dataset:n:9", ["job:n:d"], ["dataset:n:9"]),
  ])
  func stepsAreCounted(_ depth: Int, _ start: String, _ jobs: [String], _ datasets: [String]) {
    let name = String(start.split(separator: ":")[2])
    let key = start.hasPrefix("job") ? Self.job(name) : Self.dataset(name)
    let graph = Self.graph(Self.chain, around: key, depth: depth)
    #expect(graph.jobs.map { JobGraph.identifier(of: $0.key) } == jobs)
    #expect(graph.datasets.map { JobGraph.identifier(of: $0.key) } == datasets)
  }

  @Test func whatNobodyNamesIsNotThere() {
    for key in [Self.dataset("0"), Self.job("0")] {
      let graph = Self.graph(Self.chain, around: key, depth: 3)
      #expect(graph.jobs.isEmpty && graph.datasets.isEmpty)
    }
  }

  @Test func symlinksAreOneNode() throws {
    let works = [
      Work(job: "a", outputs: ["path"]),
      Work(job: "a", symlinks: [("path", "table")]),
      Work(job: "b", inputs: ["table"]),
    ]
    let graph = Self.graph(works, around: Self.dataset("path"), depth: 0)
    #expect(graph.datasets.map(\.key) == [Self.dataset("path")])
    #expect(graph.jobs.map(\.key) == [Self.job("a"), Self.job("b")])
    #expect(graph.jobs.last?.inputs == [Self.dataset("path")])
    let span = try #require(graph.datasets.first)
    #expect((span.created.microseconds, span.updated.microseconds) == (0, 2))
  }

  @Test func edgesCountAndMentionsDoNot() {
    let graph = Self.graph(
      [
        Work(job: "a", edges: [("1", "2")]),
        // It says that two names mean the same, and reads neither.
        Work(job: "b", symlinks: [("1", "one")]),
      ], around: Self.dataset("1"), depth: 0)
    #expect(graph.jobs.map(\.key) == [Self.job("a")])
    #expect(graph.jobs.first?.inputs == [Self.dataset("1")])
    #expect(graph.jobs.first?.outputs == [Self.dataset("2")])
  }

  @Test(
    arguments: [
      ([EventType.start], JobGraph.Run.State.running, 0, nil),
      ([.start, .running, .complete], .completed, 0, 2), ([.complete, .start], .completed, 1, 0),
      ([.start, .fail], .failed, 0, 1), ([.start, .abort, .running], .aborted, 0, 1),
      ([.other], .new, nil, nil), ([.running], .running, nil, nil),
    ] as [([EventType], JobGraph.Run.State, Int64?, Int64?)])
  func theLatestRunIsDescribed(
    _ types: [EventType], _ state: JobGraph.Run.State, _ started: Int64?, _ ended: Int64?
  ) throws {
    var works = [Work(job: "a", run: "old", type: .complete, minute: 99)]
    for (minute, type) in types.enumerated() {
      works.append(Work(job: "a", run: "new", type: type, minute: Int64(minute)))
    }
    // A late word of the older run does not make it the latest.
    works.append(Work(job: "a", run: "old", type: .other))
    let run = try #require(
      Self.graph(works, around: Self.job("a"), depth: 0).jobs.first?.latestRun)
    #expect(run.name == "new" && run.state == state)
    #expect(run.started?.microseconds == started.map { $0 * 60_000_000 })
    #expect(run.ended?.microseconds == ended.map { $0 * 60_000_000 })
  }

  /// The obvious way: sets of names, every event looked at again in every step.
  private static func naive(
    _ works: [Work], around start: EntityKey, depth: Int
  ) -> (jobs: Set<String>, datasets: Set<String>) {
    var jobs: Set<String> = []
    var datasets: Set<String> = []
    let isJob = start.type == .job
    for work in works {
      let touches = (work.inputs + work.outputs).contains { dataset($0) == start }
      if isJob ? job(work.job) == start : touches { jobs.insert(work.job) }
    }
    for step in 0...depth {
      for work in works where jobs.contains(work.job) {
        datasets.formUnion(work.inputs + work.outputs)
      }
      guard step < depth else { break }
      for work in works where !datasets.isDisjoint(with: work.inputs + work.outputs) {
        jobs.insert(work.job)
      }
    }
    if !isJob, works.contains(where: { ($0.inputs + $0.outputs).contains { dataset($0) == start } })
    {
      datasets.insert(start.text.split(separator: ":").last.map(String.init) ?? "")
    }
    return (jobs, datasets)
  }

  private static func some(_ random: inout SeededRandom) -> [String] {
    (0..<random.number(0...2)).map { _ in String(random.number(0...8)) }
  }

  @Test func asTheObviousWay() {
    var random = SeededRandom("job graph")
    for _ in 0..<40 { compare(&random) }
  }

  private func compare(_ random: inout SeededRandom) {
    let works = (0..<random.number(1...12)).map { _ in
      Work(
        job: String(random.number(0...7)), inputs: Self.some(&random),
        outputs: Self.some(&random))
    }
    for number in 0..<9 {
      for start in [Self.dataset(String(number)), Self.job(String(number))] {
        for depth in 0...4 {
          let graph = Self.graph(works, around: start, depth: depth)
          let (jobs, datasets) = Self.naive(works, around: start, depth: depth)
          #expect(Set(graph.jobs.map(\.key)) == Set(jobs.map(Self.job)))
          #expect(Set(graph.datasets.map(\.key)) == Set(datasets.map(Self.dataset)))
          for node in graph.jobs {
            let own = works.filter { Self.job($0.job) == node.key }
            #expect(Set(node.inputs) == Set(own.flatMap(\.inputs).map(Self.dataset)))
            #expect(Set(node.outputs) == Set(own.flatMap(\.outputs).map(Self.dataset)))
          }
        }
      }
    }
  }
}
