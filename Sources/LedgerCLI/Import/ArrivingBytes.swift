internal import Dispatch
internal import Foundation
internal import Synchronization

/// The bytes of a stream as they arrive, read ahead by a thread of its own: whoever takes them gets
/// all that came meanwhile at once, and can tell whether more is coming.
final class ArrivingBytes: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var isAtEnd = false
  }

  /// Bytes that are read ahead at most, and one piece more.
  private static let byteCountMax = 1 << 20
  private let state = Mutex(State())
  /// Signalled when something arrived and nothing was there, and at the end.
  private let arrived = DispatchSemaphore(value: 0)
  /// Signalled when too much was there and is taken.
  private let room = DispatchSemaphore(value: 0)

  /// - Parameter read: waits for the next piece; an empty one is the end.
  init(_ read: @escaping @Sendable () -> [UInt8]) {
    let thread = Thread { [self] in
      var isAtEnd = false
      while !isAtEnd {
        let piece = read()
        isAtEnd = piece.isEmpty
        put(piece)
      }
    }
    thread.start()
  }

  private func put(_ piece: [UInt8]) {
    let (wasEmpty, isFull) = state.withLock { state in
      let wasEmpty = state.bytes.isEmpty
      state.bytes += piece
      state.isAtEnd = piece.isEmpty
      return (wasEmpty, state.bytes.count >= Self.byteCountMax)
    }
    if wasEmpty || piece.isEmpty { arrived.signal() }
    if isFull { room.wait() }
  }

  /// All that arrived and was not taken, or what arrives next; empty at the end. For one thread.
  func next() -> [UInt8] {
    while true {
      if let bytes = take() { return bytes }
      arrived.wait()
    }
  }

  /// The same; nil if nothing arrives in time.
  func next(within time: DispatchTimeInterval) -> [UInt8]? {
    let deadline = DispatchTime.now() + time
    while true {
      if let bytes = take() { return bytes }
      guard arrived.wait(timeout: deadline) == .success else { return take() }
    }
  }

  private func take() -> [UInt8]? {
    let (bytes, isAtEnd) = state.withLock { state in
      let bytes = state.bytes
      state.bytes = []
      return (bytes, state.isAtEnd)
    }
    if bytes.count >= Self.byteCountMax { room.signal() }
    return bytes.isEmpty && !isAtEnd ? nil : bytes
  }
}
