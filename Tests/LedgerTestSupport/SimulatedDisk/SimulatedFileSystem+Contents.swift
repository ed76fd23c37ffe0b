public import SegmentStorage

/// Direct access to the contents, for tests. Nothing here is counted or hit by a fault.
extension SimulatedFileSystem {
  /// What a reader of the file sees; nil if there is no file.
  public func contents(_ path: String) -> [UInt8]? {
    withDisk { disk in file(path, disk)?.cache.bytes }
  }

  /// What the medium holds of the file that a reader finds at `path`; nil if there is none.
  public func durableContents(_ path: String) -> [UInt8]? {
    withDisk { disk in file(path, disk)?.medium.bytes }
  }

  /// Puts a file there, durably, with the folders that it needs; an open file stays the same file.
  public func setContents(_ path: String, _ bytes: [UInt8]) {
    withDisk { disk in
      let node = disk.makeDurably(path, .file)
      disk.files[node]?.set(BlockBytes(bytes))
    }
  }

  /// Puts an empty directory or an odd entry there, durably, with the folders that it needs.
  public func addEntry(_ path: String, _ kind: FileKind) {
    withDisk { disk in _ = disk.makeDurably(path, kind) }
  }

  /// Changes what `information` tells of a path, which must exist.
  public func setAttributes(
    _ path: String, permissions: FilePermissions, isOwnedByThisUser: Bool = true
  ) {
    withDisk { disk in
      let node = try? disk.node(at: path)
      precondition(node != nil, "nothing at \(path)")
      guard let node else { return }
      disk.attributes[node]?.permissions = permissions
      disk.attributes[node]?.isOwnedByThisUser = isOwnedByThisUser
    }
  }

  /// Inverts one bit of a file at rest.
  ///
  /// - Parameter bit: 0...7, from the least significant.
  public func flipBit(_ path: String, byte offset: Int, bit: Int) {
    withDisk { disk in
      let node = try? disk.node(at: path)
      let isFlipped = node.flatMap { disk.files[$0]?.flipBit(bit, atByte: offset) }
      precondition(isFlipped == true, "no byte \(offset) in a file at \(path)")
    }
  }

  /// The paths of all files below a folder, in ascending order.
  public func filePaths(below folder: String = "/") -> [String] {
    withDisk { disk in
      var paths: [String] = []
      var waiting = [folder == "/" ? "" : folder]
      while let parent = waiting.popLast() {
        let entries = (try? disk.list(parent.isEmpty ? "/" : parent)) ?? []
        for entry in entries {
          let path = "\(parent)/\(entry.name)"
          if entry.kind == .file { paths.append(path) }
          if entry.kind == .directory { waiting.append(path) }
        }
      }
      return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  private func file(_ path: String, _ disk: DiskState) -> SimulatedFileState? {
    guard let node = try? disk.node(at: path) else { return nil }
    return disk.files[node]
  }
}

extension DiskState {
  /// The node at a path, made with its folders where missing; all of it durable.
  fileprivate mutating func makeDurably(_ path: String, _ kind: FileKind) -> NodeNumber {
    var node = Self.root
    let names = path.split(separator: "/").map(String.init)
    for (position, name) in names.enumerated() {
      let isLast = position == names.count - 1
      let wanted = isLast ? kind : .directory
      precondition(directories[node] != nil, "a file is in the way of \(path)")
      if let existing = directories[node]?.cache[name] {
        if isLast {
          precondition(attributes[existing]?.kind == kind, "another kind of entry at \(path)")
        }
        directories[node]?.set(name, existing)
        node = existing
      } else {
        let made = addNode(wanted, wanted == .directory ? .directory : .file)
        directories[node]?.set(name, made)
        node = made
      }
    }
    return node
  }
}
