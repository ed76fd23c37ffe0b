internal import Dispatch
internal import Glibc
internal import Synchronization

/// Runs independent checks on all cores and gives the results in order.
///
/// Each worker is a serial queue with a thread of its own, and takes up work in the order in which
/// it was started: a caller that starts the next work before it waits for the last one keeps them
/// all busy meanwhile.
final class Workers: Sendable {
  /// At least 1.
  let count: Int
  private let queues: [DispatchQueue]

  init(count: Int) {
    self.count = max(1, count)
    queues =
      count <= 1 ? [] : (0..<count).map { DispatchQueue(label: "ledgerstone.verify.worker.\($0)") }
  }

  /// The processors that are online, sysconf(3).
  static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Begins to apply `check` to each job, beside the caller; each worker keeps one scratch value
  /// from job to job. A single worker is the caller itself, as it asks for the results.
  func start<Job: Sendable, Result: Sendable>(
    _ jobs: [Job], _ check: @escaping @Sendable (Job, inout Scratch) -> Result
  ) -> StartedWork<Result> {
    let work = StartedWork<Result>(count: jobs.count) { check(jobs[$0], &$1) }
    for queue in queues.prefix(jobs.count) { queue.async { work.help() } }
    return work
  }
}

/// Results on their way, taken one by one in the order of their jobs.
final class StartedWork<Result: Sendable>: Sendable {
  let count: Int
  private let check: @Sendable (Int, inout Scratch) -> Result
  private let nextJob = Atomic(0)
  private let results: Mutex<[Result?]>
  private let resultCount = DispatchSemaphore(value: 0)
  /// Of the caller, which works where no worker does.
  private let scratch = Mutex(Scratch())

  fileprivate init(count: Int, _ check: @escaping @Sendable (Int, inout Scratch) -> Result) {
    self.count = count
    self.check = check
    results = Mutex(Array(repeating: nil, count: count))
  }

  /// Takes job after job until none is left.
  fileprivate func help() {
    var scratch = Scratch()
    while checkNext(&scratch) {}
  }

  private func checkNext(_ scratch: inout Scratch) -> Bool {
    let position = nextJob.wrappingAdd(1, ordering: .relaxed).oldValue
    guard position < count else { return false }
    let result = check(position, &scratch)
    results.withLock { $0[position] = result }
    resultCount.signal()
    return true
  }

  /// The result of job `position`, as soon as it is there. Each may be asked for once.
  ///
  /// The caller takes part in the work instead of waiting for it.
  func take(_ position: Int) -> Result {
    while true {
      let result = results.withLock { results -> Result? in
        defer { results[position] = nil }
        return results[position]
      }
      if let result { return result }
      // Jobs are taken up in their order: if none is left, this one is under way.
      if !scratch.withLock({ checkNext(&$0) }) { resultCount.wait() }
    }
  }

  /// The results in the order of the jobs, as soon as all are there.
  func takeAll() -> [Result] { (0..<count).map(take) }
}

/// Buffers that a worker reuses.
struct Scratch {
  /// The stored bytes of the block in hand.
  var stored: [UInt8] = []
  /// The raw bytes of the block in hand.
  var raw: [UInt8] = []
}
