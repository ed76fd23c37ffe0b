/// Names a file or directory of the simulated disk, whatever it is called; never used twice.
typealias NodeNumber = Int

/// One directory of the simulated disk: the entries seen, those on the medium, and the changes
/// between them.
struct SimulatedDirectoryState: Sendable {
  /// One create, rename or remove, as far as it concerns this directory: all of it survives a
  /// power cut, or nothing.
  struct Change: Sendable {
    /// Shared by the two halves of a move between directories, so that they fare alike.
    let number: Int
    /// The new node of each name; nil removes the name.
    let entries: [String: NodeNumber?]
  }

  private(set) var cache: [String: NodeNumber] = [:]
  private(set) var medium: [String: NodeNumber] = [:]
  private var unsynchronized: [Change] = []

  /// Whether something would be lost by a power cut.
  var hasUnsynchronized: Bool { !unsynchronized.isEmpty }

  mutating func apply(_ change: Change) {
    Self.apply(change, to: &cache)
    unsynchronized.append(change)
  }

  /// Puts an entry into both cache and medium.
  mutating func set(_ name: String, _ node: NodeNumber?) {
    cache[name] = node
    medium[name] = node
  }

  mutating func synchronize() {
    for change in unsynchronized { Self.apply(change, to: &medium) }
    unsynchronized = []
  }

  /// A synchronisation that reported failure: some changes arrived, the others never will.
  mutating func failSynchronization(using generator: inout DiskGenerator) {
    var fates = Fates(using: &generator)
    medium = survivor(.anySubset, &fates, using: &generator)
    unsynchronized = []
  }

  /// The entries on the medium when the power has failed.
  func survivor(
    _ survival: SimulatedSurvival, _ fates: inout Fates, using random: inout DiskGenerator
  ) -> [String: NodeNumber] {
    switch survival {
    case .everything: return cache
    case .onlySynchronized: return medium
    case .anySubset: break
    }
    var result = medium
    for change in unsynchronized where fates.survives(change.number, using: &random) {
      Self.apply(change, to: &result)
    }
    return result
  }

  private static func apply(_ change: Change, to entries: inout [String: NodeNumber]) {
    for (name, node) in change.entries { entries[name] = node }
  }

  /// Which changes survive, decided once for each.
  struct Fates {
    private var decided: [Int: Bool] = [:]
    private let percent: Int

    init(using random: inout DiskGenerator) {
      percent = [5, 50, 95].randomElement(using: &random)!
    }

    mutating func survives(_ number: Int, using random: inout DiskGenerator) -> Bool {
      if let fate = decided[number] { return fate }
      let fate = random.chance(percent: percent)
      decided[number] = fate
      return fate
    }
  }
}
