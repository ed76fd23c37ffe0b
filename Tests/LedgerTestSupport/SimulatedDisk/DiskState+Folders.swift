internal import SegmentStorage

/// Directories and attributes.
extension DiskState {
  mutating func synchronizeDirectory(_ path: String) throws(Errno) {
    let fault = try begin(.synchronizeDirectory)
    let node = try node(at: path)
    if directories[node] == nil { throw .notDirectory }
    switch fault {
    case nil:
      directories[node]?.synchronize()
    case .fillUp:
      freeSizeBytes = 0
      directories[node]?.synchronize()
    case .fail(let errno), .writeHalf(let errno), .tear(let errno):
      directories[node]?.failSynchronization(using: &generator)
      throw errno
    case .failButPersist(let errno):
      directories[node]?.synchronize()
      throw errno
    case .crash, .crashBefore, .crashTearing:
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }

  func list(_ path: String) throws(Errno) -> [DirectoryEntry] {
    guard let directory = directories[try node(at: path)] else { throw .notDirectory }
    return directory.cache
      .map { DirectoryEntry(name: $0.key, kind: attributes[$0.value]?.kind ?? .other) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  func information(_ path: String) throws(Errno) -> FileInformation {
    let node = try node(at: path)
    guard let attributes = attributes[node] else { throw .notFound }
    return FileInformation(
      kind: attributes.kind,
      sizeBytes: files[node]?.cache.size ?? 0,
      permissions: attributes.permissions,
      isOwnedByThisUser: attributes.isOwnedByThisUser)
  }
}
