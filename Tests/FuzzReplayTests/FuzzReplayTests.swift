import Foundation
import FuzzBodies
import Testing

/// Replays what the fuzzers start from, and what they found, without a fuzzer.
@Suite struct FuzzReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz")

  private static func inputs(_ kind: String, _ name: String) throws -> [URL] {
    let folder = folder.appendingPathComponent(kind).appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
  }

  /// A body stops the process where an oracle fails; the last name on stderr tells which.
  @Test(arguments: FuzzBody.all.map(\.name))
  func replay(_ name: String) async throws {
    let body = try #require(FuzzBody.named(name))
    let corpus = try Self.inputs("Corpora", name)
    #expect(!corpus.isEmpty, "no corpus for \(name)")
    let inputs = try (corpus + Self.inputs("FailCases", name)).map {
      Array(try Data(contentsOf: $0))
    }
    await Self.onAThread {
      for input in inputs + [[]] { body.run(input) }
    }
  }

  /// One bit of every byte of the corpora flipped: a little fuzzing on every machine.
  @Test(arguments: FuzzBody.all.map(\.name).filter { $0 != "operations" && $0 != "run-file" })
  func flips(_ name: String) async throws {
    let body = try #require(FuzzBody.named(name))
    let inputs = try Self.inputs("Corpora", name).map { Array(try Data(contentsOf: $0)) }
    await Self.onAThread {
      for var bytes in inputs {
        for offset in bytes.indices {
          bytes[offset] ^= 1 << UInt8(offset % 8)
          body.run(bytes)
          bytes[offset] ^= 1 << UInt8(offset % 8)
        }
      }
    }
  }

  /// Bodies that work on a ledger wait for it, which the few threads of tasks must not do.
  private static func onAThread(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      Thread {
        work()
        continuation.resume()
      }.start()
    }
  }

  /// Every folder of inputs belongs to a body, and every body has an executable.
  @Test func everyTargetIsKnown() throws {
    let names = Set(FuzzBody.all.map(\.name))
    for kind in ["Corpora", "FailCases"] {
      let folders = try FileManager.default.contentsOfDirectory(
        atPath: Self.folder.appendingPathComponent(kind).path)
      #expect(Set(folders).isSubset(of: names), "\(kind)")
    }
    let targets = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appendingPathComponent("Targets").path)
    #expect(Set(targets) == names.union(["canary"]))
  }
}
