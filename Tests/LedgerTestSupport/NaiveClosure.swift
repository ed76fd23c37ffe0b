public import LedgerFormat

/// The closure rule as the vocabulary words it, over all records at once and with nothing clever:
/// every pair of versions is compared, and taint is a set that grows until it does not.
///
/// It knows runs with inferred, explicit and column edges, write modes, lifecycle changes, declared
/// write modes, explicit versions, and records of several runs and jobs. It does not know
/// symlinks, renames, drops of a version, erasure records, holds and gaps, which the table of cases
/// covers.
public struct NaiveClosure {
  /// What one run wrote to one dataset, under one explicit version or "".
  public struct Version: Hashable {
    public var run: String
    public var dataset: String
    public var version: String

    public init(run: String, dataset: String, version: String = "") {
      self.run = run
      self.dataset = dataset
      self.version = version
    }
  }

  /// A dataset as a reader names it.
  struct Named: Hashable {
    var dataset: String
    var version: String
  }

  struct Run {
    var name: String
    var jobs: Set<String> = []
    var firstRecord: UInt64
    var times: [Int64] = []
    /// Of terminal events.
    var ends: [Int64] = []
    var hasStart = false
    var lacksTime = false
    var terminal: UInt64?
    var hasCompleted = false
    var hasFailed = false
    var hasProgressed = false
    var inputs: Set<Named> = []
    var outputs: [String] = []
    /// By dataset: each version with the types of the events that name it.
    var versions: [String: [(version: String, isStart: Bool)]] = [:]
    var facts: [String: Facts] = [:]
    var edges: [StatedEdge] = []

    struct StatedEdge {
      var target: Named
      var source: Named
      var isExplicit: Bool
      var isMasked: Bool
    }

    /// What all events together say of a write.
    struct Facts {
      var modes: Set<WriteMode> = []
      var lifecycles: Set<Lifecycle> = []
      var isPartial = false
      /// An event after START names it, and no lifecycle.
      var isNamedAsKept = false
      /// The versions whose edges are said to be complete.
      var complete: Set<String> = []
    }
  }

  var runs: [Run] = []
  var policies: [(job: String, record: UInt64, mode: WriteMode)] = []
  let root: String
  public let since: UInt64
  let time: Int64
  let silence: Int64
  var places: [String: Int] = [:]
  /// Who first named each explicit version.
  private var firstNamed: [Named: FirstNaming] = [:]

