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
    nodes[number].groups = groups
    if !nodes[number].isOneThing { elements = groups.flatMap(\.elements) }
    let writes = WriteOrder.sorted(elements).map(\.vertex)
    nodes[number].writes = writes
    for write in writes
    where vertices[Int(write)].version != .none && vertices[Int(write)].hasContent {
      nodes[number].versioned[vertices[Int(write)].version, default: []].append(write)
    }
  }

  /// The same elements by terminal record; the newest take the place of none if just their versions
  /// were erased later, as what was there before may be there again.
  func withoutErased(
    _ elements: [WriteOrder.Element], _ erasures: [VersionID: [Int32]],
    before record: Int64 = .max
  ) -> [WriteOrder.Element] {
    guard !erasures.isEmpty else { return elements }
    var elements = WriteOrder.sorted(elements)
    for place in elements.indices.reversed() where elements[place].supersedes {
      let element = elements[place]
      let isErased = erasures[vertices[Int(element.vertex)].version, default: []].contains {
        let erasure = activity(of: Int($0))
        return element.terminal < erasure.terminal && element.end <= erasure.start
          && erasure.terminal < record
      }
      guard isErased else { break }
      elements[place].supersedes = false
    }
    return elements
  }

  /// A drop that names a version is one of that only, where what was written last before it has
  /// another name or none; who drops a dataset may name the version that it had last. Where no
  /// write has a name, there is nothing to compare.
  mutating func limitDrops(of number: Int) {
    let members = nodes[number].members
    for group in nodes[number].isOneThing ? [members] : members.map({ [$0] }) {
      limitDrops(of: group)
    }
  }

  private mutating func limitDrops(of members: [EntityID]) {
    var named: [(place: Int, terminal: Int64)] = []
    var hasDrops = false
    var hasNames = false
    for member in members {
      var place = lastWrite[member]
      while place >= 0 {
        let vertex = vertices[place]
        let isDrop = vertex.effect == .drop && vertex.version != .none
        if vertex.hasContent && vertex.effect != .statement || isDrop {
          named.append((place, activities[Int(vertex.activity)].terminal))
          hasDrops = hasDrops || isDrop
          hasNames = hasNames || !isDrop && vertex.version != .none
        }
        place = Int(vertex.nextOfEntity)
      }
    }
    guard hasDrops, hasNames else { return }
    // Of one record the writes first, as if they had been dropped.
    named.sort { left, right in
      left.terminal == right.terminal
        ? vertices[left.place].hasContent && !vertices[right.place].hasContent
        : left.terminal < right.terminal
    }
    var newest: Set<VersionID> = []
    var terminal = Int64.min
    for (place, written) in named {
      let version = vertices[place].version
      guard vertices[place].hasContent else {
        vertices[place].isLimitedToVersion = !newest.isEmpty && newest != [version]
        continue
      }
      if written != terminal { newest.removeAll() }
      terminal = written
      newest.insert(version)
    }
  }

  mutating func findErasures(ofVersionsOf number: Int) {
    for member in nodes[number].members {
      var place = lastWrite[member]
      while place >= 0 {
        let vertex = vertices[place]
        if vertex.isLimitedToVersion {
          nodes[number].erasuresOfVersions[vertex.version, default: []].append(Int32(place))
        }
        place = Int(vertex.nextOfEntity)
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
