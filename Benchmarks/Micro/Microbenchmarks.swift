import Benchmark

/// What single steps cost, on one core: the terms of the sums that `ledgerstone-bench` measures.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], warmupIterations: 3, scalingFactor: .kilo,
    maxDuration: .seconds(1), maxIterations: 1_000_000)
  addHashing()
  addRecords()
  addBlocks()
  addTrees()
  addIndex()
}
