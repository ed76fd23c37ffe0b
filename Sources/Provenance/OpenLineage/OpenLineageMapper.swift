internal import LedgerFormat

/// Fills a header from one event: the facts that the closure reads, and a few listed attributes.
///
/// What a facet should say and cannot be read is passed over and flagged `factsIncomplete`; the
/// body keeps it. Extensions read the parts: `+Datasets`, `+Lineage`, `+Attributes`.
struct OpenLineageMapper {
  let event: OpenLineageEvent
  var content: RecordContent
  var table = EntityTable()
  private var pairs: Set<EntityPair> = []
  /// Edge ends that may still be looked at. Versions of one dataset multiply with its mentions, so
  /// an event of a few megabytes could otherwise ask for billions of edges.
  private var mentionsLeft = mentionCountMax
  static let mentionCountMax = 1 << 20
  /// The job's own position, where the event has a job.
  var job: UInt32?

  init(event: OpenLineageEvent, source: String) {
    self.event = event
    content = RecordContent(kind: "", source: source)
  }

  var root: JSONValue { event.root }

  /// The header's content.
  mutating func map() throws(OpenLineageRejection) -> RecordContent {
    switch event.shape {
    case .run: try mapRun()
    case .job: try mapJob()
    case .dataset: try mapDataset()
    }
    if let text = root["eventTime"], !text.isNull {
      if let text = try self.text(text) {
        EventTime.read(text, into: &content)
      } else {
        content.flags.insert(.eventTimeUnreadable)
      }
    }
    if let producer = try readText(root["producer"]), !producer.isEmpty {
      content.producer = try limited(producer, "producer")
    }
    if mentionsLeft == 0 { giveUpEdges() }
    if table.hasConflict { noteIncomplete() }
    content.entities = table.entities
    return content
  }

  private mutating func mapRun() throws(OpenLineageRejection) {
    content.kind = RecordKind.run.rawValue
    guard let runIdentifier = try text(root["run"]?["runId"]), !runIdentifier.isEmpty else {
      throw .noRunIdentifier
    }
    _ = table.add(
      Entity(
        role: .run, type: .run, namespace: "", name: try limited(runIdentifier, "run.runId")))
    if !RunIdentifier.isUUID(runIdentifier) { content.flags.insert(.runIdentifierNotUUID) }
    if let text = try readText(root["eventType"]) {
      content.eventType = EventType(codeName: text)
      if content.eventType == nil { noteIncomplete() }
    }
    try addOwnJob()
    try addParent()
    try addInputsAndOutputs()
    try addRunAttributes()
    try addJobAttributes()
  }

  private mutating func mapJob() throws(OpenLineageRejection) {
    content.kind = RecordKind.job.rawValue
    try addOwnJob()
    try addInputsAndOutputs()
    try addJobAttributes()
  }

  private mutating func mapDataset() throws(OpenLineageRejection) {
    let dataset = root["dataset"]
    let identifier = try identity(of: dataset, "dataset")
    let position = try addDataset(dataset, identifier, role: .target, "dataset")
    content.kind = Self.kind(after: table.entities[Int(position)].facts.lifecycle).rawValue
    try addDatasetEdges(of: dataset, into: position)
  }

  /// Notes the edges from all `sources` into all `targets`.
  mutating func mention(
    targets: [UInt32], sources: [UInt32], flags: EdgeFlags, in collector: inout EdgeCollector
  ) {
    for target in targets {
      for source in sources where mentionsLeft > 0 {
        mentionsLeft -= 1
        collector.mention(target: target, source: source, flags: flags)
      }
    }
  }

  /// Stores no edges at all: an edge whose last mention was not looked at might seem masked, and
  /// without edges a reader infers all of them.
  private mutating func giveUpEdges() {
    content.edges = []
    table.clearEdgesComplete()
    noteIncomplete()
  }

  /// Whether the pair of a dataset and its other or former identifier is met for the first time.
  mutating func isNew(_ pair: EntityPair) -> Bool { pairs.insert(pair).inserted }

  /// A change of contents (`OVERWRITE`, `TRUNCATE`) alters a dataset; the fact itself is beside
  /// the entity.
  private static func kind(after lifecycle: Lifecycle?) -> RecordKind {
    switch lifecycle {
    case nil: .dataset
    case .create: .datasetCreated
    case .drop: .datasetDropped
    case .rename: .datasetRenamed
    case .alter, .overwrite, .truncate: .datasetAltered
    }
  }

  private mutating func addOwnJob() throws(OpenLineageRejection) {
    let identifier = try identity(of: root["job"], "job")
    job = table.add(
      Entity(
        role: .job, type: .job, namespace: identifier.namespace, name: identifier.name))
  }

  /// The run and job that caused this run; the older name of the facet is read too.
  private mutating func addParent() throws(OpenLineageRejection) {
    guard
      let parent = facet("parent", of: root["run"]) ?? facet("parentRun", of: root["run"])
    else { return }
    if let name = try readText(parent["run"]?["runId"]), !name.isEmpty {
      _ = table.add(
        Entity(role: .parent, type: .run, namespace: "", name: try limited(name, "parent run")))
    } else {
      noteIncomplete()
    }
    if let identifier = try readIdentifier(parent["job"], "parent job") {
      _ = table.add(
        Entity(
          role: .parent, type: .job, namespace: identifier.namespace, name: identifier.name))
    }
  }
}
