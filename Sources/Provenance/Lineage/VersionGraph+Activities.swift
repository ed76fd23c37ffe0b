internal import LedgerFormat

/// Making activities, with their writes and flows, of records.
extension VersionGraph {
  /// The activity of a run whose events have been completed.
  mutating func makeRun(
    _ run: EntityID, _ facts: LineageFacts, _ events: inout [UInt32]
  ) -> Int {
    let known = runs.activity(of: run)
    if known >= 0 { return known }
    runs.events(of: run, facts, into: &events)
    reader.begin(entityCount: facts.entityCount)
    var activity = Activity(
      run: run, isRun: true, outcome: .open, terminal: Activity.openTerminal,
      first: facts.events[Int(events[0])].index, start: Activity.unknownStart,
      end: Activity.unknownEnd)
    var times = RunTimes()
    for number in events {
      let event = facts.events[Int(number)]
      reader.add(event, of: facts)
      times.add(event)
      activity.note(jobsOf: number, facts)
    }
    reader.finish()
    times.apply(to: &activity)
    let number = finish(activity)
    runs.setActivity(number, of: run)
    return number
  }

  /// The activity of one record that is no part of a run: `dataset…`, `derivation`, `job`, or an
  /// event that names no run.
  mutating func makeRecord(_ number: UInt32, _ facts: LineageFacts) -> Int {
    let key = RecordTarget(event: number)
    if let known = activityOfRecord[key] { return Int(known) }
    let event = facts.events[Int(number)]
    reader.begin(entityCount: facts.entityCount)
    reader.add(event, of: facts)
    reader.finish()
    var activity = instant(event, job: nil)
    activity.note(jobsOf: number, facts)
    if event.kind == .job {
      activity.isDesign = true
      // Without a time it would be of any, and nothing ever take its place.
      let time = (event.eventTime ?? event.recordedTime).microseconds
      (activity.start, activity.end) = (time, time)
    }
    if event.kind == .run {
      activity.isRun = true
      activity.outcome = .open
      activity.terminal = Activity.openTerminal
      activity.start = Activity.unknownStart
      activity.end = Activity.unknownEnd
      var times = RunTimes()
      times.add(event)
      times.apply(to: &activity)
    }
    let made = finish(activity)
    activityOfRecord[key] = Int32(made)
    return made
  }

  /// The removal that an `erasure/execution` states for one of its targets.
  mutating func makeErasure(_ number: UInt32, of target: LineageMention) -> Int {
    let key = RecordTarget(event: number, target: target)
    if let known = activityOfRecord[key] { return Int(known) }
    var activity = instant(source.facts.events[Int(number)], job: nil)
    let vertex = addVertex(
      Vertex(
        activity: Int32(activities.count), entity: target.entity, version: target.version,
        effect: .erased, isLimitedToVersion: target.version != .none))
    activity.writes = vertex..<vertex + 1
    activities.append(activity)
    activityOfRecord[key] = Int32(activities.count - 1)
    return activities.count - 1
  }

  func instant(_ event: LineageEvent, job: EntityID?) -> Activity {
    Activity(
      job: job, outcome: .completed, terminal: Int64(clamping: event.index), first: event.index,
      start: event.eventTime?.microseconds ?? Activity.unknownStart,
      end: event.eventTime?.microseconds ?? Activity.unknownEnd)
  }

  /// Turns what the reader holds into vertices and flows.
  private mutating func finish(_ unfinished: Activity) -> Int {
    var activity = unfinished
    activity.isIncomplete = reader.isIncomplete
    let number = activities.count
    // Of two jobs, neither says how the other writes.
    let declared =
      activity.hasSeveralJobs
      ? nil : declaredMode(of: activity.job, before: activity.terminal)
    let firstVertex = vertices.count
    for output in reader.outputs {
      var vertex = vertex(of: output, in: activity, Int32(number), declared)
      if output.hasFurtherVersions {
        vertex.effect = .junction
        vertex.joinsVersions = true
      }
      dropsVersions = dropsVersions || vertex.effect == .drop && vertex.version != .none
      _ = addVertex(vertex)
    }
    let firstFlow = flows.count
    addFlows(of: activity, firstVertex: firstVertex, number: Int32(number))
    addFurtherVersions(of: activity, firstVertex: firstVertex, number: Int32(number), declared)
    for rename in reader.renames
    where rename.isMove && activity.isDone && !reader.outputs[rename.output].isPartial
      && !reader.outputs[rename.output].isContradictory
      && rename.former != reader.outputs[rename.output].entity
    {
      _ = addVertex(
        Vertex(
          activity: Int32(number), entity: rename.former, effect: .moved, mayRemove: true,
          hasOrigin: true))
    }
    for naming in reader.namings {
      let vertex = addVertex(
        Vertex(
          activity: Int32(number), entity: naming.entity, effect: .statement, hasOrigin: true))
      flows.append(
        Flow(
          source: naming.former, version: .none, target: Int32(vertex),
          cap: activity.isDone ? .tainted : .unknown, basis: .renamed))
    }
    if followsFormerVersions { addFormers(Int32(number)) }
    activity.writes = firstVertex..<vertices.count
    activity.flows = firstFlow..<flows.count
    sortFlows(activity.flows)
    activities.append(activity)
    return number
  }

