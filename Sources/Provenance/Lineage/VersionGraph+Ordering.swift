/// The order of a node's writes, and which of them take the place of others.
extension VersionGraph {
  mutating func orderWrites(of number: Int) {
    var groups: [WriteOrder] = []
    var elements: [WriteOrder.Element] = []
    let erasures = nodes[number].erasuresOfVersions
    for member in nodes[number].members {
      var place = lastWrite[member]
      let first = elements.count
      while place >= 0 {
        let vertex = vertices[place]
        elements.append(element(place, vertex, isErasable: erasures[vertex.version] != nil))
        place = Int(vertex.nextOfEntity)
      }
      elements[first...].reverse()
      guard !nodes[number].isOneThing else { continue }
      groups.append(WriteOrder(withoutErased(elements, erasures)))
      elements.removeAll(keepingCapacity: true)
    }
    if nodes[number].isOneThing { groups = [WriteOrder(withoutErased(elements, erasures))] }
    nodes[number].orders = groups
    nodes[number].thingCount = groups.count
    if !nodes[number].isOneThing { elements = groups.flatMap(\.elements) }
    let writes = WriteOrder.sorted(elements).map(\.vertex)
    nodes[number].writes = writes
    nodes[number].renames = writes.filter { vertices[Int($0)].effect == .renamed }
      .map { activity(of: Int($0)).terminal }
    for write in writes
    where vertices[Int(write)].version != .none && vertices[Int(write)].hasContent {
      nodes[number].versioned[vertices[Int(write)].version, default: []].append(write)
    }
  }

  /// The same elements by terminal record. A version that was the newest when just that version was
  /// erased takes the place of none: what was there before may be there again.
  func withoutErased(
    _ elements: [WriteOrder.Element], _ erasures: [VersionID: [Int32]],
    before record: Int64 = .max
  ) -> [WriteOrder.Element] {
    guard !erasures.isEmpty else { return elements }
    var elements = WriteOrder.sorted(elements)
    let erased = elements.map { firstErasure(of: $0, erasures) }
    for end in Set(erased).sorted() where end < record {
      // The latest start of what was not erased, among those recorded later.
      var start = Int64.min
      let last = elements.partitioningIndex { $0.terminal >= end }
      for place in elements[..<last].indices.reversed() where elements[place].supersedes {
        if erased[place] > end {
          start = max(start, elements[place].start)
        } else if elements[place].end > start {
          elements[place].supersedes = false
        }
      }
    }
    return elements
  }

  /// The erasures of just that version which provably followed what ended by `end`, with its last
  /// record at `terminal`.
  func erasures(
    of version: VersionID, _ entity: EntityID, in node: Int, behind terminal: Int64, _ end: Int64
  ) -> [Activity] {
    nodes[node].erasuresOfVersions[version, default: []]
      .filter { nodes[node].isOneThing || vertices[Int($0)].entity == entity }
      .map { activity(of: Int($0)) }
      .filter { terminal < $0.terminal && end <= $0.start }
  }

  /// The record of the first erasure of just that version that provably followed; else `max`.
  private func firstErasure(
    of element: WriteOrder.Element, _ erasures: [VersionID: [Int32]]
  ) -> Int64 {
    guard let erasures = erasures[vertices[Int(element.vertex)].version] else { return .max }
    let first = erasures.partitioningIndex {
      activity(of: Int($0)).terminal > element.terminal
    }
    let found = erasures[first...].first { element.end <= activity(of: Int($0)).start }
    return found.map { activity(of: Int($0)).terminal } ?? .max
  }

  /// A drop that names a version is one of the whole only where everything of another name, or of
  /// none, is provably behind something of that version; who drops a dataset may name the version
  /// that it had last. Where nothing has a name, there is nothing to compare.
  mutating func limitDrops(of number: Int) {
    let members = nodes[number].members
    for group in nodes[number].isOneThing ? [members] : members.map({ [$0] }) {
      limitDrops(of: group)
    }
  }

  private mutating func limitDrops(of members: [EntityID]) {
    var contents: [(vertex: Vertex, activity: Activity)] = []
    var drops: [Int] = []
    // What had another name may have had versions under it.
    var hasNames = members.contains { formers[$0] != nil }
    for member in members {
      var place = lastWrite[member]
      while place >= 0 {
        let vertex = vertices[place]
        let activity = activities[Int(vertex.activity)]
        if vertex.effect == .drop, vertex.version != .none {
          drops.append(place)
        } else if vertex.hasContent, activity.outcome == .completed {
          contents.append((vertex, activity))
          hasNames = hasNames || vertex.version != .none
        }
        place = Int(vertex.nextOfEntity)
      }
    }
    guard !drops.isEmpty, hasNames else { return }
    contents.sort { $0.activity.terminal < $1.activity.terminal }
    for place in drops {
      let version = vertices[place].version
      let terminal = activity(of: place).terminal
      let before = contents.prefix { $0.activity.terminal <= terminal }
      // What went on with a version, as a drop of a part, does not make it the newest.
      let own =
        before.last { $0.vertex.version == version && $0.vertex.effect != .keep }
        ?? before.first { $0.vertex.version == version }
      let isWhole = own.map { own in
        before.allSatisfy { other in
          other.vertex.version == version
            || other.activity.terminal < own.activity.terminal
              && other.activity.end <= own.activity.start
        }
      }
      // A record that names several versions means just these.
      let isOneOfSeveral = drops.contains {
        vertices[$0].activity == vertices[place].activity && vertices[$0].version != version
      }
      vertices[place].isLimitedToVersion = isWhole != true || isOneOfSeveral
    }
  }

  mutating func findErasures(ofVersionsOf number: Int) {
    for member in nodes[number].members {
      var place = lastWrite[member]
      while place >= 0 {
        let vertex = vertices[place]
        if vertex.isLimitedToVersion, !nodes[number].ambiguous.contains(member) {
          nodes[number].erasuresOfVersions[vertex.version, default: []].append(Int32(place))
        }
        place = Int(vertex.nextOfEntity)
      }
    }
    nodes[number].erasuresOfVersions = nodes[number].erasuresOfVersions.mapValues { places in
      places.sorted {
        (activity(of: Int($0)).terminal, $0) < (activity(of: Int($1)).terminal, $1)
      }
    }
  }

  func element(
    _ place: Int, _ vertex: Vertex, isErasable: Bool
  ) -> WriteOrder.Element {
    let activity = activities[Int(vertex.activity)]
    let isSound =
      activity.outcome == .completed && activity.start != Activity.unknownStart
      && activity.end != Activity.unknownEnd
    let supersedes =
      isSound && !vertex.isLimitedToVersion && vertex.effect != .statement
      && vertex.effect != .base && !isElsewhere(vertex)
    return WriteOrder.Element(
      vertex: Int32(place), terminal: activity.terminal, start: activity.start,
      end: activity.end, supersedes: supersedes, standsAlone: isErasable)
  }

  /// What was there may be there still, under another identifier of the node.
  private func isElsewhere(_ vertex: Vertex) -> Bool {
    let node = nodeOfEntity[vertex.entity]
    guard node >= 0, nodes[node].members.count > 1 else { return false }
    // Renamed was the one identifier; where the others lead now, nobody says.
    return vertex.effect == .moved || nodes[node].ambiguous.contains(vertex.entity)
  }
}
