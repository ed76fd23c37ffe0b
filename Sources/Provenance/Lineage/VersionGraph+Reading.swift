/// Which versions of a node an activity may have used.
extension VersionGraph {
  /// What an activity reads: an identifier, and an explicit version or `none`.
  struct Reading {
    var entity: EntityID
    var version = VersionID.none
    /// A run may read what it wrote itself; what kept earlier content did not keep itself.
    var includesOwn = true
  }

  /// Fills `used` with the vertices of the versions that the activity may have read.
  ///
  /// An explicit version that somebody wrote is just that; one that nobody is known for certain to
  /// have written may be any that was there.
  mutating func findUsed(of node: Int, by activity: Int, _ reading: Reading) {
    used.removeAll(keepingCapacity: true)
    let reader = activities[activity]
    let moment = WriteOrder.Reader(
      terminal: reader.terminal, start: reader.start, end: reader.end)
    if reading.version == .none || !findVersion(reading, of: node, by: activity) {
      findAny(of: node, by: activity, moment, reading)
    }
    dropErasedVersions(of: node, before: moment)
  }

  private mutating func findAny(
    of node: Int, by activity: Int, _ moment: WriteOrder.Reader, _ reading: Reading
  ) {
    let known = Set(used)
    for group in nodes[node].groups.indices {
      nodes[node].groups[group].findSeen(by: moment, joins: true, into: &found)
      for seen in found {
        let vertex = Int32(self.vertex(seen, node: node, group: group))
        if reading.includesOwn || vertices[Int(vertex)].effect == .junction
          || vertices[Int(vertex)].activity != Int32(activity),
          known.isEmpty || !known.contains(vertex)
        {
          used.append(vertex)
        }
      }
    }
  }

  /// The versions that are current when all is read; see `seen`.
  mutating func findCurrent(of node: Int) {
    used.removeAll(keepingCapacity: true)
    let moment = WriteOrder.Reader(terminal: .max, start: .max, end: .max)
    for group in nodes[node].groups {
      group.findSeen(by: moment, joins: false, into: &found)
      for case .element(let place) in found { used.append(group.elements[place].vertex) }
    }
    dropErasedVersions(of: node, before: moment)
  }

  /// All writes of one explicit version but those that began after the reader's end.
  ///
  /// - Returns: whether one of them is certain: not only START names the version, the run did not
  ///   fail, and the name is that of one thing.
  private mutating func findVersion(_ reading: Reading, of node: Int, by activity: Int) -> Bool {
    guard let written = nodes[node].versioned[reading.version] else { return false }
    let reader = activities[activity]
    var isCertain = false
    for place in written
    where reading.includesOwn || vertices[Int(place)].activity != Int32(activity) {
      let vertex = vertices[Int(place)]
      let write = self.activity(of: Int(place))
      if reader.terminal < write.terminal, reader.end <= write.start { continue }
      // What was there before a record was not there for a run that had ended by then.
      if write.start == .max, reader.terminal <= write.terminal, reader.end != .max { continue }
      used.append(place)
      let isNamed = nodes[node].isOneThing || vertex.entity == reading.entity
      isCertain = isCertain || isNamed && vertex.isCertainOfVersion
    }
    return isCertain
  }

  /// Leaves out versions that an erasure of just that version removed before `reader` began.
  private mutating func dropErasedVersions(of node: Int, before reader: WriteOrder.Reader) {
    guard !nodes[node].erasuresOfVersions.isEmpty else { return }
    let isOneThing = nodes[node].isOneThing
    let candidates = used
    used = candidates.filter { vertex in
      // A junction stands for none of them: see `WriteOrder.Element.standsAlone`.
      guard vertices[Int(vertex)].effect != .junction,
        let erasures = nodes[node].erasuresOfVersions[vertices[Int(vertex)].version]
      else { return true }
      let write = self.activity(of: Int(vertex))
      return !erasures.contains { other in
        let erasure = self.activity(of: Int(other))
        return other != vertex
          && (isOneThing || vertices[Int(other)].entity == vertices[Int(vertex)].entity)
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
