internal import Foundation

/// Descriptors 0, 1 and 2, which the system hands out again where a caller closed them.
enum StandardDescriptors {
  /// Opens the null device on each that is closed: otherwise the first file of the ledger would
  /// become stdout or stderr, and messages would be written into it.
  ///
  /// - Returns: what keeps them open; to be held until the process ends.
  static func occupy() -> [FileHandle] {
    // Opening takes the lowest free number, which is this one. Each is opened for what it is not
    // used for, so that reading a closed stdin and writing to a closed stdout still fail.
    [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].compactMap { descriptor in
      guard fcntl(descriptor, F_GETFD) == -1 else { return nil }
      return descriptor == STDIN_FILENO
        ? FileHandle(forWritingAtPath: "/dev/null") : FileHandle(forReadingAtPath: "/dev/null")
    }
  }
}
