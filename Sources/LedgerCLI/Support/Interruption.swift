internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns the first SIGINT, SIGTERM or SIGHUP into a call, and lets the second end the process at
/// once.
final class Interruption {
  private let flag = Flag()
  private let sources: [any DispatchSourceSignal]

  init(_ body: @escaping @Sendable () -> Void) {
    let flag = flag
    sources = Self.signals.map { number in
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

  /// Lets the signals end the process at once with the documented status: what was acknowledged is
  /// on disk, and the next opening takes care of the rest.
  static func endProcess() {
    for number in signals { endProcess(on: number) }
  }

  /// A terminal that goes away interrupts too, unless the process was started to outlive it, as
  /// nohup(1) does by having SIGHUP ignored. Asked for before anything is changed.
  private static let signals = isIgnored(SIGHUP) ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]

  /// Whether the process ignores a signal: the mask `SigIgn` of proc_pid_status(5).
  private static func isIgnored(_ number: Int32) -> Bool {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    guard let line = status?.split(separator: "\n").first(where: { $0.hasPrefix("SigIgn:") }),
      let mask = line.split(separator: "\t").last.flatMap({ UInt64($0, radix: 16) })
    else { return false }
    return mask >> UInt64(number - 1) & 1 == 1
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
