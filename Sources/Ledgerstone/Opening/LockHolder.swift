/// Who holds a lock, as the lock file says: what is known beside a `LedgerError` of code `locked`.
///
/// The file is worth what its folder is: who can write there can write this.
public struct LockHolder: Error, Hashable, Sendable {
  /// `pid 17` and `url http://localhost:8650`, as far as they are there.
  let lines: [String]

  /// - Parameter contents: of the lock file. Until a new holder has written its own lines, the last
  ///   one's close marker is there.
  init(_ contents: [UInt8]) {
    lines = String(decoding: contents.prefix(512), as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("pid ") || $0.hasPrefix("url ") }.map(String.init)
  }

  /// Where the ledger is served; nil if the holder serves it nowhere.
  public var url: String? {
    lines.first { $0.hasPrefix("url ") }.map { String($0.dropFirst(4)) }
  }
}
