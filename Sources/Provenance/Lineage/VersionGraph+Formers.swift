/// The explicit versions that an entity had under former names.
extension VersionGraph {
  /// What has a former name has the versions, too, that it had under it: a reader may name one
  /// that is not current any more. Of many renames from one name to another, the first counts.
  mutating func addFormers(_ activity: Int32) {
    let names =
      reader.renames.map { (reader.outputs[$0.output].entity, $0.former) }
      + reader.namings.map { ($0.entity, $0.former) }
    for (entity, former) in names
    where entity != former && knownFormers.insert([entity, former]).inserted {
      let junction = Int32(
        addVertex(
          Vertex(activity: activity, entity: entity, effect: .junction, isOfFormerName: true)))
      if formers[entity] == nil { renamed.append(entity) }
      formers[entity, default: []].append(Former(entity: former, junction: junction))
      flows.append(
        Flow(
          source: former, version: .none, target: junction, cap: .unknown, basis: .renamed,
          takesVersions: true))
    }
  }

  /// What stands for the versions that the node had under former names.
  func formers(of node: Int) -> [Int32] {
    guard !formers.isEmpty else { return [] }
    return nodes[node].members.flatMap { (formers[$0] ?? []).map(\.junction) }
  }

  /// Adds edges to versions of renamed entities that may be those of before, from what is in
  /// question of these. What an entity had is known when its node is there, and so not before
  /// everything was asked for.
  ///
  /// - Parameter queue: gets what has new edges.
  mutating func linkFormerVersions(_ queue: inout [Int32]) {
    for entity in renamed where nodeOfEntity[entity] >= 0 {
      let node = nodeOfEntity[entity]
      for former in formers[entity] ?? []
      where vertices[Int(former.junction)].level > .clean {
        let names = versions(of: former.entity, of: entity)
        var hasNew = false
        for write in nodes[node].writes
        where mayBeOfBefore(write) && names.contains(vertices[Int(write)].version)
          && linkedFormers.insert([former.junction, write]).inserted
        {
          addEdge(
            from: Int(former.junction), to: Int(write), cap: .unknown, basis: .sameVersion)
          hasNew = true
        }
        if hasNew { queue.append(former.junction) }
      }
    }
  }

  /// A version that was written, or removed alone: behind it may be what was before that.
  private func mayBeOfBefore(_ write: Int32) -> Bool {
    let vertex = vertices[Int(write)]
    return vertex.version != .none && (vertex.hasContent || vertex.isLimitedToVersion)
  }

  /// The explicit versions that `former` had, and all that it was called before.
  private func versions(of former: EntityID, of entity: EntityID) -> Set<VersionID> {
    var names: Set<VersionID> = []
    var seen: Set<EntityID> = [entity]
    var next = [former]
    while let name = next.popLast() {
      guard seen.insert(name).inserted else { continue }
      var place = lastWrite[name]
      while place >= 0 {
        if vertices[place].hasContent { names.insert(vertices[place].version) }
        place = Int(vertices[place].nextOfEntity)
      }
      next += (formers[name] ?? []).map(\.entity)
    }
    return names
  }

  /// One vertex for all that was ever written to the node; -1 if nothing was.
  mutating func contentJunction(of number: Int) -> Int32 {
    if let known = nodes[number].contentJunction { return known }
    let contents = nodes[number].writes.filter { vertices[Int($0)].hasContent }
    let junction = contents.isEmpty ? -1 : joined(contents)
    nodes[number].contentJunction = junction
    return junction
  }

  /// One vertex for all explicit versions that the node has or had, also under former names; -1 if
  /// there are none.
  mutating func versionJunction(of number: Int) -> Int32 {
    if let known = nodes[number].versionJunction { return known }
    var versions = nodes[number].writes.filter {
      vertices[Int($0)].version != .none && vertices[Int($0)].hasContent
    }
    versions += formers(of: number)
    let junction = versions.isEmpty ? -1 : joined(versions)
    nodes[number].versionJunction = junction
    return junction
  }
}
