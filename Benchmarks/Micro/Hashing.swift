import Benchmark
import LedgerCryptography
import MerkleLog

func addHashing() {
  let header = Samples.header(1_000_000)
  Benchmark("leaf hash of a header") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(MerkleHash.leaf(header.rawSpan)) }
  }
  Benchmark("commitment of a 267-byte body") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(SHA256Hasher.hash(Samples.saltAndBody)) }
  }
  let (left, right) = (SHA256Hasher.hash([1]), SHA256Hasher.hash([2]))
  Benchmark("node hash") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(MerkleHash.node(left, right)) }
  }
}
