internal import LedgerFormat

/// What is said of the edges into an output.
private struct EdgeStatements: OptionSet {
  let rawValue: UInt8

  static let explicit = Self(rawValue: 1)
  static let column = Self(rawValue: 2)
  /// There are no others.
  static let complete = Self(rawValue: 4)
}

/// Joins the records of one run (or takes one record that stands for itself) into what was read,
/// what was written and what flowed from where. Used again and again, so that a million runs do
/// not allocate.
///
/// OpenLineage events of one run are accumulative: what any of them names counts.
struct RunReader {
  struct Output {
    var entity: EntityID
    /// The explicit version; the first of them, if there are several.
    var version: VersionID
    /// The run wrote further explicit versions, which are in `furtherVersions`.
    var hasFurtherVersions = false
    var lifecycle: Lifecycle?
    var mode: WriteMode?
    var isPartial: Bool
    var isContradictory = false
    var isRenamed = false
    /// Said of it beside a removal: by an event after START that says nothing of one.
    fileprivate var isNamedAsKept = false
    /// A run is about it, and does not say that it wrote it.
    var isTargetOnly = false
    /// Only START names the version.
    var isVersionOfStart = false
    /// What is said of the version, and what is said without naming one.
    fileprivate var ofVersion: EdgeStatements = []
    fileprivate var ofAny: EdgeStatements = []
    /// What every version is said to have, and what one of them lacks; set at the end.
    var areEdgesComplete = false
    var hasEdges = false
    var countsColumns = false
    var isInferred = false
  }

  /// A further explicit version of an output.
  struct FurtherVersion {
    var output: Int
    var version: VersionID
    var isVersionOfStart: Bool
    fileprivate var ofVersion: EdgeStatements = []
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

  /// Who says what an entity was called before says where its content came from, also if it says
  /// of no write.
  struct Naming {
    var entity: EntityID
    var former: EntityID
  }

  private(set) var outputs: [Output] = []
  /// In the order of naming.
  private(set) var furtherVersions: [FurtherVersion] = []
  private(set) var inputs: [Input] = []
  private(set) var edges: [StatedEdge] = []
  private(set) var renames: [Rename] = []
  /// Of entities that are no outputs, when all records were added.
  private(set) var namings: [Naming] = []
  /// What a run is about; if it is no input, the run may have written it.
  private var targets: [LineageMention] = []
  /// A record of the run says that not all its facts could be read.
  private(set) var isIncomplete = false
  /// The record that is being added is a START.
  private var isStart = false
  private var outputPlaces = EntityPlaces()
  private var inputPlaces = EntityPlaces()
  private var versionedInputs: Set<Versioned> = []
  /// Places in `furtherVersions`.
  private var furtherPlaces: [Versioned: Int] = [:]

  private struct Versioned: Hashable {
    var entity: EntityID
    var version: VersionID
  }

  mutating func begin(entityCount: Int) {
    outputs.removeAll(keepingCapacity: true)
    furtherVersions.removeAll(keepingCapacity: true)
    if !furtherPlaces.isEmpty { furtherPlaces.removeAll(keepingCapacity: true) }
    inputs.removeAll(keepingCapacity: true)
    edges.removeAll(keepingCapacity: true)
    renames.removeAll(keepingCapacity: true)
    namings.removeAll(keepingCapacity: true)
    if !targets.isEmpty { targets.removeAll(keepingCapacity: true) }
    if !versionedInputs.isEmpty { versionedInputs.removeAll(keepingCapacity: true) }
    isIncomplete = false
    outputPlaces.clear(entityCount: entityCount)
    inputPlaces.clear(entityCount: entityCount)
  }

  /// Adds one record of the run; they come in ascending order.
  mutating func add(_ event: LineageEvent, of facts: LineageFacts) {
    isIncomplete = isIncomplete || event.isIncomplete
    isStart = event.eventType == .start
    let isRun = event.kind == .run || event.kind == .derivation
    for place in event.mentions.range {
      let mention = facts.mentions[place]
      switch mention.role {
      case .output: _ = addOutput(mention)
      case .input: addInput(Input(entity: mention.entity, version: mention.version))
      case .target where !isRun: addTarget(mention, kind: event.kind)
      case .target where event.kind == .run: targets.append(mention)
      default: break
      }
    }
    for place in event.edges.range { addEdge(facts.edges[place], event, facts) }
    for place in event.pairs.range where facts.pairs[place].isRename {
      addRename(facts.pairs[place], event)
    }
  }