  private struct FirstNaming {
    var index: UInt64
    var time: Int64
    /// Of all records that name it.
    var runs: [String]
  }

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
    for version in versions(of: nil, root) { levels[version] = 3 }
    while spread() {}
  }

  private mutating func read(_ index: UInt64, _ recorded: Int64, _ content: RecordContent) {
    if content.kind == "policy/write-mode" {
      for scope in content.entities {
        if let mode = scope.facts.writeMode { policies.append((scope.name, index, mode)) }
      }
    }
    guard content.kind == "run" else { return }
    for entity in content.entities {
      guard let version = entity.version, ![.run, .job].contains(entity.type) else { continue }
      let named = Named(dataset: entity.name, version: version)
      let first = FirstNaming(
        index: index, time: content.eventTime?.microseconds ?? recorded,
        runs: content.entities.filter { $0.role == .run }.map(\.name))
      firstNamed[named] = firstNamed[named] ?? first
      firstNamed[named]?.runs += first.runs
    }
    for name in Set(content.entities.filter { $0.role == .run }.map(\.name)) {
      let place = places[name] ?? runs.count
      if place == runs.count {
        places[name] = place
        runs.append(Run(name: name, firstRecord: index))
      }
      runs[place].add(index, recorded, content)
    }
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
  func isBefore(_ left: Run?, _ right: Run?) -> Bool {
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

  /// What a reader may have seen of a dataset: an explicit version that somebody wrote for certain
  /// is just that, else it may be any, also of those when it was first named.
  func seen(_ named: Named, by reader: Run, includesOwn: Bool) -> [Version] {
    let dataset = named.dataset
    func any() -> [Version] {
      seen(dataset, by: reader).filter { includesOwn || $0?.name != reader.name }
        .flatMap { versions(of: $0, dataset) }
    }
    guard named.version != "" else { return any() }
    let writers = runs.filter {
      $0.outputs.contains(dataset) && $0.written(dataset).contains(named.version)
        && effect(of: $0, dataset) != .drop && !precedes(reader, $0)
        && (includesOwn || $0.name != reader.name)
    }
    let isCertain = writers.contains { writer in
      effect(of: writer, dataset) != .failed
        && writer.versions[dataset]?.contains { $0.version == named.version && !$0.isStart } == true
    }
    let before = dataset == root && sees(reader) && versionsBefore.contains(named.version)
    // A try that failed, if a write of all of it followed.
    let left = writers.filter { writer in
      effect(of: writer, dataset) != .failed
        || !writers.contains {
          removesAll($0, dataset) && precedes(writer, $0) && precedes($0, reader)
        }
    }
    return left.map { Version(run: $0.name, dataset: dataset, version: named.version) }
      + (before ? [Version(run: "", dataset: dataset, version: named.version)] : [])
      + (isCertain || before ? [] : any() + earlier(named))
  }

  /// What was there when somebody first named the version.
  private func earlier(_ named: Named) -> [Version] {
    guard let first = firstNamed[named] else { return [] }
    return seen(named.dataset, by: moment(first, of: named))
      .flatMap { versions(of: $0, named.dataset) }
  }

  /// The record that first named a version, as a run that began with the first of its runs. What
  /// was in question when record `since` came counts as being there when it was named before.
  private func moment(_ first: FirstNaming, of named: Named) -> Run {
    let starts = first.runs.map { name in places[name].flatMap { runs[$0].start } }
    var run = Run(name: "", firstRecord: first.index)
    run.times = starts.compactMap(\.self) + [first.time]
    run.ends = [first.time]
    run.hasStart = starts.allSatisfy { $0 != nil }
    run.terminal = named.dataset == root ? max(first.index, since) : first.index
    run.hasCompleted = true
    return run
  }

  func versions(of run: Run?, _ dataset: String) -> [Version] {
    guard let run else {
      return ([""] + versionsBefore.sorted()).map {
        Version(run: "", dataset: dataset, version: $0)
      }
    }
    return run.written(dataset).map {
      Version(run: run.name, dataset: dataset, version: $0)
    }
  }

  private func seen(_ dataset: String, by reader: Run) -> [Run?] {
    writers(of: dataset).filter { version in
      if let version {
        guard !precedes(reader, version) else { return false }
      } else if !sees(reader) {
        return false
      }
      return !isSuperseded(version, in: dataset, before: reader)
    }
  }

  /// Whether the reader may have seen what was there when record `since` came.
  private func sees(_ reader: Run) -> Bool {
    reader.terminal ?? .max >= since || reader.end == nil
  }

  /// The explicit versions of the root that were written before record `since` and that no
  /// completed write before it removed for certain.
  private var versionsBefore: Set<String> {
    let before = runs.filter { $0.outputs.contains(root) && $0.terminal ?? .max < since }
    var found: Set<String> = []
    for run in before where effect(of: run, root) != .drop {
      let isRemoved = before.contains { other in
        let kind = effect(of: other, root)
        return precedes(run, other) && other.isCompleted && other.end != nil
          && ([.drop, .truncate].contains(kind) || kind == .full && isOriginKnown(other, root))
      }
      if !isRemoved { found.formUnion(run.written(root)) }
    }
    return found.subtracting([""])
  }

  /// What is there when all is read.
  public func current(_ dataset: String) -> [Version] {
    writers(of: dataset).filter { !isSuperseded($0, in: dataset, before: nil) }
      .flatMap { versions(of: $0, dataset) }
  }

  // MARK: Taint

  /// One round over everything.
  ///
  /// - Returns: whether a level rose.
  private mutating func spread() -> Bool {
    var hasRisen = false
    for run in runs {
      for output in run.outputs {
        let level = level(of: run, output)
        for version in versions(of: run, output) {
          let level = max(level, again(version, run))
          if level > levels[version] ?? 0 {
            levels[version] = level
            hasRisen = true
          }
        }
      }
    }
    return hasRisen
  }

  /// What an explicit version has of the write of the same version before, however it was written.
  private func again(_ version: Version, _ run: Run) -> Int {
    guard version.version != "" else { return 0 }
    if effect(of: run, version.dataset) == .drop { return 0 }
    // What replaces all has nothing of a try that failed, and may not be the version at all that
    // only START names.
    let removes = removesAll(run, version.dataset)
    let isOfStart = run.versions[version.dataset]?.allSatisfy(\.isStart) ?? false
    if removes, isOfStart { return 0 }
    let earlier = runs.filter {
      (!removes || $0.isCompleted) && $0.written(version.dataset).contains(version.version)
        && $0.outputs.contains(version.dataset)
        && $0.terminal ?? .max < run.terminal ?? .max
    }
    let last = earlier.compactMap(\.terminal).max()
    if version.dataset == root, versionsBefore.contains(version.version),
      run.terminal ?? .max >= since, last.map({ $0 < since }) ?? true
    {
      return 3
    }
    return earlier.filter { $0.terminal == last }.map {
      levels[Version(run: $0.name, dataset: version.dataset, version: version.version)] ?? 0
    }.max() ?? 0
  }

  private func removesAll(_ run: Run, _ output: String) -> Bool {
    let kind = effect(of: run, output)
    return [.drop, .truncate].contains(kind) || kind == .full && isOriginKnown(run, output)
  }

  private func isOriginKnown(_ run: Run, _ output: String) -> Bool {
    run.isComplete(output) || !run.stated(output).isEmpty || !run.inputs.isEmpty
  }

  private func worst(_ named: Named, by reader: Run, includesOwn: Bool = true) -> Int {
    seen(named, by: reader, includesOwn: includesOwn).map { levels[$0] ?? 0 }.max() ?? 0
  }

  private func level(of run: Run, _ output: String) -> Int {
    let kind = effect(of: run, output)
    if kind == .drop { return 0 }
    let most = run.isCompleted || run.isOpen && run.hasProgressed ? 3 : 2
    var level = 0
    for (source, isMasked) in run.stated(output) {
      let read = worst(source, by: run)
      if read >= 2 { level = max(level, min(read, isMasked ? 1 : most)) }
    }
    if run.isInferred(output) {
      let versioned = Set(run.inputs.filter { $0.version != "" }.map(\.dataset))
      for input in run.inputs where input.version != "" || !versioned.contains(input.dataset) {
        let read = worst(input, by: run)
        if read >= 2 { level = max(level, min(read, most)) }
      }
    }
    let before = worst(Named(dataset: output, version: ""), by: run, includesOwn: false)
    return max(level, min(before, kept(kind, run, output, isOriginKnown(run, output))))
  }

  /// How much of what was there may have stayed.
  private func kept(_ kind: Effect, _ run: Run, _ output: String, _ isKnown: Bool) -> Int {
    switch kind {
    case .keep: return 3
    case .unknown: return output == root && !run.mayRemove(output) ? 3 : 2
    case .full: return isKnown ? 0 : 2
    case .open: return output == root ? 3 : run.written(output) == [""] ? 0 : 2
    case .failed: return run.written(output) == [""] ? 0 : 2
    case .truncate, .drop: return 0
    }
  }

  /// A run dropped one explicit version of a dataset, which this does not know.
  public var dropsVersions: Bool {
    runs.contains { run in
      run.outputs.contains { effect(of: run, $0) == .drop && run.written($0) != [""] }
    }
  }

  public enum Effect { case drop, truncate, full, keep, unknown, failed, open }

  public func effect(of name: String, _ output: String) -> Effect {
    guard let place = places[name] else { return .keep }
    return effect(of: runs[place], output)
  }

  func effect(of run: Run, _ output: String) -> Effect {
    if run.isOpen { return .open }
    if !run.isCompleted { return .failed }
    let facts = run.facts(of: output)
    if run.isContradictory(output) { return .unknown }
    if facts.lifecycles == [.drop] { return facts.isPartial ? .keep : .drop }
    if facts.lifecycles == [.truncate] { return facts.isPartial ? .keep : .truncate }
    var mode = facts.modes.first
    if mode == nil || mode == .unknown {
      let declared =
        run.jobs.count > 1
        ? nil
        : policies.last { run.jobs.contains($0.job) && $0.record < run.terminal ?? .max }
      mode = declared?.mode ?? mode
    }
    switch mode {
    case .truncate: return facts.isPartial ? .keep : .truncate
    case .overwrite: return facts.isPartial ? .keep : .full
    case .append, .partition, .merge, .mergeOnReadDelete: return .keep
    case .unknown, nil: return .unknown
    }
  }
}
