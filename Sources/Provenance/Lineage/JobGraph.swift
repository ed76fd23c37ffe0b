public import LedgerFormat

/// Which jobs read and wrote which datasets, so many steps around an entity: the graph that readers
/// of OpenLineage know from Marquez.
///
/// A coarser picture than ``LineageGraph``: versions, masking and explicit edges are not told
/// apart, and a job that only reads is there too. The inputs and outputs of a job are those that
/// any of its records names, whatever became of the run. Identifiers that a record calls symlinks
/// of each other are one node, under the one that was met first.
public struct JobGraph: Hashable, Sendable {
  public struct Job: Hashable, Sendable {
    public var key: EntityKey
    /// Ascending by their identifiers.
    public var inputs: [EntityKey]
    public var outputs: [EntityKey]
    /// When the first and the last record that names it were recorded.
    public var created: Timestamp
    public var updated: Timestamp
    /// The run that was recorded last; nil if there was none.
    public var latestRun: Run?
  }

  public struct Dataset: Hashable, Sendable {
    public var key: EntityKey
    public var created: Timestamp
    public var updated: Timestamp
  }

  public struct Run: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
      case new = "NEW"
      case running = "RUNNING"
      case completed = "COMPLETED"
      case aborted = "ABORTED"
      case failed = "FAILED"
    }

    public var name: String
    public var state: State
    public var created: Timestamp
    public var updated: Timestamp
    /// When it began and ended, as its events claim.
    public var started: Timestamp?
    public var ended: Timestamp?
  }

  /// Ascending by their identifiers.
  public var jobs: [Job]
  public var datasets: [Dataset]

  /// What a reader calls an entity: `dataset:NAMESPACE:NAME`, nothing encoded.
  public static func identifier(of key: EntityKey) -> String {
    let (type, namespace, name) = key.parts
    return "\(type.codeName):\(namespace):\(name)"
  }
}

extension JobGraph {
  /// Walks from `start`, a job or a dataset, in both directions.
  ///
  /// - Parameters:
  ///   - depth: how many datasets may lie between a job of the graph and the nearest job that
  ///     `start` is or that has `start` as input or output.
  ///   - history: every record that names an entity, ascending; asked once per entity.
  /// - Throws: what `history` throws.
  public static func compute<Failure: Error>(
    around start: EntityKey, depth: Int,
    history: (EntityKey) throws(Failure) -> [HistoryRecord]
  ) throws(Failure) -> JobGraph {
    var walk = JobWalk()
    var waiting: [EntityKey] = []
    if start.type == .job {
      waiting = [start]
    } else {
      waiting = try walk.visit(dataset: start, history)
    }
    for step in 0...depth where !waiting.isEmpty {
      var next: [EntityKey] = []
      for job in waiting {
        for dataset in try walk.visit(job: job, history) {
          next += try walk.visit(dataset: dataset, history)
        }
      }
      waiting = step < depth ? next : []
    }
    return walk.graph()
  }
}

/// What a walk has seen.
private struct JobWalk {
  private struct Span {
    var created: Timestamp
    var updated: Timestamp

    init?(_ records: [HistoryRecord]) {
      guard let first = records.first, let last = records.last else { return nil }
      (created, updated) = (first.recordedTime, last.recordedTime)
    }

    mutating func join(_ other: Span) {
      created = min(created, other.created)
      updated = max(updated, other.updated)
    }
  }

  private var jobs: [EntityKey: (inputs: Set<EntityKey>, outputs: Set<EntityKey>)] = [:]
  private var jobSpans: [EntityKey: Span] = [:]
  private var latestRuns: [EntityKey: JobGraph.Run] = [:]
  /// Every identifier that was visited, and the one that its dataset goes by.
  private var names: [EntityKey: EntityKey] = [:]
  private var datasetSpans: [EntityKey: Span] = [:]

  private static func isData(_ entity: Entity) -> Bool {
    entity.type.holdsData
  }

