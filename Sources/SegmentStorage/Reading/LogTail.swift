internal import LedgerFormat

/// A file that is read by every snapshot that knows it, and closed with the last of them.
///
/// An open file stays readable when it is renamed or removed, so a snapshot outlives a sealing.
final class SharedFile: Sendable {
  let file: StorageFile

  init(_ file: consuming StorageFile) { self.file = file }
}

/// What a snapshot knows of `active` or `active.sealing`.
struct LogTail: Sendable {
  /// The path at which it was found; for messages.
  var path: String
  var header: ActiveFileHeader
  var file: SharedFile
  var index: TailIndex
  var headerBlockCount: Int
  var bodyBlockCount: Int
  /// Behind the last group of this snapshot.
  var position: LogPosition

  init(path: String, file: SharedFile, scan: TailScan) {
    self.path = path
    header = scan.header
    self.file = file
    index = TailIndex(scan.blocks)
    headerBlockCount = scan.blocks.headers.count
    bodyBlockCount = scan.blocks.bodies.count
    position = scan.position
  }

  /// A file without a group.
  init(path: String, file: SharedFile, header: ActiveFileHeader, openingID: OpeningID) {
    self.path = path
    self.header = header
    self.file = file
    index = TailIndex()
    headerBlockCount = 0
    bodyBlockCount = 0
    position = LogPosition(beginning: header, openingID: openingID)
  }

  func blockCount(_ kind: BlockKind) -> Int {
    kind == .headers ? headerBlockCount : bodyBlockCount
  }
}