  /// A run that names several explicit versions of an output wrote each of them, in no known
  /// order: what flowed into one flowed into all. One vertex collects that, so that versions do
  /// not multiply flows.
  private mutating func addFurtherVersions(
    of activity: Activity, firstVertex: Int, number: Int32, _ declared: WriteMode?
  ) {
    guard !reader.furtherVersions.isEmpty else { return }
    func add(_ version: VersionID, isOfStart: Bool, ofOutput place: Int) {
      var vertex = vertex(of: reader.outputs[place], in: activity, number, declared)
      vertex.version = version
      vertex.isVersionOfStart = isOfStart
      vertex.hasOrigin = vertices[firstVertex + place].hasOrigin
      let made = addVertex(vertex)
      addEdge(from: firstVertex + place, to: made, cap: .tainted, basis: .kept)
    }
    for place in reader.outputs.indices where reader.outputs[place].hasFurtherVersions {
      let output = reader.outputs[place]
      add(output.version, isOfStart: output.isVersionOfStart, ofOutput: place)
    }
    for further in reader.furtherVersions where reader.outputs[further.output].hasFurtherVersions {
      add(further.version, isOfStart: further.isVersionOfStart, ofOutput: further.output)
    }
  }

  /// By source, then by target; flows alike stay in their order.
  private mutating func sortFlows(_ range: Range<Int>) {
    guard range.count > 1 else { return }
    let isSorted = range.dropLast().allSatisfy { !flows[$0 + 1].isBefore(flows[$0]) }
    if !isSorted { flows[range].sort { $0.isBefore($1) } }
  }

  private func vertex(
    of output: RunReader.Output, in activity: Activity, _ number: Int32, _ declared: WriteMode?
  ) -> Vertex {
    var vertex = Vertex(
      activity: number, entity: output.entity, version: output.version, effect: .unknown)
    let (effect, mode) = effect(of: output, in: activity, declared)
    vertex.effect = effect
    vertex.mode = mode
    vertex.mayRemove =
      effect.removes
      || effect == .unknown
        && (output.lifecycle == .overwrite || mode != nil || output.isContradictory)
    vertex.hasOrigin = output.areEdgesComplete
    vertex.isVersionOfStart = output.isVersionOfStart
    vertex.isInferredOnly = output.isInferred && !output.hasEdges
    return vertex
  }

  /// What the write did, as far as the records let one say.
  private func effect(
    of output: RunReader.Output, in activity: Activity, _ declared: WriteMode?
  ) -> (WriteEffect, WriteMode?) {
    switch activity.outcome {
    case .failed: return (.failed, output.mode)
    case .open: return (.open, output.mode)
    case .completed: break
    }
    if activity.isDesign { return (.statement, nil) }
    if output.isContradictory { return (.unknown, .unknown) }
    if output.isTargetOnly { return (.unknown, nil) }
    let (effect, mode) = statedEffect(of: output, in: activity, declared)
    guard effect.removes else { return (effect, mode) }
    // What could not be read of the record may restrict the removal.
    if reader.isIncomplete { return (.unknown, mode ?? .unknown) }
    return output.isPartial ? (.keep, .partition) : (effect, mode)
  }

  /// The same of a completed write that does not contradict itself, as if it were of everything.
  private func statedEffect(
    of output: RunReader.Output, in activity: Activity, _ declared: WriteMode?
  ) -> (WriteEffect, WriteMode?) {
    switch output.lifecycle {
    case .drop: return (.drop, nil)
    case .truncate: return (.truncate, .truncate)
    case .rename where output.isRenamed: return (.renamed, nil)
    case .create where !activity.isRun && output.mode == nil: return (.statement, nil)
    default: break
    }
    if !activity.isRun, output.lifecycle == nil, output.mode == nil {
      return (.statement, nil)
    }
    let isOpenToPolicy = output.mode == nil || output.mode == .unknown
    let mode = isOpenToPolicy ? declared ?? output.mode : output.mode
    switch mode {
    case .truncate: return (.truncate, mode)
    case .overwrite: return (.full, mode)
    case .append, .partition, .merge, .mergeOnReadDelete: return (.keep, mode)
    case .unknown, nil: return (.unknown, mode)
    }
  }

