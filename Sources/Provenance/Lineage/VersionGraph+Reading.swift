internal import LedgerFormat

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
  ///
  /// - Throws: what the source throws, which may be asked for runs that name the same version.
  mutating func findUsed(
    of node: Int, by activity: Int, _ reading: Reading
  ) throws(Source.Failure) {
    used.removeAll(keepingCapacity: true)
    let moment = WriteOrder.Reader(activities[activity])
    if reading.version == .none || !findVersion(reading, of: node, by: activity) {
      findAny(of: node, by: activity, moment, reading)
      if reading.version != .none { try findEarlier(reading, of: node, by: activity) }
    }
    dropErasedVersions(of: node, before: moment)
  }

  /// What was there when a record first named the version that is read, which may have been taken
  /// away since; and what it had under former names.
  private mutating func findEarlier(
    _ reading: Reading, of node: Int, by activity: Int
  ) throws(Source.Failure) {
    if let first = try firstMention(of: reading, node) {
      let event = source.facts.events[Int(first.event)]
      findAny(
        of: node, by: activity,
        WriteOrder.Reader(
          terminal: max(Int64(clamping: event.index), nodes[node].origin), start: first.start,
          end: (event.eventTime ?? event.recordedTime).microseconds),
        reading)
    }
    let junctions = formers(of: node)
    used += junctions
    guard !junctions.isEmpty, nodes[node].origin > 0 else { return }
    // What was in question had versions under the former name, too.
    let known = Set(used)
    used += nodes[node].writes.filter {
      vertices[Int($0)].effect == .base && !known.contains($0)
    }
  }

  /// The first event that names what is read, by any of the names of a node that is one thing, and
  /// since when the version may have been there by any event that names it.
  private mutating func firstMention(
    of reading: Reading, _ node: Int
  ) throws(Source.Failure) -> FirstMention? {
    let wanted = named(reading.entity, reading.version, node)
    if nodes[node].firstMentions == nil { nodes[node].firstMentions = firstMentions(of: node) }
    guard var first = nodes[node].firstMentions?[wanted] else { return nil }
    guard !first.unasked.isEmpty else { return first }
    // Upstream, only runs that wrote to the node were asked for.
    let survey = try completeRuns(among: first.unasked)
    var scratch: [UInt32] = []
    for subject in survey.subjects {
      guard let run = subject.run else { continue }
      let activity = makeRun(run, source.facts, &scratch)
      first.start = min(first.start, activities[activity].start)
    }
    first.unasked = []
    nodes[node].firstMentions?[wanted] = first
    return first
  }

  private func named(_ entity: EntityID, _ version: VersionID, _ node: Int) -> NamedVersion {
    NamedVersion(
      entity: nodes[node].isOneThing ? nodes[node].members[0] : entity, version: version)
  }

  private func firstMentions(of node: Int) -> [NamedVersion: FirstMention] {
    let facts = source.facts
    var found: [NamedVersion: FirstMention] = [:]
    for number in nodes[node].events {
      let event = facts.events[Int(number)]
      for mention in facts.mentions(of: event)
      where mention.version != .none && nodes[node].members.contains(mention.entity) {
        let time = event.eventTime?.microseconds ?? Activity.unknownStart
        let runs = facts.marks[Int(number)].isRun ? facts.all(.run, of: number) : []
        let activities = runs.map { self.runs.activity(of: $0) }
        let starts = activities.filter { $0 >= 0 }.map { self.activities[$0].start }
        let isUnasked = activities.contains { $0 < 0 }
        // That of a run that nobody asked for follows.
        let start = starts.min() ?? (isUnasked ? .max : time)
        let name = named(mention.entity, mention.version, node)
        var first = found[name] ?? FirstMention(event: number, start: start)
        // Recorded later, it may be of earlier.
        first.start = min(first.start, start)
        if isUnasked { first.unasked.append(number) }
        found[name] = first
      }
    }
    return found
  }

  private mutating func findAny(
    of node: Int, by activity: Int, _ moment: WriteOrder.Reader, _ reading: Reading
  ) {
    let known = Set(used)
    for order in 0..<nodes[node].thingCount {
      nodes[node].orders[order].findSeen(by: moment, joins: true, into: &found)
      for seen in found {
        let vertex = Int32(self.vertex(seen, node: node, order: order))
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
    for order in nodes[node].orders.prefix(nodes[node].thingCount) {
      order.findSeen(by: moment, joins: false, into: &found)
      for case .element(let place) in found { used.append(order.elements[place].vertex) }
    }
    dropErasedVersions(of: node, before: moment)
  }

  /// All writes of one explicit version but those that began after the reader's end.
  ///
  /// - Returns: whether one of them is certain: not only START names the version, the run did not
  ///   fail, and the name is that of one thing.
  private mutating func findVersion(_ reading: Reading, of node: Int, by activity: Int) -> Bool {
    guard let written = nodes[node].versioned[reading.version] else { return false }
    let renames = nodes[node].renames
    if written.count > Self.versionWritesListed, nodes[node].isOneThing, renames.isEmpty {
      return findOften(reading.version, written, of: node, by: activity)
    }
    let reader = activities[activity]
    var isCertain = false
    for place in written {
      let vertex = vertices[Int(place)]
      let write = self.activity(of: Int(place))
      if reader.terminal < write.terminal, reader.end <= write.start { continue }
      // What was there before a record was not there for a run that had ended by then.
      if write.start == .max, reader.terminal <= write.terminal, reader.end != .max { continue }
      used.append(place)
      // A name that was given to another since may have had the version there, too.
      let isNamed =
        (nodes[node].isOneThing || vertex.entity == reading.entity)
        && !renames.contains { write.terminal < $0 && $0 <= reader.terminal }
      isCertain = isCertain || isNamed && vertex.isCertainOfVersion
    }
    dropFailed(before: reader)
    return isCertain
  }

  /// Leaves out tries of a version that failed and that a write of all of it provably followed.
  private mutating func dropFailed(before reader: Activity) {
    func isFailed(_ write: Int32) -> Bool { vertices[Int(write)].effect == .failed }
    guard used.contains(where: isFailed) else { return }
    let whole = used.map { vertices[Int($0)] }
      .filter { $0.removesAll }.map { activities[Int($0.activity)] }
      .filter { $0.terminal < reader.terminal && $0.end <= reader.start }
    used = used.filter { write in
      let failed = self.activity(of: Int(write))
      return !isFailed(write)
        || !whole.contains { failed.terminal < $0.terminal && failed.end <= $0.start }
    }
  }

  /// The same of a version that was written often: in stretches, so that as many readers do not
  /// list each of them.
  private mutating func findOften(
    _ version: VersionID, _ written: [Int32], of node: Int, by activity: Int
  ) -> Bool {
    let version = nodes[node].oftenWritten[version] ?? order(version, written, of: node)
    let reader = activities[activity]
    nodes[node].orders[version.order].findSeen(
      by: WriteOrder.Reader(reader), joins: true, into: &found)
    for seen in found {
      used.append(Int32(vertex(seen, node: node, order: version.order)))
    }
    return version.isCertain(before: reader)
  }

  private mutating func order(
    _ version: VersionID, _ written: [Int32], of node: Int
  ) -> OftenWritten {
    var often = OftenWritten(order: nodes[node].orders.count)
    let isErasable = nodes[node].erasuresOfVersions[version] != nil
    var elements: [WriteOrder.Element] = []
    for write in written {
      let vertex = vertices[Int(write)]
      var element = element(Int(write), vertex, isErasable: isErasable)
      // They are all the one version.
      element.supersedes = false
      elements.append(element)
      guard vertex.isCertainOfVersion else { continue }
      often.firstTerminal = min(often.firstTerminal, element.terminal)
      often.leastStart = min(often.leastStart, element.start)
    }
    nodes[node].orders.append(WriteOrder(elements))
    nodes[node].oftenWritten[version] = often
    return often
  }

  /// Fewer writes of a version are listed for each reader.
  private static var versionWritesListed: Int { 8 }

  /// Leaves out versions that an erasure of just that version removed before `reader` began.
  private mutating func dropErasedVersions(of node: Int, before reader: WriteOrder.Reader) {
    guard !nodes[node].erasuresOfVersions.isEmpty else { return }
    let isOneThing = nodes[node].isOneThing
    var past: [VersionID: [Int32]] = [:]
    used = used.filter { vertex in
      let version = vertices[Int(vertex)].version
      // A junction stands for none of them: see `WriteOrder.Element.standsAlone`.
      guard vertices[Int(vertex)].effect != .junction,
        let all = nodes[node].erasuresOfVersions[version]
      else { return true }
      // Looked through once for each reader, and not for each of its versions.
      let erasures =
        past[version]
        ?? all.filter {
          let erasure = self.activity(of: Int($0))
          return erasure.terminal < reader.terminal && erasure.end <= reader.start
        }
      past[version] = erasures
      let write = self.activity(of: Int(vertex))
      // They are in the order of their records.
      let first = erasures.partitioningIndex {
        self.activity(of: Int($0)).terminal > write.terminal
      }
      return !erasures[first...].contains { other in
        other != vertex && write.end <= self.activity(of: Int(other)).start
          && (isOneThing || vertices[Int(other)].entity == vertices[Int(vertex)].entity)
      }
    }
  }

  /// The vertex of what a search found; a stretch gets a junction when it is first met.
  private mutating func vertex(_ found: WriteOrder.Found, node: Int, order: Int) -> Int {
    switch found {
    case .element(let place): return Int(nodes[node].orders[order].elements[place].vertex)
    case .stretch(let place):
      let known = nodes[node].orders[order].junctions[place]
      if known >= 0 { return Int(known) }
      let made = addVertex(
        Vertex(activity: -1, entity: nodes[node].members[0], effect: .junction))
      nodes[node].orders[order].setJunction(Int32(made), ofStretch: place)
      for half in nodes[node].orders[order].halves(ofStretch: place) {
        let from = vertex(half, node: node, order: order)
        addEdge(from: from, to: made, cap: .tainted, basis: .kept)
      }
      return made
    }
  }
}

/// An explicit version that was written often.
struct OftenWritten {
  /// The place of its writes in the orders of its node.
  let order: Int
  /// Of those that are certain of the version; `max` if none is.
  var firstTerminal = Int64.max
  var leastStart = Int64.max

  /// Whether one of them is certain and not provably behind the reader.
  func isCertain(before reader: Activity) -> Bool {
    firstTerminal < reader.terminal || leastStart < reader.end
  }
}