  /// Reads what a job did; gives the datasets that it names.
  mutating func visit<Failure: Error>(
    job: EntityKey, _ history: (EntityKey) throws(Failure) -> [HistoryRecord]
  ) throws(Failure) -> [EntityKey] {
    guard jobs[job] == nil else { return [] }
    var inputs: Set<EntityKey> = []
    var outputs: Set<EntityKey> = []
    let records = try history(job).filter { Self.jobs(of: $0).contains(job) }
    for record in records {
      let flow = Self.flow(record.content)
      inputs.formUnion(flow.inputs)
      outputs.formUnion(flow.outputs)
    }
    jobs[job] = (inputs, outputs)
    jobSpans[job] = Span(records)
    latestRuns[job] = Self.latestRun(records)
    return inputs.union(outputs).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// Reads who names a dataset, under any of its identifiers; gives the jobs.
  mutating func visit<Failure: Error>(
    dataset: EntityKey, _ history: (EntityKey) throws(Failure) -> [HistoryRecord]
  ) throws(Failure) -> [EntityKey] {
    guard names[dataset] == nil else { return [] }
    var found: [EntityKey] = []
    var seen: Set<EntityKey> = []
    var waiting = [dataset]
    while let name = waiting.popLast() {
      guard names.updateValue(dataset, forKey: name) == nil else { continue }
      let records = try history(name)
      if let span = Span(records) {
        if datasetSpans[dataset]?.join(span) == nil { datasetSpans[dataset] = span }
      }
      for record in records {
        waiting += Self.otherNames(of: name, in: record.content)
        let flow = Self.flow(record.content)
        guard flow.inputs.contains(name) || flow.outputs.contains(name) else { continue }
        for job in Self.jobs(of: record) where seen.insert(job).inserted { found.append(job) }
      }
    }
    return found
  }

  /// What a record reads and writes: its inputs and outputs, and both ends of its edges.
  private static func flow(
    _ content: RecordContent
  ) -> (inputs: Set<EntityKey>, outputs: Set<EntityKey>) {
    var flow: (inputs: Set<EntityKey>, outputs: Set<EntityKey>) = ([], [])
    for entity in content.entities where isData(entity) {
      if entity.role == .input { flow.inputs.insert(EntityKey(entity)) }
      if entity.role == .output { flow.outputs.insert(EntityKey(entity)) }
    }
    for edge in content.edges {
      let (source, target) = (Int(edge.source), Int(edge.target))
      if isData(content.entities[source]) {
        flow.inputs.insert(EntityKey(content.entities[source]))
      }
      if isData(content.entities[target]) {
        flow.outputs.insert(EntityKey(content.entities[target]))
      }
    }
    return flow
  }

  private static func jobs(of record: HistoryRecord) -> [EntityKey] {
    record.content.entities.filter { $0.role == .job && $0.type == .job }.map { EntityKey($0) }
  }

  private static func otherNames(of name: EntityKey, in content: RecordContent) -> [EntityKey] {
    content.symlinks.flatMap { pair -> [EntityKey] in
      let both = [pair.entity, pair.other].map { EntityKey(content.entities[Int($0)]) }
      return both.contains(name) ? both : []
    }
  }

  /// The run whose first record is the newest.
  private static func latestRun(_ records: [HistoryRecord]) -> JobGraph.Run? {
    var runs: [String: JobGraph.Run] = [:]
    var latest: String?
    for record in records {
      guard let name = record.content.entities.first(where: { $0.role == .run })?.name else {
        continue
      }
      var run =
        runs[name]
        ?? JobGraph.Run(
          name: name, state: .new, created: record.recordedTime, updated: record.recordedTime)
      if runs[name] == nil { latest = name }
      run.updated = record.recordedTime
      run.note(record.content.eventType, at: record.content.eventTime)
      runs[name] = run
    }
    return latest.flatMap { runs[$0] }
  }

  func graph() -> JobGraph {
    func named(_ keys: Set<EntityKey>) -> [EntityKey] {
      Self.sorted(Set(keys.map { names[$0] ?? $0 }))
    }
    return JobGraph(
      jobs: Self.sorted(Set(jobs.keys)).compactMap { key in
        guard let (inputs, outputs) = jobs[key], let span = jobSpans[key] else { return nil }
        return JobGraph.Job(
          key: key, inputs: named(inputs), outputs: named(outputs), created: span.created,
          updated: span.updated, latestRun: latestRuns[key])
      },
      datasets: Self.sorted(Set(names.values)).compactMap { key in
        datasetSpans[key].map {
          JobGraph.Dataset(key: key, created: $0.created, updated: $0.updated)
        }
      })
  }

  private static func sorted(_ keys: Set<EntityKey>) -> [EntityKey] {
    keys.map { (JobGraph.identifier(of: $0), $0) }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map(\.1)
  }
}

extension JobGraph.Run {
  /// What has ended does not run again, in whatever order the events arrive.
  fileprivate mutating func note(_ type: EventType?, at time: Timestamp?) {
    switch type {
    case .start:
      started = started ?? time
      if state == .new { state = .running }
    case .running:
      if state == .new { state = .running }
    case .complete: (state, ended) = (.completed, time)
    case .abort: (state, ended) = (.aborted, time)
    case .fail: (state, ended) = (.failed, time)
    case .other, nil: break
    }
  }
}
