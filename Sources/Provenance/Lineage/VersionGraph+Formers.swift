/// The explicit versions that an entity had under former names.
extension VersionGraph {
  /// What has a former name has the versions, too, that it had under it: a reader may name one
  /// that is not current any more.
  mutating func addFormers(_ activity: Int32) {
    let names =
      reader.renames.map { (reader.outputs[$0.output].entity, $0.former) }
      + reader.namings.map { ($0.entity, $0.former) }
    for (entity, former) in names where entity != former {
      let junction = Int32(
        addVertex(
          Vertex(activity: activity, entity: entity, effect: .junction, isOfFormerName: true)))
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

  /// The former names of a node, near and far, with the explicit versions that they are known to
  /// have had.
  func formerVersions(of number: Int) -> FormerVersions {
    var found = FormerVersions()
    guard !formers.isEmpty else { return found }
    for member in nodes[number].members {
      for former in formers[member] ?? [] {
        var names: Set<VersionID> = []
        var seen: Set<EntityID> = [member]
        var next = [former.entity]
        while let entity = next.popLast() {
          guard seen.insert(entity).inserted else { continue }
          var place = lastWrite[entity]
          while place >= 0 {
            if vertices[place].hasContent { names.insert(vertices[place].version) }
            place = Int(vertices[place].nextOfEntity)
          }
          next += (formers[entity] ?? []).map(\.entity)
        }
        found.list.append((former.junction, names))
      }
    }
    return found
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

/// What the former names of a node are known to have had.
struct FormerVersions {
  var list: [(junction: Int32, names: Set<VersionID>)] = []

  func junctions(having version: VersionID) -> [Int32] {
    list.isEmpty ? [] : list.filter { $0.names.contains(version) }.map(\.junction)
  }
}