  /// An unversioned mention of an input that another event versions is the same input. START is
  /// sent before anything is written: a version that only it names, where other events name
  /// another, is the one before.
  mutating func finish() {
    if !targets.isEmpty { addTargets() }
    for naming in namings {
      // Another record of the run may have said that it wrote it.
      guard let output = outputPlaces[naming.entity] else { continue }
      addRename(naming.former, ofOutput: output, isMove: false)
    }
    namings.removeAll { outputPlaces[$0.entity] != nil }
    if !furtherVersions.isEmpty { leaveOutVersionsOfStart() }
    for place in outputs.indices { conclude(outputs[place].ofVersion, ofOutput: place) }
    for further in furtherVersions { conclude(further.ofVersion, ofOutput: further.output) }
    for place in outputs.indices { judgeLifecycle(ofOutput: place) }
    if !versionedInputs.isEmpty {
      let versioned = Set(versionedInputs.map(\.entity))
      inputs.removeAll { $0.version == .none && versioned.contains($0.entity) }
    }
  }

  private mutating func addTargets() {
    let read = Set(inputs.map(\.entity))
    for target in targets where !read.contains(target.entity) {
      let isNew = outputPlaces[target.entity] == nil
      let place = addOutput(target)
      outputs[place].isTargetOnly =
        isNew && target.lifecycle == nil && target.writeMode == nil
    }
  }

  private mutating func leaveOutVersionsOfStart() {
    var later: Set<Int> = []
    for further in furtherVersions {
      if !further.isVersionOfStart || !outputs[further.output].isVersionOfStart {
        later.insert(further.output)
      }
    }
    var kept: [FurtherVersion] = []
    for further in furtherVersions {
      let place = further.output
      if later.contains(place) {
        // What it says is said of the run's write, under whichever name.
        if further.isVersionOfStart {
          outputs[place].ofAny.formUnion(further.ofVersion)
          continue
        }
        if outputs[place].isVersionOfStart {
          outputs[place].ofAny.formUnion(outputs[place].ofVersion)
          outputs[place].version = further.version
          outputs[place].ofVersion = further.ofVersion
          outputs[place].isVersionOfStart = false
          continue
        }
      }
      outputs[place].hasFurtherVersions = true
      kept.append(further)
    }
    furtherVersions = kept
  }

  /// A removal that says what it wrote contradicts itself.
  private mutating func judgeLifecycle(ofOutput place: Int) {
    let output = outputs[place]
    switch output.lifecycle {
    case .drop:
      let isWritten = output.isNamedAsKept && !inputs.isEmpty
      if output.mode != nil || output.hasFurtherVersions || output.hasEdges || isWritten {
        outputs[place].isContradictory = true
      }
    case .truncate:
      if let mode = output.mode, [.append, .merge, .partition, .mergeOnReadDelete].contains(mode) {
        outputs[place].isContradictory = true
      }
    default: break
    }
  }

  /// Explicit edges before column lineage before inferred ones. What one version lacks is counted
  /// for the output: its versions share what flowed in.
  private mutating func conclude(_ ofVersion: EdgeStatements, ofOutput place: Int) {
    let said = ofVersion.union(outputs[place].ofAny)
    if !said.isDisjoint(with: [.explicit, .column]) { outputs[place].hasEdges = true }
    if isIncomplete || !said.contains(.explicit) { outputs[place].countsColumns = true }
    let isComplete = said.contains(.complete)
    if !isComplete { outputs[place].areEdgesComplete = false }
    if !isComplete, isIncomplete || said.isEmpty { outputs[place].isInferred = true }
  }

