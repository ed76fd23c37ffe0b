internal import Dispatch
internal import Glibc
internal import Synchronization

/// Runs independent checks on all cores and gives the results in order.
struct Workers: Sendable {
  /// At least 1.
  let count: Int

  init(count: Int) { self.count = max(1, count) }

  /// The processors that are online, sysconf(3).
  static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Applies `check` to each job; each worker keeps one scratch value from job to job.
  func map<Job: Sendable, Result: Sendable>(
    _ jobs: [Job], _ check: @Sendable (Job, inout Scratch) -> Result
  ) -> [Result] {
    let workerCount = min(count, jobs.count)
    if workerCount <= 1 {
      var scratch = Scratch()
      return jobs.map { check($0, &scratch) }
    }
    let next = Atomic<Int>(0)
    let results = Mutex<[Result?]>(Array(repeating: nil, count: jobs.count))
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      var scratch = Scratch()
      while true {
        let position = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard position < jobs.count else { return }
        let result = check(jobs[position], &scratch)
        results.withLock { $0[position] = result }
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }
}

extension Workers {
  /// Begins what `map` does, beside the caller.
  func start<Job: Sendable, Result: Sendable>(
    _ jobs: [Job], _ check: @escaping @Sendable (Job, inout Scratch) -> Result
  ) -> StartedWork<Result> {
    let work = StartedWork<Result>()
    guard !jobs.isEmpty else {
      work.finish([])
      return work
    }
    DispatchQueue.global().async { work.finish(map(jobs, check)) }
    return work
  }
}

/// Results on their way; waited for once.
final class StartedWork<Result: Sendable>: Sendable {
  private let results = Mutex<[Result]>([])
  private let isDone = DispatchSemaphore(value: 0)

  fileprivate func finish(_ results: [Result]) {
    self.results.withLock { $0 = results }
    isDone.signal()
  }

  /// The results in the order of the jobs, as soon as all are there.
  func wait() -> [Result] {
    isDone.wait()
    return results.withLock { results in
      defer { results = [] }
      return results
    }
  }
}

/// Buffers that a worker reuses.
struct Scratch {
  /// The stored bytes of the block in hand.
  var stored: [UInt8] = []
  /// The raw bytes of the block in hand.
  var raw: [UInt8] = []
}
