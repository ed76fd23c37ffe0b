internal import Synchronization

/// Memory that all requests share for the bodies that they are receiving.
final class ByteBudget: Sendable {
  private let used = Atomic(0)
  let byteCountMax: Int

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// Bytes in use.
  var byteCount: Int { used.load(ordering: .relaxed) }

  /// A share of the budget; given back when the last reference goes.
  final class Share {
    private let budget: ByteBudget
    private var byteCount = 0

    fileprivate init(_ budget: ByteBudget) { self.budget = budget }

    /// Takes more; false if there is no more.
    func take(_ count: Int) -> Bool {
      let total = budget.used.add(count, ordering: .relaxed).newValue
      byteCount += count
      return total <= budget.byteCountMax
    }

    deinit { _ = budget.used.subtract(byteCount, ordering: .relaxed) }
  }

  func share() -> Share { Share(self) }
}
