internal import LedgerCryptography
internal import LedgerFormat

/// The line that a clean close leaves in the lock file: where exactly the log ended.
///
/// ```
/// closed group=N offset=O records=R digest=<32 hex digits> check=<32 hex digits>
/// ```
///
/// `check` is the truncated digest of everything before ` check=`. A line that is not exactly this
/// is no marker.
struct CloseMarker: Hashable, Sendable {
  /// Number of the last group; 0 if there is none.
  var group: UInt64
  /// Where the last group ends in `active`.
  var offset: UInt64
  /// Records of the ledger.
  var records: UInt64
  /// Digest of the last frame.
  var digest: TruncatedDigest

  init(_ position: LogPosition) {
    group = position.nextGroup - 1
    offset = position.nextOffset
    records = position.nextRecord
    digest = position.previousDigest
  }

  func encoded() -> [UInt8] {
    let line = "closed group=\(group) offset=\(offset) records=\(records) digest=\(digest)"
    let check = TruncatedDigest.hash(Array(line.utf8).rawSpan)
    return Array("\(line) check=\(check)\n".utf8)
  }

  /// Nil for anything but a whole marker.
  static func decode(_ bytes: [UInt8]) -> CloseMarker? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 6, let group = number(words[1], "group="),
      let offset = number(words[2], "offset="), let records = number(words[3], "records="),
      words[4].hasPrefix("digest="),
      let digest = TruncatedDigest(hexadecimal: String(words[4].dropFirst("digest=".count)))
    else { return nil }
    let marker = CloseMarker(group: group, offset: offset, records: records, digest: digest)
    return marker.encoded() == bytes ? marker : nil
  }

  private init(group: UInt64, offset: UInt64, records: UInt64, digest: TruncatedDigest) {
    self.group = group
    self.offset = offset
    self.records = records
    self.digest = digest
  }

  private static func number(_ word: Substring, _ prefix: String) -> UInt64? {
    word.hasPrefix(prefix) ? UInt64(word.dropFirst(prefix.count)) : nil
  }

  /// Whether the log ends exactly where the writer left it.
  func matches(_ position: LogPosition) -> Bool { self == CloseMarker(position) }
}
