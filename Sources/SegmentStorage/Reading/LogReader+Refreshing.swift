internal import LedgerCryptography
internal import LedgerFormat

extension LogReader {
  /// A snapshot of what is there now, for a reader in another process than the writer.
  ///
  /// Footers that are known are not read again, and where the same `active` has only grown, only
  /// the groups behind this snapshot are.
  ///
  /// - Throws: as `StorageLocation.openForReading`.
  public func refreshed() throws(StorageEngineError) -> LogReader {
    if let grown = try grown() { return grown }
    return try location.openForReading(known: segments, cache: cache.keepingSealed())
  }

  /// Nil if anything but an appending to the same file may have happened.
  private func grown() throws(StorageEngineError) -> LogReader? {
    guard damage == nil, tails.count == 1, let tail = tails.last, tail.headerBlockCount > 0 else {
      return nil
    }
    let file: SharedFile
    do throws(StorageError) {
      file = SharedFile(try location.fileSystem.open(location.activePath, .readOnly))
    } catch {
      return nil
    }
    // A recovery may have put a copy in its place, so the file is not taken for the one that is
    // open: it is compared at its beginning and at the last group, which names all before it.
    guard let header = try? location.activeFileHeader(file.file, path: location.activePath),
      header == tail.header
    else { return nil }
    guard let leafHash = try lastLeafHash(of: tail, in: file) else { return nil }
    let blocks = tail.index.prefix(headers: tail.headerBlockCount, bodies: tail.bodyBlockCount)
    let scan = try TailScanner.scan(
      file.file, path: location.activePath, header: header, from: tail.position, blocks: blocks,
      lastLeafHash: leafHash, depth: .full)
    if case .corrupt = scan.verdict { return nil }
    if scan.position.nextOffset == tail.position.nextOffset { return self }
    var result = self
    result.tails = [LogTail(path: location.activePath, file: file, scan: scan)]
    return result
  }

  /// The leaf hash of the snapshot's last record, read from `file`; nil if it is not there.
  private func lastLeafHash(of tail: LogTail, in file: SharedFile)
    throws(StorageEngineError) -> SHA256Digest?
  {
    let place = tail.index.location(.headers, at: tail.headerBlockCount - 1)
    var raw: ByteBuffer = []
    let known = try StoredBlock.read(
      .headers, place, from: tail.file.file, path: tail.path, into: &raw)
    let found: BlockHeader
    do throws(StorageEngineError) {
      found = try StoredBlock.read(
        .headers, place, from: file.file, path: location.activePath, into: &raw)
    } catch {
      return nil
    }
    guard found == known else { return nil }
    return try inFile(tail.path, offset: place.offset) { () throws(FormatError) in
      try HeaderBlock.end(found, raw: raw.rawSpan).leafHash
    }
  }
}