  /// Explicit edges before column lineage before inferred ones, per output.
  private mutating func addFlows(of activity: Activity, firstVertex: Int, number: Int32) {
    let most: TaintLevel =
      activity.isDone || activity.outcome == .open && activity.isProgressing ? .tainted : .unknown
    let firstStated = flows.count
    for edge in reader.edges {
      let output = reader.outputs[edge.output]
      if edge.basis == .column, !output.countsColumns { continue }
      if isDrop(edge.output, firstVertex) { continue }
      flows.append(
        Flow(
          source: edge.source.entity, version: edge.source.version,
          target: Int32(firstVertex + edge.output),
          cap: edge.flags.contains(.masked)
            ? min(reader.isIncomplete ? .unknown : .masked, most) : most,
          basis: edge.basis == .explicit ? .explicit : .column,
          isIndirect: edge.flags.contains(.indirect)))
      vertices[firstVertex + edge.output].hasOrigin = true
    }
    unmask(flows: firstStated..<flows.count, most)
    for rename in reader.renames {
      flows.append(
        Flow(
          source: rename.former, version: .none, target: Int32(firstVertex + rename.output),
          cap: most, basis: .renamed))
    }
    addInferredFlows(of: activity, firstVertex: firstVertex, number: number, most: most)
  }

  /// Nothing flows into what was dropped, if that is certain.
  private func isDrop(_ place: Int, _ firstVertex: Int) -> Bool {
    vertices[firstVertex + place].effect == .drop
  }

  /// All inputs into every output of which nothing better is known, through one junction: an event
  /// with a hundred thousand outputs must not multiply them by its inputs.
  private mutating func addInferredFlows(
    of activity: Activity, firstVertex: Int, number: Int32, most: TaintLevel
  ) {
    guard !reader.inputs.isEmpty else { return }
    func isInferred(_ place: Int) -> Bool {
      reader.outputs[place].isInferred && !isDrop(place, firstVertex)
    }
    guard reader.outputs.indices.contains(where: isInferred) else { return }
    let junction = addVertex(
      Vertex(activity: number, entity: reader.inputs[0].entity, effect: .junction))
    for input in reader.inputs {
      flows.append(
        Flow(
          source: input.entity, version: input.version, target: Int32(junction), cap: most,
          basis: .inferred))
    }
    for output in reader.outputs.indices where isInferred(output) {
      addEdge(from: junction, to: firstVertex + output, cap: most, basis: .inferred)
      vertices[firstVertex + output].hasOrigin = true
    }
  }

  /// One statement of an edge that is not masked is enough for data to have flowed.
  private mutating func unmask(flows range: Range<Int>, _ most: TaintLevel) {
    guard range.count > 1, range.contains(where: { flows[$0].cap == .masked }) else { return }
    var unmasked: Set<FlowEnds> = []
    for place in range where flows[place].cap != .masked {
      unmasked.insert(FlowEnds(flows[place]))
    }
    for place in range where flows[place].cap == .masked {
      if unmasked.contains(FlowEnds(flows[place])) { flows[place].cap = most }
    }
  }
}

private struct FlowEnds: Hashable {
  let source: EntityID
  let version: VersionID
  let target: Int32

  init(_ flow: Flow) {
    source = flow.source
    version = flow.version
    target = flow.target
  }
}

/// When a run began and ended, as its events claim.
private struct RunTimes {
  private var start: Int64?
  private var end: Int64?
  private var least: Int64?
  private var terminal: UInt64?
  private var isStartUnknown = false
  private var isEndUnknown = false
  private var hasCompleted = false
  private var hasFailed = false
  private var hasProgressed = false

  mutating func add(_ event: LineageEvent) {
    let time = event.eventTime?.microseconds
    if let time { least = min(least ?? time, time) }
    switch event.eventType {
    case .start:
      if let time { start = min(start ?? time, time) } else { isStartUnknown = true }
    case .complete, .abort, .fail:
      if event.eventType == .complete { hasCompleted = true } else { hasFailed = true }
      terminal = max(terminal ?? 0, event.index)
      if let time { end = max(end ?? time, time) } else { isEndUnknown = true }
    case .running, .other, nil: hasProgressed = true
    }
  }

  func apply(to activity: inout Activity) {
    if start != nil, let least, !isStartUnknown { activity.start = least }
    activity.isProgressing = hasProgressed
    guard let terminal else { return }
    activity.terminal = Int64(clamping: terminal)
    activity.outcome = hasCompleted && !hasFailed ? .completed : .failed
    if let end, !isEndUnknown { activity.end = max(end, least ?? end) }
  }
}
