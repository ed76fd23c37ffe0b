internal import LedgerFormat

/// Joins the records of one run (or takes one record that stands for itself) into what was read,
/// what was written and what flowed from where. Used again and again, so that a million runs do
/// not allocate.
///
/// OpenLineage events of one run are accumulative: what any of them names counts.
struct RunReader {
  struct Output {
    var entity: EntityID
    var version: VersionID
    var lifecycle: Lifecycle?
    var mode: WriteMode?
    var isPartial: Bool
    var areEdgesComplete: Bool
    var isContradictory = false
    var isRenamed = false
    var hasExplicit = false
    var hasColumn = false
  }

  struct Input {
    var entity: EntityID
    var version: VersionID
  }

  struct StatedEdge {
    var output: Int
    var source: Input
    var basis: EdgeBasis
    var flags: EdgeFlags
  }

  struct Rename {
    var output: Int
    var former: EntityID
    var isMove: Bool
  }

  private(set) var outputs: [Output] = []
  private(set) var inputs: [Input] = []
  private(set) var edges: [StatedEdge] = []
  private(set) var renames: [Rename] = []
  /// A record of the run says that not all its facts could be read.
  private(set) var isIncomplete = false
  private var outputPlaces = EntityPlaces()
  private var inputPlaces = EntityPlaces()
  private var versionedInputs: Set<Versioned> = []

  private struct Versioned: Hashable {
    var entity: EntityID
    var version: VersionID
  }

  mutating func begin(entityCount: Int) {
    outputs.removeAll(keepingCapacity: true)
    inputs.removeAll(keepingCapacity: true)
    edges.removeAll(keepingCapacity: true)
    renames.removeAll(keepingCapacity: true)
    if !versionedInputs.isEmpty { versionedInputs.removeAll(keepingCapacity: true) }
    isIncomplete = false
    outputPlaces.clear(entityCount: entityCount)
    inputPlaces.clear(entityCount: entityCount)
  }

  /// Adds one record of the run; they come in ascending order.
  mutating func add(_ event: LineageEvent, of facts: LineageFacts) {
    isIncomplete = isIncomplete || event.isIncomplete
    let isRun = event.kind == .run || event.kind == .derivation
    for place in event.mentions.range {
      let mention = facts.mentions[place]
      switch mention.role {
      case .output: _ = addOutput(mention)
      case .input: addInput(Input(entity: mention.entity, version: mention.version))
      case .target where !isRun: addTarget(mention, kind: event.kind)
      default: break
      }
    }
    for place in event.edges.range { addEdge(facts.edges[place], event, facts) }
    for place in event.pairs.range where facts.pairs[place].isRename {
      addRename(facts.pairs[place], kind: event.kind)
    }
  }

  /// An unversioned mention of an input that another event versions is the same input.
  mutating func finish() {
    if !versionedInputs.isEmpty {
      let versioned = Set(versionedInputs.map(\.entity))
      inputs.removeAll { $0.version == .none && versioned.contains($0.entity) }
    }
  }

  private mutating func addOutput(_ mention: LineageMention) -> Int {
    guard let place = outputPlaces[mention.entity] else {
      outputPlaces[mention.entity] = outputs.count
      outputs.append(
        Output(
          entity: mention.entity, version: mention.version, lifecycle: mention.lifecycle,
          mode: mention.writeMode, isPartial: mention.isPartial,
          areEdgesComplete: mention.areEdgesComplete))
      return outputs.count - 1
    }
    merge(mention, into: &outputs[place])
    return place
  }

  /// The last version counts: the first event of a run may name the version before it. What
  /// restricts a write, and what contradicts another event, makes it clean less.
  private func merge(_ mention: LineageMention, into output: inout Output) {
    if mention.version != .none { output.version = mention.version }
    if let mode = mention.writeMode {
      if let earlier = output.mode, earlier != mode { output.isContradictory = true }
      output.mode = mode
    }
    if let lifecycle = mention.lifecycle {
      if let earlier = output.lifecycle, earlier != lifecycle { output.isContradictory = true }
      output.lifecycle = lifecycle
    }
    output.isPartial = output.isPartial || mention.isPartial
    output.areEdgesComplete = output.areEdgesComplete || mention.areEdgesComplete
  }

  /// A dataset record writes only where it says so.
  private mutating func addTarget(_ mention: LineageMention, kind: RecordKind?) {
    var mention = mention
    if mention.lifecycle == nil {
      switch kind {
      case .datasetDropped: mention.lifecycle = .drop
      case .datasetRenamed: mention.lifecycle = .rename
      case .datasetCreated: mention.lifecycle = .create
      default: break
      }
    }
    let isWrite = mention.lifecycle != nil && mention.lifecycle != .alter
    guard isWrite || mention.writeMode != nil || mention.areEdgesComplete else { return }
    _ = addOutput(mention)
  }

  private mutating func addInput(_ input: Input) {
    if input.version == .none {
      guard inputPlaces[input.entity] == nil else { return }
      inputPlaces[input.entity] = inputs.count
    } else {
      let versioned = Versioned(entity: input.entity, version: input.version)
      guard versionedInputs.insert(versioned).inserted else { return }
    }
    inputs.append(input)
  }

  private mutating func addEdge(_ edge: Edge, _ event: LineageEvent, _ facts: LineageFacts) {
    let mentions = facts.mentions(of: event)
    let target = mentions[mentions.startIndex + Int(edge.target)]
    let source = mentions[mentions.startIndex + Int(edge.source)]
    let output = outputPlaces[target.entity] ?? addOutput(target)
    if edge.basis == .explicit {
      outputs[output].hasExplicit = true
    } else {
      outputs[output].hasColumn = true
    }
    edges.append(
      StatedEdge(
        output: output, source: Input(entity: source.entity, version: source.version),
        basis: edge.basis, flags: edge.flags))
  }

  private mutating func addRename(_ pair: LineagePair, kind: RecordKind?) {
    guard let output = outputPlaces[pair.entity] else { return }
    let isMove = outputs[output].lifecycle == .rename || kind == .datasetRenamed
    outputs[output].isRenamed = outputs[output].isRenamed || isMove
    renames.append(Rename(output: output, former: pair.other, isMove: isMove))
  }
}
