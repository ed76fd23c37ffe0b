internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns the first SIGINT or SIGTERM into a call, and lets the second end the process at once.
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
        Self.endProcess(on: number)
        flag.value.store(true, ordering: .releasing)
        body()
      }
      source.resume()
      return source
    }
  }

  /// Lets SIGINT and SIGTERM end the process at once with the documented status: what was
  /// acknowledged is on disk, and the next opening takes care of the rest.
  static func endProcess() {
    for number in [SIGINT, SIGTERM] { endProcess(on: number) }
  }

  private static func endProcess(on number: Int32) {
    signal(number) { _ in _exit(130) }
  }

  /// Whether a signal has come.
  var hasHappened: Bool { flag.value.load(ordering: .acquiring) }

  private final class Flag: Sendable { let value = Atomic(false) }

  deinit {
    for source in sources { source.cancel() }
    Self.endProcess()
  }
}
