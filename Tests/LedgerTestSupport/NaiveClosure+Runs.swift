import LedgerFormat

/// What the records of a run say.
extension NaiveClosure.Run {
  func facts(of output: String) -> Facts { facts[output] ?? Facts() }

  /// Events that say different things, or a removal that says what it wrote.
  func isContradictory(_ output: String) -> Bool {
    let facts = facts(of: output)
    if facts.modes.count > 1 || facts.lifecycles.count > 1 { return true }
    if facts.lifecycles == [.drop] {
      return !facts.modes.isEmpty || written(output).count > 1
        || edges.contains { $0.target.dataset == output }
        || facts.isNamedAsKept && !inputs.isEmpty
    }
    return facts.lifecycles == [.truncate]
      && !facts.modes.isDisjoint(with: [.append, .merge, .partition, .mergeOnReadDelete])
  }

  func mayRemove(_ output: String) -> Bool {
    let facts = facts(of: output)
    return facts.lifecycles.contains(.overwrite) || isContradictory(output)
      || !facts.modes.isEmpty
  }

  /// What is said of `named` is said of `version`: that itself, or without a version, or of one
  /// that only START names.
  private func isSaid(_ named: String, of version: String, _ output: String) -> Bool {
    named == "" || named == version || !written(output).contains(named)
  }

  private func isComplete(_ output: String, _ version: String) -> Bool {
    facts(of: output).complete.contains { isSaid($0, of: version, output) }
  }

  func isComplete(_ output: String) -> Bool {
    written(output).allSatisfy { isComplete(output, $0) }
  }

  private func isStated(_ output: String, _ version: String, explicitly: Bool) -> Bool {
    edges.contains {
      $0.target.dataset == output && isSaid($0.target.version, of: version, output)
        && ($0.isExplicit || !explicitly)
    }
  }

  /// The sources that are stated to flow into the output, masked if every statement says so.
  func stated(_ output: String) -> [NaiveClosure.Named: Bool] {
    let countsColumns = written(output).contains { !isStated(output, $0, explicitly: true) }
    var found: [NaiveClosure.Named: Bool] = [:]
    for edge in edges
    where edge.target.dataset == output && (edge.isExplicit || countsColumns) {
      found[edge.source] = (found[edge.source] ?? true) && edge.isMasked
    }
    return found
  }

  /// Whether all inputs count, as nothing better is known of a version.
  func isInferred(_ output: String) -> Bool {
    written(output).contains {
      !isComplete(output, $0) && !isStated(output, $0, explicitly: false)
    }
  }

  /// The versions it wrote: what START alone names is the one before, if others name any.
  func written(_ dataset: String) -> [String] {
    let named = versions[dataset] ?? []
    let later = named.filter { !$0.isStart }
    var found: [String] = []
    for name in later.isEmpty ? named : later where !found.contains(name.version) {
      found.append(name.version)
    }
    return found.isEmpty ? [""] : found
  }

  var start: Int64? { hasStart && !lacksTime ? times.min() : nil }
  var end: Int64? {
    guard terminal != nil, !lacksTime, let end = ends.max(), let least = times.min() else {
      return nil
    }
    return max(end, least)
  }
  var isCompleted: Bool { hasCompleted && !hasFailed }
  var isOpen: Bool { terminal == nil }

  mutating func add(_ index: UInt64, _ recorded: Int64, _ content: RecordContent) {
    jobs.formUnion(content.entities.filter { $0.role == .job }.map(\.name))
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
      if [.complete, .fail, .abort].contains(content.eventType) { ends.append(time.microseconds) }
    } else {
      lacksTime = true
    }
    for entity in content.entities {
      if entity.role == .input {
        inputs.insert(.init(dataset: entity.name, version: entity.version ?? ""))
      }
      if entity.role == .output { write(entity, content) }
    }
    for edge in content.edges {
      let target = content.entities[Int(edge.target)]
      let source = content.entities[Int(edge.source)]
      write(target, content)
      edges.append(
        StatedEdge(
          target: NaiveClosure.Named(dataset: target.name, version: target.version ?? ""),
          source: NaiveClosure.Named(dataset: source.name, version: source.version ?? ""),
          isExplicit: edge.basis == .explicit, isMasked: edge.flags.contains(.masked)))
    }
  }

  private mutating func write(_ entity: Entity, _ content: RecordContent) {
    if !outputs.contains(entity.name) { outputs.append(entity.name) }
    if let version = entity.version {
      versions[entity.name, default: []].append((version, content.eventType == .start))
    }
    var merged = facts(of: entity.name)
    if let mode = entity.facts.writeMode { merged.modes.insert(mode) }
    if let lifecycle = entity.facts.lifecycle { merged.lifecycles.insert(lifecycle) }
    if entity.facts.lifecycle == nil, content.eventType != .start { merged.isNamedAsKept = true }
    merged.isPartial = merged.isPartial || !entity.facts.subset.isEmpty
    if entity.facts.areEdgesComplete { merged.complete.insert(entity.version ?? "") }
    facts[entity.name] = merged
  }
}
