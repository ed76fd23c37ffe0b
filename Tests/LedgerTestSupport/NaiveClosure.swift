public import LedgerFormat

/// The closure rule as the vocabulary words it, over all records at once and with nothing clever:
/// every pair of versions is compared, and taint is a set that grows until it does not.
///
/// It knows runs with inferred, explicit and column edges, write modes, lifecycle changes and
/// declared write modes. It does not know symlinks, renames, explicit versions, erasure records,
/// holds and gaps, which the table of cases covers.
public struct NaiveClosure {
  /// What one run wrote to one dataset.
  public struct Version: Hashable {
    public var run: String
    public var dataset: String

    public init(run: String, dataset: String) {
      self.run = run
      self.dataset = dataset
    }
  }

  struct Run {
    var name: String
    var job = ""
    var firstRecord: UInt64
    var starts: [Int64] = []
    var times: [Int64] = []
    var ends: [Int64] = []
    var hasStart = false
    var lacksTime = false
    var terminal: UInt64?
    var hasCompleted = false
    var hasFailed = false
    var hasProgressed = false
    var inputs: [String] = []
    var outputs: [String] = []
    var facts: [String: EntityFacts] = [:]
    /// (target, source) → masked in every statement.
    var edges: [String: [String: Bool]] = [:]

    var start: Int64? { hasStart && !lacksTime ? times.min() : nil }
    var end: Int64? { terminal != nil && !lacksTime ? times.max() : nil }
    var isCompleted: Bool { hasCompleted && !hasFailed }
    var isOpen: Bool { terminal == nil }
  }

  var runs: [Run] = []
  var policies: [(job: String, record: UInt64, mode: WriteMode)] = []
  let root: String
  public let since: UInt64
  let time: Int64
  let silence: Int64
  private var places: [String: Int] = [:]

  /// 0 clean, 1 masked, 2 perhaps, 3 tainted.
  public private(set) var levels: [Version: Int] = [:]

  public init(
    _ records: [(index: UInt64, recordedTime: Int64, content: RecordContent)], root: String,
    since: UInt64, time: Int64, silence: Int64
  ) {
    self.root = root
    self.since = since
    self.time = time
    self.silence = silence
    for record in records { read(record.index, record.recordedTime, record.content) }
    levels[Version(run: "", dataset: root)] = 3
    while spread() {}
  }

  private mutating func read(_ index: UInt64, _ recorded: Int64, _ content: RecordContent) {
    if content.kind == "policy/write-mode" {
      for scope in content.entities {
        if let mode = scope.facts.writeMode { policies.append((scope.name, index, mode)) }
      }
    }
    guard content.kind == "run", let name = content.entities.first(where: { $0.role == .run })
    else { return }
    let place = places[name.name] ?? runs.count
    if place == runs.count {
      places[name.name] = place
      runs.append(Run(name: name.name, firstRecord: index))
    }
    runs[place].add(index, recorded, content)
  }

  // MARK: Order

  /// "Version A precedes B only if A's terminal event has the lower record index and A ended no
  /// later than B started by claimed time."
  func precedes(_ left: Run, _ right: Run) -> Bool {
    guard let leftTerminal = left.terminal, let end = left.end, let start = right.start,
      leftTerminal < right.terminal ?? .max
    else { return false }
    return end <= start
  }

  /// The runs that wrote the dataset; nil stands for what was there before.
  func writers(of dataset: String) -> [Run?] {
    var found: [Run?] = runs.filter { $0.outputs.contains(dataset) }
    if dataset == root { found.append(nil) }
    return found
  }

  /// Whether `left` comes before `right`, nil being what was there when record `since` came.
  private func isBefore(_ left: Run?, _ right: Run?) -> Bool {
    guard let right else { return false }
    guard let left else { return right.terminal ?? .max >= since && right.start != nil }
    return precedes(left, right)
  }

  /// A version is superseded before a reader if a completed one is behind it and before the
  /// reader.
  func isSuperseded(_ version: Run?, in dataset: String, before reader: Run?) -> Bool {
    writers(of: dataset).contains { other in
      guard let other, other.isCompleted, other.start != nil, other.end != nil,
        isBefore(version, other)
      else { return false }
      return reader.map { precedes(other, $0) } ?? true
    }
  }

  /// What a reader may have seen of a dataset.
  func seen(_ dataset: String, by reader: Run) -> [Run?] {
    writers(of: dataset).filter { version in
      if let version {
        guard version.name != reader.name, !precedes(reader, version) else { return false }
      } else if let terminal = reader.terminal, terminal < since, reader.end != nil {
        return false
      }
      return !isSuperseded(version, in: dataset, before: reader)
    }
  }

  /// What is there when all is read.
  public func current(_ dataset: String) -> [Version] {
    writers(of: dataset).filter { !isSuperseded($0, in: dataset, before: nil) }
      .map { Version(run: $0?.name ?? "", dataset: dataset) }
  }

  // MARK: Taint

  /// One round over everything.
  ///
  /// - Returns: whether a level rose.
  private mutating func spread() -> Bool {
    var hasRisen = false
    for run in runs {
      for output in run.outputs {
        let version = Version(run: run.name, dataset: output)
        let level = level(of: run, output)
        if level > levels[version] ?? 0 {
          levels[version] = level
          hasRisen = true
        }
      }
    }
    return hasRisen
  }

  private func worst(_ dataset: String, by reader: Run) -> Int {
    seen(dataset, by: reader).map {
      levels[Version(run: $0?.name ?? "", dataset: dataset)] ?? 0
    }.max() ?? 0
  }

