internal import SegmentStorage

/// What a power cut leaves.
extension DiskState {
  /// The disk after a power cut and a new start: no openings, no locks, no faults, and everything
  /// that survived is durable.
  func afterPowerLoss(seed: UInt64, _ survival: SimulatedSurvival) -> DiskState {
    var random = DiskGenerator(seed: seed)
    var fates = SimulatedDirectoryState.Fates(using: &random)
    var result = DiskState(seed: random.next())
    result.isReadOnly = isReadOnly
    result.freeSizeBytes = freeSizeBytes
    result.attributes[Self.root] = attributes[Self.root]
    // Two directories can name one file after half a move; it is copied once.
    var copies: [NodeNumber: NodeNumber] = [Self.root: Self.root]
    var waiting = [Self.root]
    while let original = waiting.popLast() {
      guard let directory = directories[original], let copy = copies[original] else { continue }
      let entries = directory.survivor(survival, &fates, using: &random)
      // In order of the names, because the order of a dictionary differs from run to run.
      for (name, child) in entries.sorted(by: { $0.key < $1.key }) {
        if copies[child] == nil {
          copies[child] = result.addSurvivor(child, of: self, survival, using: &random)
          waiting.append(child)
        }
        result.directories[copy]?.set(name, copies[child])
      }
    }
    return result
  }

  /// Copies a node and, of a file, the bytes that survive.
  private mutating func addSurvivor(
    _ original: NodeNumber, of disk: DiskState, _ survival: SimulatedSurvival,
    using random: inout DiskGenerator
  ) -> NodeNumber {
    let attributes = disk.attributes[original]
    let node = addNode(attributes?.kind ?? .other, attributes?.permissions ?? .file)
    self.attributes[node] = attributes
    if let file = disk.files[original] {
      let bytes = file.survivor(survival, stale: disk.staleBlocks, using: &random)
      files[node]?.set(bytes)
    }
    return node
  }
}
