internal import LedgerFormat

/// Content that no record wrote.
extension VersionGraph {
  /// Content that was there before any record.
  enum Base {
    /// All that was there when the record at this index was written.
    case content(at: UInt64)
    /// An explicit version, if nobody is known to have written it.
    case version(String)
  }

  /// Adds it to a node whose writes are known and not in order yet; the names of its versions are
  /// known once all records of the node are.
  mutating func add(_ base: Base, to node: Int) {
    var activity = Activity(
      outcome: .completed, terminal: 0, first: 0, start: .max, end: .min + 1)
    var content: [Vertex] = []
    func vertex(_ member: EntityID, _ version: VersionID) -> Vertex {
      Vertex(
        activity: Int32(activities.count), entity: member, version: version, effect: .base)
    }
    let members = nodes[node].members
    switch base {
    case .content(let index):
      activity.terminal = Int64(clamping: index) - 1
      activity.first = index
      nodes[node].origin = Int64(clamping: index)
      // Under each name that may be of another thing; else they all lie in one.
      content = (nodes[node].isOneThing ? [members[0]] : members).map { vertex($0, .none) }
      content += versions(of: node, before: index).map {
        vertex(vertices[Int($0.vertex)].entity, vertices[Int($0.vertex)].version)
      }
    case .version(let text):
      guard let version = source.facts.knownVersion(text),
        let mention = firstMention(of: version, in: node)
      else { return }
      content = [vertex(members[0], version)]
      // It was there when it was first named, and nothing tells since when.
      activity.start = Activity.unknownStart
      activity.end = mention.eventTime?.microseconds ?? Activity.unknownEnd
      activity.terminal = Int64(clamping: mention.index)
      activity.first = mention.index
    }
    let first = vertices.count
    for vertex in content { _ = addVertex(vertex) }
    activity.writes = first..<vertices.count
    activities.append(activity)
  }

  /// The explicit versions that were written before the record at `index`, and that no write before
  /// it removed for certain: a reader may name them later. Each is one of its writes, with the end
  /// of the last.
  private func versions(of node: Int, before index: UInt64) -> [WriteOrder.Element] {
    let members = nodes[node].members
    let groups = nodes[node].isOneThing ? [members] : members.map { [$0] }
    return groups.flatMap { group in
      versions(of: group, nodes[node].erasuresOfVersions, before: index).filter { named in
        !isErased(named, of: node, before: index)
      }
    }
  }

  /// Whether an erasure of just that version, before the record at `index`, came after its writes.
  private func isErased(
    _ named: WriteOrder.Element, of node: Int, before index: UInt64
  ) -> Bool {
    let vertex = vertices[Int(named.vertex)]
    return erasures(of: vertex.version, vertex.entity, in: node, behind: named.terminal, named.end)
      .contains { $0.terminal < Int64(clamping: index) }
  }

  /// The same of identifiers of one thing, erased ones included.
  private func versions(
    of members: [EntityID], _ erasures: [VersionID: [Int32]], before index: UInt64
  ) -> [WriteOrder.Element] {
    var named: [WriteOrder.Element] = []
    var superseding: [WriteOrder.Element] = []
    for member in members {
      var place = lastWrite[member]
      while place >= 0 {
        let vertex = vertices[place]
        let element = element(place, vertex, isErasable: false)
        if element.terminal < Int64(clamping: index) {
          if vertex.version != .none, vertex.hasContent { named.append(element) }
          if element.supersedes { superseding.append(element) }
        }
        place = Int(vertex.nextOfEntity)
      }
    }
    superseding = withoutErased(superseding, erasures, before: Int64(clamping: index))
    let removals = WriteOrder.sorted(
      superseding.filter { $0.supersedes && vertices[Int($0.vertex)].removesAll })
    // The latest start among a removal and those recorded after it.
    var latest = removals.map(\.start)
    for place in latest.indices.dropLast().reversed() {
      latest[place] = max(latest[place], latest[place + 1])
    }
    var found: [WriteOrder.Element] = []
    var places: [VersionID: Int] = [:]
    for element in named {
      let version = vertices[Int(element.vertex)].version
      let later = removals.partitioningIndex { $0.terminal > element.terminal }
      if later < latest.count, element.end <= latest[later] { continue }
      if let place = places[version] {
        found[place].terminal = max(found[place].terminal, element.terminal)
        found[place].end = max(found[place].end, element.end)
        continue
      }
      places[version] = found.count
      found.append(element)
    }
    return found
  }

  /// The first record that names the version; nil if none does, or if a record wrote it.
  private func firstMention(of version: VersionID, in node: Int) -> LineageEvent? {
    let members = nodes[node].members
    for member in members {
      var place = lastWrite[member]
      while place >= 0 {
        if vertices[place].version == version, vertices[place].isCertainOfVersion { return nil }
        place = Int(vertices[place].nextOfEntity)
      }
    }
    let facts = source.facts
    for number in nodes[node].events {
      let event = facts.events[Int(number)]
      let isNamed = facts.mentions(of: event).contains {
        $0.version == version && members.contains($0.entity)
      }
      if isNamed { return event }
    }
    return nil
  }
}
