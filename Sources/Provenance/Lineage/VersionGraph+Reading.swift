/// Which versions of a node an activity may have used.
extension VersionGraph {
  /// Fills `used` with the vertices of the versions that the activity may have read.
  ///
  /// An explicit version that somebody wrote is just that; one that nobody is known to have
  /// written may be any that was there.
  mutating func findUsed(of node: Int, by activity: Int, version: VersionID) {
    used.removeAll(keepingCapacity: true)
    let reader = activities[activity]
    if version != .none, let written = nodes[node].versioned[version] {
      findVersion(written, of: node, by: activity)
      return
    }
    let moment = WriteOrder.Reader(
      terminal: reader.terminal, start: reader.start, end: reader.end)
    let joins = !nodes[node].hasLimitedWrites
    for group in nodes[node].groups.indices {
      nodes[node].groups[group].findSeen(by: moment, joins: joins, into: &found)
      for seen in found {
        let vertex = self.vertex(seen, node: node, group: group)
        if vertices[vertex].effect == .junction
          || vertices[vertex].activity != Int32(activity)
        {
          used.append(Int32(vertex))
        }
      }
    }
    if nodes[node].hasLimitedWrites { dropErasedVersions(of: node, before: moment) }
  }

  /// The versions that are current when all is read; see `seen`.
  mutating func findCurrent(of node: Int) {
    used.removeAll(keepingCapacity: true)
    let moment = WriteOrder.Reader(terminal: .max, start: .max, end: .max)
    for group in nodes[node].groups {
      group.findSeen(by: moment, joins: false, into: &found)
      for case .element(let place) in found { used.append(group.elements[place].vertex) }
    }
    if nodes[node].hasLimitedWrites { dropErasedVersions(of: node, before: moment) }
  }

  /// All writes of one explicit version but those that began after the reader's end and those that
  /// were erased before its start.
  private mutating func findVersion(_ written: [Int32], of node: Int, by activity: Int) {
    let reader = activities[activity]
    for vertex in written where vertices[Int(vertex)].activity != Int32(activity) {
      let write = self.activity(of: Int(vertex))
      let isLater = reader.terminal < write.terminal && reader.end <= write.start
      if !isLater { used.append(vertex) }
    }
    if nodes[node].hasLimitedWrites {
      let moment = WriteOrder.Reader(
        terminal: reader.terminal, start: reader.start, end: reader.end)
      dropErasedVersions(of: node, before: moment)
    }
  }

  /// Leaves out versions that an erasure of just that version removed before `reader` began.
  private mutating func dropErasedVersions(of node: Int, before reader: WriteOrder.Reader) {
    let erasures = nodes[node].writes.filter { vertices[Int($0)].isLimitedToVersion }
    let candidates = used
    used = candidates.filter { vertex in
      guard vertices[Int(vertex)].effect != .junction else { return true }
      let write = self.activity(of: Int(vertex))
      return !erasures.contains { other in
        let erasure = self.activity(of: Int(other))
        return other != vertex && vertices[Int(other)].version == vertices[Int(vertex)].version
          && write.terminal < erasure.terminal && write.end <= erasure.start
          && erasure.terminal < reader.terminal && erasure.end <= reader.start
      }
    }
  }

  /// The vertex of what a search found; a stretch gets a junction when it is first met.
  private mutating func vertex(_ found: WriteOrder.Found, node: Int, group: Int) -> Int {
    switch found {
    case .element(let place): return Int(nodes[node].groups[group].elements[place].vertex)
    case .stretch(let place):
      let known = nodes[node].groups[group].junctions[place]
      if known >= 0 { return Int(known) }
      let made = addVertex(
        Vertex(activity: -1, entity: nodes[node].members[0], effect: .junction))
      nodes[node].groups[group].setJunction(Int32(made), ofStretch: place)
      for half in nodes[node].groups[group].halves(ofStretch: place) {
        let from = vertex(half, node: node, group: group)
        addEdge(from: from, to: made, cap: .tainted, basis: .kept)
      }
      return made
    }
  }
}
