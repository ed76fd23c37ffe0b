import Foundation

extension Scratch {
  /// Waits until a file has `count` lines.
  ///
  /// - Throws: after half a minute, which no acknowledgement takes.
  func waitForLine(_ count: Int = 1, in name: String) throws {
    for _ in 0..<3_000 {
      if try bytes(name).count(where: { $0 == UInt8(ascii: "\n") }) >= count { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
    throw Timeout(lineCount: count)
  }

  struct Timeout: Error {
    let lineCount: Int
  }
}

/// Says what a test could not try on this machine, so that nobody takes it for tried.
enum StandardErrorNote {
  static func say(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data("note: \(line)\n".utf8))
  }
}
