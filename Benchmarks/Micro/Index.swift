import Benchmark
import LedgerCryptography
import LedgerFormat

func addIndex() {
  let header = Samples.header(1_000_000)
  Benchmark("index a header") { benchmark in
    var builder = RunBuilder()
    for _ in benchmark.scaledIterations {
      if builder.isFull { builder.restart(at: builder.nextRecord) }
      try builder.append(header: header.rawSpan)
    }
    blackHole(builder)
  }
}