  private func level(of run: Run, _ output: String) -> Int {
    let kind = effect(of: run, output)
    if kind == .drop { return 0 }
    let most = run.isCompleted || run.isOpen && run.hasProgressed ? 3 : 2
    var level = 0
    let facts = run.facts[output] ?? EntityFacts()
    let stated = run.edges[output] ?? [:]
    for (source, isMasked) in stated {
      let read = worst(source, by: run)
      if read >= 2 { level = max(level, min(read, isMasked ? 1 : most)) }
    }
    let isInferred = stated.isEmpty && !facts.areEdgesComplete
    if isInferred {
      for input in run.inputs {
        let read = worst(input, by: run)
        if read >= 2 { level = max(level, min(read, most)) }
      }
    }
    let isKnown = facts.areEdgesComplete || !stated.isEmpty || !run.inputs.isEmpty
    return max(level, min(worst(output, by: run), kept(kind, run, output, isKnown)))
  }

  /// How much of what was there may have stayed.
  private func kept(_ kind: Effect, _ run: Run, _ output: String, _ isKnown: Bool) -> Int {
    let facts = run.facts[output] ?? EntityFacts()
    switch kind {
    case .keep: return 3
    case .unknown:
      let mayRemove = facts.lifecycle == .overwrite || facts.writeMode != nil
      return output == root && !mayRemove ? 3 : 2
    case .full: return isKnown ? 0 : 2
    case .open: return output == root ? 3 : 0
    case .truncate, .drop, .failed: return 0
    }
  }

  public enum Effect { case drop, truncate, full, keep, unknown, failed, open }

  public func effect(of name: String, _ output: String) -> Effect {
    guard let place = places[name] else { return .keep }
    return effect(of: runs[place], output)
  }

  private func effect(of run: Run, _ output: String) -> Effect {
    if run.isOpen { return .open }
    if !run.isCompleted { return .failed }
    let facts = run.facts[output] ?? EntityFacts()
    if facts.lifecycle == .drop { return .drop }
    if facts.lifecycle == .truncate { return .truncate }
    var mode = facts.writeMode
    if mode == nil || mode == .unknown {
      let declared = policies.last {
        $0.job == run.job && $0.record < run.terminal ?? .max
      }
      mode = declared?.mode ?? mode
    }
    switch mode {
    case .truncate: return .truncate
    case .overwrite: return facts.subset.isEmpty ? .full : .keep
    case .append, .partition, .merge, .mergeOnReadDelete: return .keep
    case .unknown, nil: return .unknown
    }
  }

  // MARK: For states

  /// Every dataset with a version that is not clean.
  public var reached: Set<String> {
    Set(levels.filter { $0.value > 0 }.map(\.key.dataset)).union([root])
  }

  /// The runs that wrote the dataset, and "" for what was there before.
  public func writerNames(of dataset: String) -> [String] {
    writers(of: dataset).map { $0?.name ?? "" }
  }

  /// The first completed write to the root that removed what was in question, or may have.
  public var erasure: UInt64? {
    func level(_ run: String) -> Int { levels[Version(run: run, dataset: root)] ?? 0 }
    let writes = runs.filter { $0.outputs.contains(root) }
    func order(_ run: Run) -> UInt64 { run.terminal ?? .max }
    for write in writes.sorted(by: { order($0) < order($1) }) where level(write.name) < 3 {
      let isBehind =
        order(write) >= since
        || writes.contains { level($0.name) == 3 && order($0) < order(write) }
      let facts = write.facts[root] ?? EntityFacts()
      let kind = effect(of: write, root)
      let mayRemove =
        kind == .unknown && (facts.lifecycle == .overwrite || facts.writeMode != nil)
      if isBehind, mayRemove || [.drop, .truncate, .full].contains(kind) {
        return write.terminal
      }
    }
    return nil
  }

  public func terminal(_ run: String) -> UInt64? { places[run].flatMap { runs[$0].terminal } }

  public func isCompleted(_ run: String) -> Bool {
    places[run].map { runs[$0].isCompleted } ?? true
  }

  public func isBefore(_ left: String, _ right: String) -> Bool {
    isBefore(places[left].map { runs[$0] }, places[right].map { runs[$0] })
  }

  /// The runs that write the dataset, or may, and have not ended; silent or not.
  public func openRuns(of dataset: String) -> [(name: String, isSilent: Bool)] {
    let jobs = Set(runs.filter { $0.outputs.contains(dataset) }.map(\.job))
    return runs.filter {
      $0.isOpen
        && ($0.outputs.contains(dataset) || $0.outputs.isEmpty && jobs.contains($0.job))
    }.map { ($0.name, time - ($0.times.min() ?? 0) > silence) }
  }
}

extension NaiveClosure.Run {
  fileprivate mutating func add(_ index: UInt64, _ recorded: Int64, _ content: RecordContent) {
    job = content.entities.first { $0.role == .job }?.name ?? job
    switch content.eventType {
    case .start: hasStart = true
    case .complete:
      hasCompleted = true
      terminal = max(terminal ?? 0, index)
    case .fail, .abort:
      hasFailed = true
      terminal = max(terminal ?? 0, index)
    case .running, .other, nil: hasProgressed = true
    }
    if let time = content.eventTime {
      times.append(time.microseconds)
    } else {
      lacksTime = true
    }
    for entity in content.entities {
      if entity.role == .input, !inputs.contains(entity.name) { inputs.append(entity.name) }
      guard entity.role == .output else { continue }
      if !outputs.contains(entity.name) { outputs.append(entity.name) }
      facts[entity.name] = entity.facts
    }
    for edge in content.edges {
      let target = content.entities[Int(edge.target)].name
      let source = content.entities[Int(edge.source)].name
      let isMasked = edge.flags.contains(.masked)
      edges[target, default: [:]][source] = (edges[target]?[source] ?? true) && isMasked
    }
  }
}
