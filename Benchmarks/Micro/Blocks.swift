import Benchmark
import LedgerCryptography
import LedgerFormat

func addBlocks() {
  let (raw, count) = Samples.headerEntries
  var stored: ByteBuffer = []
  encode(raw, count, into: &stored)
  Benchmark("encode a 64 KiB header block", configuration: .init(scalingFactor: .one)) {
    benchmark in
    var buffer: ByteBuffer = []
    for _ in benchmark.scaledIterations {
      buffer.removeAll(keepingCapacity: true)
      encode(raw, count, into: &buffer)
    }
    blackHole(buffer)
  }
  let block = stored
  Benchmark("decode a 64 KiB header block", configuration: .init(scalingFactor: .one)) {
    benchmark in
    var buffer: ByteBuffer = []
    for _ in benchmark.scaledIterations {
      buffer.removeAll(keepingCapacity: true)
      var reader = ByteReader(block.rawSpan)
      blackHole(try Block.decode(.headers, from: &reader, into: &buffer))
    }
  }
}

private func encode(_ raw: [UInt8], _ count: UInt32, into buffer: inout ByteBuffer) {
  Block.encode(
    .headers, raw: raw.rawSpan, entryCount: count, firstRecord: 0,
    lastRecord: UInt64(count) - 1, into: &buffer)
}
