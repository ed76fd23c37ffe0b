internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns the first SIGINT or SIGTERM into a call, and lets the second end the process as usual.
///
/// While it lives the signals' own effect, ending the process in the middle of a write, is off.
final class Interruption {
  private let flag = Flag()
  private let sources: [any DispatchSourceSignal]

  init(_ body: @escaping @Sendable () -> Void) {
    let flag = flag
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue(label: "ledgerstone.signal"))
      source.setEventHandler { @Sendable in
        signal(number, SIG_DFL)
        flag.value.store(true, ordering: .releasing)
        body()
      }
      source.resume()
      return source
    }
  }

  /// Whether a signal has come.
  var hasHappened: Bool { flag.value.load(ordering: .acquiring) }

  private final class Flag: Sendable { let value = Atomic(false) }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
