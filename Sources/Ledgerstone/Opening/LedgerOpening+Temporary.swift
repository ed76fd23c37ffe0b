internal import SegmentStorage
internal import SubjectVault

extension LedgerOpening {
  /// Removes the new versions of small files that a writer had begun when it ended.
  ///
  /// Most would be replaced when the same file is written again, which may never happen. Only to be
  /// called after everything was examined: until then nothing is changed. What the log and the
  /// index have of them goes with their own opening.
  func removeTemporaryFiles() throws(LedgerError) {
    try translatingErrors {
      for folder in [location.directory] + ["tree", "keys", "erased"].map(location.path) {
        guard try options.fileSystem.information(folder)?.kind == .directory else { continue }
        for entry in try options.fileSystem.list(folder)
        where entry.kind == .file && entry.name.hasSuffix(".tmp") {
          try options.fileSystem.remove("\(folder)/\(entry.name)")
        }
      }
      try vault.removeTemporaryFiles()
    }
  }
}
