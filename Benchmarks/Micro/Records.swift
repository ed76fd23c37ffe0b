import Benchmark
import LedgerCryptography
import LedgerFormat
import Provenance

func addRecords() {
  Benchmark("validate and encode a header's tail") { benchmark in
    var tails: ByteBuffer = []
    for _ in benchmark.scaledIterations {
      tails.removeAll(keepingCapacity: true)
      blackHole(
        try RecordContent.prepareWhole(Samples.content, bodies: Samples.bodies, into: &tails))
    }
  }
  let header = Samples.header(1_000_000)
  Benchmark("decode a header") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try RecordHeader.decode(header.rawSpan)) }
  }
  Benchmark("read a native record") { benchmark in
    for _ in benchmark.scaledIterations {
      blackHole(try NativeRecord.draft(parsing: Samples.nativeRecord, source: "bench"))
    }
  }
  Benchmark("walk over a header's entities") { benchmark in
    for _ in benchmark.scaledIterations {
      var walk = try EntityKeyWalk(header.rawSpan)
      while let range = try walk.next() { blackHole(range) }
    }
  }
}