  private mutating func addOutput(_ mention: LineageMention) -> Int {
    guard let place = outputPlaces[mention.entity] else {
      outputPlaces[mention.entity] = outputs.count
      outputs.append(
        Output(
          entity: mention.entity, version: mention.version, lifecycle: mention.lifecycle,
          mode: mention.writeMode, isPartial: mention.isPartial,
          isNamedAsKept: !isStart && mention.lifecycle == nil, isVersionOfStart: isStart,
          areEdgesComplete: true))
      if mention.areEdgesComplete { note(.complete, of: mention, output: outputs.count - 1) }
      return outputs.count - 1
    }
    merge(mention, into: &outputs[place])
    if mention.version != .none { note(mention.version, ofOutput: place) }
    if mention.areEdgesComplete { note(.complete, of: mention, output: place) }
    return place
  }

  private mutating func note(
    _ statement: EdgeStatements, of mention: LineageMention, output place: Int
  ) {
    if mention.version == .none {
      outputs[place].ofAny.insert(statement)
    } else if mention.version == outputs[place].version {
      outputs[place].ofVersion.insert(statement)
    } else {
      let versioned = Versioned(entity: mention.entity, version: mention.version)
      guard let further = furtherPlaces[versioned] else { return }
      furtherVersions[further].ofVersion.insert(statement)
    }
  }

  /// Every version counts: each may have readers.
  private mutating func note(_ version: VersionID, ofOutput place: Int) {
    if outputs[place].version == .none {
      outputs[place].version = version
      outputs[place].isVersionOfStart = isStart
    } else if outputs[place].version == version {
      outputs[place].isVersionOfStart = outputs[place].isVersionOfStart && isStart
    } else {
      let versioned = Versioned(entity: outputs[place].entity, version: version)
      if let further = furtherPlaces[versioned] {
        furtherVersions[further].isVersionOfStart =
          furtherVersions[further].isVersionOfStart && isStart
      } else {
        furtherPlaces[versioned] = furtherVersions.count
        furtherVersions.append(
          FurtherVersion(output: place, version: version, isVersionOfStart: isStart))
      }
    }
  }

  /// What restricts a write, and what contradicts another event, makes it clean less.
  private func merge(_ mention: LineageMention, into output: inout Output) {
    if let mode = mention.writeMode {
      if let earlier = output.mode, earlier != mode { output.isContradictory = true }
      output.mode = mode
    }
    if let lifecycle = mention.lifecycle {
      if let earlier = output.lifecycle, earlier != lifecycle { output.isContradictory = true }
      output.lifecycle = lifecycle
    }
    output.isPartial = output.isPartial || mention.isPartial
    output.isNamedAsKept = output.isNamedAsKept || !isStart && mention.lifecycle == nil
  }

  /// A dataset record writes only where it says so, or names a version.
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
    if mention.lifecycle == .alter { mention.lifecycle = nil }
    // Who names a version says that it is there, again if it was written before.
    guard
      mention.lifecycle != nil || mention.writeMode != nil || mention.areEdgesComplete
        || mention.version != .none
    else { return }
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
    let output = addTarget(of: target)
    note(edge.basis == .explicit ? .explicit : .column, of: target, output: output)
    edges.append(
      StatedEdge(
        output: output, source: Input(entity: source.entity, version: source.version),
        basis: edge.basis, flags: edge.flags))
  }

  /// The output that an edge leads to; an edge into a version says that it was written.
  private mutating func addTarget(of mention: LineageMention) -> Int {
    guard let output = outputPlaces[mention.entity] else { return addOutput(mention) }
    if mention.version != .none { note(mention.version, ofOutput: output) }
    return output
  }

  private mutating func addRename(_ pair: LineagePair, _ event: LineageEvent) {
    guard let output = outputPlaces[pair.entity] else {
      namings.append(Naming(entity: pair.entity, former: pair.other))
      return
    }
    addRename(pair.other, ofOutput: output, isMove: event.kind == .datasetRenamed)
  }

  private mutating func addRename(_ former: EntityID, ofOutput output: Int, isMove: Bool) {
    let isMove = isMove || outputs[output].lifecycle == .rename
    outputs[output].isRenamed = outputs[output].isRenamed || isMove
    renames.append(Rename(output: output, former: former, isMove: isMove))
  }
}
