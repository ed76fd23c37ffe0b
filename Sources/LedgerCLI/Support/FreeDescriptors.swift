internal import Foundation

/// How many files the process may still open (`ulimit -n`).
///
/// The queues' library ends the process where it gets no descriptor for its own events, so too few
/// are said before anything begins.
enum FreeDescriptors {
  /// What every command needs: three are the library's, the others for files it reads.
  static let countMin = 8
  /// What a command that writes is given at least: it holds about half as many at once.
  static let writingCountMin = 24

  /// Throws if fewer files than a command that writes needs can be opened.
  static func requireRoomForWriting() throws(CommandFailure) {
    try require(writingCountMin, "a command that writes")
  }

  /// Throws if fewer than `count` files can be opened.
  ///
  /// - Parameter name: who needs them.
  static func require(_ count: Int, _ name: String) throws(CommandFailure) {
    var held: [FileHandle] = []
    while held.count < count {
      guard let file = FileHandle(forReadingAtPath: "/dev/null") else {
        throw CommandFailure(
          .failed,
          "only \(held.count) more files can be opened (ulimit -n); \(name) needs \(count); "
            + "nothing was done")
      }
      held.append(file)
    }
  }
}
