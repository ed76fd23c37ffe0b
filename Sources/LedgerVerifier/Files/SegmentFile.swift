internal import LedgerCryptography
internal import LedgerFormat

/// One sealed file, opened, with its header and footer read.
struct SegmentFile: Sendable {
  let kind: BlockKind
  let file: any EvidenceFile
  let path: String
  let firstRecord: UInt64
  /// Nil if it is damaged; the blocks were then found by their own headers.
  private(set) var footer: SegmentFooter?
  private(set) var blocks: [SegmentFooter.BlockLocation] = []
  private(set) var problems: [Finding] = []

  /// Reads header and footer; nil if there is no such file.
  ///
  /// - Parameters:
  ///   - records: those it should hold, as far as its neighbours tell, for places of damage.
  ///   - ledger: whose file it should be, if that is known.
  init?(
    _ kind: BlockKind, _ firstRecord: UInt64, records: ClosedRange<UInt64>?, ledger: LedgerID?,
    from evidence: any Evidence
  ) throws(EvidenceError) {
    let path = Self.path(kind, firstRecord)
    guard let file = try evidence.open(path) else { return nil }
    self.kind = kind
    self.file = file
    self.path = path
    self.firstRecord = firstRecord
    if let problem = try headerProblem(ledger: ledger, records: records) {
      problems.append(problem)
    }
    switch try readFooter() {
    case .success(let footer):
      self.footer = footer
      blocks = footer.blocks
    case .failure(let error):
      problems.append(
        Finding(.footerDamaged, "the footer is damaged: \(error)", file: path, records: records))
      blocks = try scannedBlocks()
    }
  }

  private func headerProblem(ledger: LedgerID?, records: ClosedRange<UInt64>?)
    throws(EvidenceError) -> Finding?
  {
    let bytes = try file.bytes(0..<min(SegmentFileHeader.byteCount, file.byteCount))
    var reader = ByteReader(bytes.rawSpan)
    do throws(FormatError) {
      let header = try SegmentFileHeader.decode(kind, from: &reader, ledger: ledger)
      guard header.firstRecord == firstRecord else {
        return Finding(
          .fileHeaderDamaged,
          "the file's name says that it begins with record \(firstRecord), its header "
            + "\(header.firstRecord)", file: path, offset: 28, records: records)
      }
      return nil
    } catch {
      let code: Finding.Code = error == .foreignLedger ? .foreignLedger : .fileHeaderDamaged
      return Finding(
        code, "the file's header is damaged: \(error)", file: path, offset: 0, records: records)
    }
  }

  private func readFooter() throws(EvidenceError) -> Result<SegmentFooter, FormatError> {
    let least = SegmentFileHeader.byteCount + SegmentFooter.trailerByteCount
    guard file.byteCount >= least else {
      return .failure(.truncated(needed: least, available: file.byteCount, offset: 0))
    }
    let trailer = try file.bytes(
      file.byteCount - SegmentFooter.trailerByteCount..<file.byteCount)
    let count: Int
    do throws(FormatError) {
      count = try SegmentFooter.byteCount(trailer: trailer.rawSpan)
    } catch {
      return .failure(error)
    }
    let start = file.byteCount - count
    guard start >= SegmentFileHeader.byteCount else {
      return .failure(.truncated(needed: count, available: file.byteCount, offset: 0))
    }
    let bytes = try file.bytes(start..<file.byteCount)
    do throws(FormatError) {
      let footer = try SegmentFooter.decode(kind, bytes.rawSpan)
      let end = footer.blocks.last.map { $0.offset + UInt64($0.blockByteCount) }
      guard end ?? UInt64(SegmentFileHeader.byteCount) == UInt64(start) else {
        throw .inconsistent(field: "footer byte count", offset: start)
      }
      guard footer.firstRecord == firstRecord else {
        throw .inconsistent(field: "first record", offset: start + 8)
      }
      return .success(footer)
    } catch {
      return .failure(error)
    }
  }

  /// The blocks as their own headers give them, from the front up to the first that is none.
  private func scannedBlocks() throws(EvidenceError) -> [SegmentFooter.BlockLocation] {
    let headerByteCount = BlockHeader.byteCount(kind)
    var found: [SegmentFooter.BlockLocation] = []
    var offset = SegmentFileHeader.byteCount
    while found.count < FormatLimits.segmentBlockCountMax,
      offset + headerByteCount <= file.byteCount
    {
      let bytes = try file.bytes(offset..<offset + headerByteCount)
      var reader = ByteReader(bytes.rawSpan)
      guard let header = try? BlockHeader.decode(kind, from: &reader),
        header.blockByteCount <= file.byteCount - offset
      else { break }
      found.append(
        SegmentFooter.BlockLocation(
          offset: UInt64(offset), firstRecord: header.firstRecord, lastRecord: header.lastRecord,
          blockByteCount: UInt32(header.blockByteCount), entryCount: header.entryCount))
      offset += header.blockByteCount
    }
    return found
  }
}

extension SegmentFile {
  /// `log/<20 digits>.log` or `bodies/<20 digits>.body`.
  static func path(_ kind: BlockKind, _ firstRecord: UInt64) -> String {
    let digits = String(firstRecord)
    let name = String(repeating: "0", count: 20 - digits.utf8.count) + digits
    return folder(kind) + "/" + name + suffix(kind)
  }

  static func folder(_ kind: BlockKind) -> String { kind == .headers ? "log" : "bodies" }

  private static func suffix(_ kind: BlockKind) -> String { kind == .headers ? ".log" : ".body" }

  /// The first record that a file's name gives; nil if it is not such a name.
  static func firstRecord(_ kind: BlockKind, name: String) -> UInt64? {
    let suffix = suffix(kind)
    guard name.hasSuffix(suffix), let record = UInt64(name.dropLast(suffix.utf8.count)),
      record <= FormatLimits.integerMax, path(kind, record) == folder(kind) + "/" + name
    else { return nil }
    return record
  }
}
