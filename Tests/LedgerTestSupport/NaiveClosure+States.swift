/// What the states are decided by.
extension NaiveClosure {
  /// Every dataset with a version that is not clean.
  public var reached: Set<String> {
    Set(levels.filter { $0.value > 0 }.map(\.key.dataset)).union([root])
  }

  /// All versions of the dataset, that of the run "" for what was there before.
  public func versions(of dataset: String) -> [Version] {
    writers(of: dataset).flatMap { versions(of: $0, dataset) }
  }

  /// The first completed write to the root that removed what was in question, or may have.
  public var erasure: UInt64? {
    func order(_ run: Run) -> UInt64 { run.terminal ?? .max }
    let writers = runs.filter { $0.outputs.contains(root) }.sorted { order($0) < order($1) }
    let tainted = versions(of: root).filter { levels[$0] == 3 }
      .map { version in terminal(version.run) ?? (version.run.isEmpty ? since : .max) }
    for write in writers
    where versions(of: write, root).contains(where: { levels[$0] != 3 })
      && tainted.contains(where: { $0 <= order(write) })
    {
      let kind = effect(of: write, root)
      let mayRemove = kind == .unknown && write.mayRemove(root)
      if mayRemove || [.drop, .truncate, .full].contains(kind) {
        return write.terminal
      }
    }
    return nil
  }

  public func terminal(_ run: String) -> UInt64? { places[run].flatMap { runs[$0].terminal } }

  public func isCompleted(_ run: String) -> Bool {
    places[run].map { runs[$0].isCompleted } ?? true
  }

  public func isBefore(_ left: String, _ right: String) -> Bool {
    isBefore(places[left].map { runs[$0] }, places[right].map { runs[$0] })
  }

  /// The runs that write the dataset, or may, and have not ended; silent or not.
  public func openRuns(of dataset: String) -> [(name: String, isSilent: Bool)] {
    let jobs = runs.filter { $0.outputs.contains(dataset) }
      .reduce(into: Set<String>()) { $0.formUnion($1.jobs) }
    return runs.filter {
      $0.isOpen
        && ($0.outputs.contains(dataset)
          || $0.outputs.isEmpty && !jobs.isDisjoint(with: $0.jobs))
    }.map { ($0.name, time - ($0.times.min() ?? 0) > silence) }
  }
}
