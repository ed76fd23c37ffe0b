/// Passing on what came from the root.
extension VersionGraph {
  /// Raises vertices to their levels until nothing changes.
  ///
  /// The result does not depend on the order: levels only rise, each vertex three times at most.
  ///
  /// - Parameter queue: vertices whose level or edges are new; empty afterwards.
  /// - Parameter reached: gets every vertex with a level whose entity has no node yet.
  mutating func propagate(_ queue: inout [Int32], reached: inout [EntityID]) {
    var next = 0
    while next < queue.count {
      let from = Int(queue[next])
      next += 1
      let vertex = vertices[from]
      if vertex.effect != .junction || vertex.isOfFormerName, nodeOfEntity[vertex.entity] < 0 {
        reached.append(vertex.entity)
      }
      var place = vertex.firstEdge
      while place >= 0 {
        let edge = edges[Int(place)]
        pass(vertex.level, through: Int(place), edge, &queue)
        place = edge.next
      }
    }
    queue.removeAll(keepingCapacity: true)
  }

  private mutating func pass(
    _ level: TaintLevel, through place: Int, _ edge: VersionEdge, _ queue: inout [Int32]
  ) {
    // What was masked once is not in what was made of it; but it stays in what kept it.
    if level == .masked, edge.basis != .kept, edge.basis != .sameVersion,
      edge.basis != .renamed
    {
      return
    }
    let passed = min(level, edge.cap)
    guard passed > vertices[Int(edge.to)].level else { return }
    vertices[Int(edge.to)].level = passed
    vertices[Int(edge.to)].cause = Int32(place)
    queue.append(edge.to)
  }
}
