internal import LedgerFormat

/// Edges in order of first mention, each (target, source) once.
///
/// A flag holds only if every mention has it: one column carried over unmasked is enough for data
/// to have flowed.
struct EdgeCollector {
  private struct Key: Hashable {
    var target: UInt32
    var source: UInt32
  }

  private var order: [Key] = []
  private var flags: [Key: EdgeFlags] = [:]
  private let basis: EdgeBasis

  init(basis: EdgeBasis) { self.basis = basis }

  mutating func mention(target: UInt32, source: UInt32, flags mentioned: EdgeFlags) {
    let key = Key(target: target, source: source)
    if let earlier = flags[key] {
      flags[key] = earlier.intersection(mentioned)
    } else {
      order.append(key)
      flags[key] = mentioned
    }
  }

  var edges: [Edge] {
    order.map { key in
      Edge(
        target: key.target, source: key.source, basis: basis, flags: flags[key] ?? [])
    }
  }
}
