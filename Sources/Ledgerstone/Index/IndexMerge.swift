internal import LedgerFormat
internal import SegmentStorage
internal import Synchronization

/// Merges runs and their name dictionaries into those of the next level, step by step.
struct IndexMerge: Sendable {
  let folder: IndexFolder
  let inputs: [IndexRunCommitment]
  let output: IndexRunExtent
  /// The state of the indexer that it belongs to.
  let generation: Int

  /// Bytes written per step, between which a merge can be given up.
  static let stepByteCount = 1 << 20

  /// Carries the merge out; nil if it was given up. Nothing but temporary files is left then.
  ///
  /// - Throws: also if a file is not the run that was catalogued.
  func run(isCancelled: () -> Bool) throws(LedgerError) -> IndexRunCommitment? {
    try translatingErrors {
      var names = try NameDictionaryMerger(
        extents.map { try folder.names($0) }, into: output, ledgerID: folder.ledgerID)
      let hasNames = try write(output.nameFileName, isCancelled) {
        let isComplete = try names.advance(byteCount: Self.stepByteCount)
        return (names.takeOutput(), isComplete)
      }
      guard hasNames else { return nil }
      var runs = try RunMerger(
        try zip(inputs, extents).map { commitment, extent in
          // What is read of a file is checked against its root.
          let run = try folder.run(extent)
          guard run.commitment == commitment else {
            throw LedgerError(.corrupt, "index/\(extent.runFileName) is another run than it was")
          }
          return run
        }, into: output, ledgerID: folder.ledgerID)
      var commitment: IndexRunCommitment?
      let hasRun = try write(output.runFileName, isCancelled) {
        commitment = try runs.advance(byteCount: Self.stepByteCount)
        return (runs.takeOutput(), commitment != nil)
      }
      return hasRun ? commitment : nil
    }
  }

  private var extents: [IndexRunExtent] { inputs.compactMap(\.extent) }

  /// Writes a file piece by piece; false if it was given up.
  private func write(
    _ name: String, _ isCancelled: () -> Bool, _ next: () throws -> ([UInt8], isLast: Bool)
  ) throws -> Bool {
    let fileSystem = folder.fileSystem
    let path = "\(folder.path)/\(name)"
    let temporary = path + ".tmp"
    if try fileSystem.information(temporary) != nil { try fileSystem.remove(temporary) }
    var failure: (any Error)?
    let isComplete = try fileSystem.withFile(temporary, .createNew(permissions: .file)) {
      file throws(StorageError) in
      var offset = 0
      while !isCancelled() {
        let piece: (bytes: [UInt8], isLast: Bool)
        do {
          piece = try next()
        } catch {
          failure = error
          return false
        }
        try file.write(piece.bytes, at: offset)
        offset += piece.bytes.count
        guard piece.isLast else { continue }
        try file.synchronizeAll()
        return true
      }
      return false
    }
    guard isComplete else {
      try fileSystem.remove(temporary)
      if let failure { throw failure }
      return false
    }
    try fileSystem.rename(from: temporary, to: path)
    try fileSystem.synchronizeDirectory(folder.path)
    return true
  }
}
