internal import Foundation

/// A file, or the standard input, piece by piece.
struct ImportInput {
  private static let pieceByteCount = 1 << 20
  /// What arrives so soon behind the rest belongs to it: long beside the pauses of a writer that
  /// has more at hand, short beside the sync that every receipt waits for.
  private static let pauseMax = DispatchTimeInterval.milliseconds(1)

  private let handle: FileHandle
  private let arrivingBytes: ArrivingBytes?
  private let start: [UInt8]

  /// - Parameter path: `-` is the standard input.
  /// - Throws: also if it is a directory.
  init(_ path: String) throws {
    let isStream = path == "-"
    let handle =
      isStream
      ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    self.handle = handle
    start = Array(try handle.read(upToCount: 1) ?? Data())
    arrivingBytes = isStream && !start.isEmpty ? ArrivingBytes { Array(handle.availableData) } : nil
  }

  /// Whoever writes to it may wait for receipts before it writes more.
  var isStream: Bool { arrivingBytes != nil }

  /// The first piece; empty where there is nothing.
  func first() throws -> [UInt8] { start + (start.isEmpty ? [] : try next()) }

  /// The next piece; empty at the end.
  func next() throws -> [UInt8] {
    if let arrivingBytes { return arrivingBytes.next() }
    return Array(try handle.read(upToCount: Self.pieceByteCount) ?? Data())
  }

  /// Of a stream, what comes without a pause; nil if nothing does.
  var arriving: [UInt8]? { arrivingBytes?.next(within: Self.pauseMax) }
}
