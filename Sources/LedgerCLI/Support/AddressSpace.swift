/// How much memory the process may reserve (`ulimit -v`).
///
/// Every thread reserves a stack, and a heap of its own at its first allocation. A command that
/// writes has several, and the queues' library waits without end for one that cannot be made, so a
/// limit that is too low is said before anything begins.
enum AddressSpace {
  /// What a command that writes is given at least, as reading on several threads (`inParallel`).
  /// Below about 400 MiB it hung or ended in some runs and not in others, and with 586 MiB a large
  /// import ended by a signal.
  static let writingByteCountMin: UInt64 = 1 << 30

  /// Throws if the limit leaves too little for the threads of a command that writes.
  static func requireRoomForWriting() throws(CommandFailure) {
    // Where the system does not say, nothing is known against it.
    guard let bytes = try? SmallFile.read("/proc/self/limits", limit: 65_536),
      let limit = limit(in: String(decoding: bytes, as: UTF8.self)), limit < writingByteCountMin
    else { return }
    throw CommandFailure(
      .failed,
      "the address space is limited to \(limit >> 10) KiB (ulimit -v); a command that writes "
        + "needs \(writingByteCountMin >> 10) KiB; nothing was done")
  }

  /// The soft limit in bytes; nil if there is none.
  ///
  /// - Parameter text: `/proc/PID/limits`, as proc(5) has it: name, soft limit, hard limit, unit.
  static func limit(in text: String) -> UInt64? {
    let name = "Max address space"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    return line.dropFirst(name.count).split(separator: " ").first.flatMap { UInt64($0) }
  }
}
