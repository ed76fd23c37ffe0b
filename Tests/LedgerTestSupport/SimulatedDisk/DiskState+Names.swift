internal import Glibc
internal import SegmentStorage

/// Paths and directory entries.
extension DiskState {
  /// Where the last component of a path belongs.
  struct Place {
    let directory: NodeNumber
    let name: String
  }

  /// The components of an absolute path.
  private static func components(_ path: String) -> [Substring] {
    precondition(path.hasPrefix("/"), "a path of the simulated disk must be absolute: \(path)")
    return path.split(separator: "/")
  }

  private func child(_ name: Substring, of directory: NodeNumber) throws(Errno) -> NodeNumber {
    guard let state = directories[directory] else { throw .notDirectory }
    if name.utf8.count > 255 { throw Errno(rawValue: ENAMETOOLONG) }
    guard let node = state.cache[String(name)] else { throw .notFound }
    return node
  }

  /// The node at a path, itself not followed if it is a symbolic link.
  func node(at path: String) throws(Errno) -> NodeNumber {
    var node = Self.root
    for component in Self.components(path) { node = try child(component, of: node) }
    return node
  }

  /// The folder of a path, which must exist, and the last component, which need not.
  func place(of path: String) throws(Errno) -> Place {
    var components = Self.components(path)
    guard let name = components.popLast() else { throw Errno(rawValue: EBUSY) }
    var node = Self.root
    for component in components { node = try child(component, of: node) }
    if directories[node] == nil { throw .notDirectory }
    if name.utf8.count > 255 { throw Errno(rawValue: ENAMETOOLONG) }
    return Place(directory: node, name: String(name))
  }

  /// The node at a place, nil if there is none.
  func node(at place: Place) -> NodeNumber? { directories[place.directory]?.cache[place.name] }

  /// Changes entries of one directory, as one change.
  mutating func change(_ directory: NodeNumber, _ entries: [String: NodeNumber?]) {
    let number = newChangeNumber()
    directories[directory]?.apply(.init(number: number, entries: entries))
  }

  private mutating func newChangeNumber() -> Int {
    defer { nextChange += 1 }
    return nextChange
  }

  /// Makes a node of `kind` and its entry.
  mutating func make(_ kind: FileKind, _ permissions: FilePermissions, at place: Place)
    -> NodeNumber
  {
    let node = addNode(kind, permissions)
    change(place.directory, [place.name: node])
    return node
  }

  /// Makes a node without an entry.
  mutating func addNode(_ kind: FileKind, _ permissions: FilePermissions) -> NodeNumber {
    let node = nextNode
    nextNode += 1
    attributes[node] = Attributes(kind: kind, permissions: permissions)
    if kind == .file { files[node] = SimulatedFileState() }
    if kind == .directory { directories[node] = SimulatedDirectoryState() }
    return node
  }

  mutating func makeDirectory(_ path: String, _ permissions: FilePermissions) throws(Errno) {
    let place = try place(of: path)
    if node(at: place) != nil { throw .alreadyExists }
    if isReadOnly { throw .readOnlyFileSystem }
    _ = make(.directory, permissions, at: place)
  }

  mutating func remove(_ path: String) throws(Errno) {
    let place = try place(of: path)
    guard let node = node(at: place) else { throw .notFound }
    if isReadOnly { throw .readOnlyFileSystem }
    if let directory = directories[node], !directory.cache.isEmpty { throw .directoryNotEmpty }
    change(place.directory, [place.name: nil])
    release(node)
  }

  mutating func rename(from source: String, to target: String) throws(Errno) {
    let sourcePlace = try place(of: source)
    let targetPlace = try place(of: target)
    guard let node = node(at: sourcePlace) else { throw .notFound }
    if isReadOnly { throw .readOnlyFileSystem }
    let replaced = self.node(at: targetPlace)
    if replaced == node { return }
    if directories[node] != nil, isInside(targetPlace.directory, node) { throw .invalidArgument }
    if let replaced {
      if directories[replaced] != nil, isInside(sourcePlace.directory, replaced) {
        throw .directoryNotEmpty
      }
      try checkReplacing(replaced, with: node)
    }
    if sourcePlace.directory == targetPlace.directory {
      change(sourcePlace.directory, [sourcePlace.name: nil, targetPlace.name: node])
    } else {
      // Two halves with one number: unless one folder is synchronised, both survive or neither.
      let number = newChangeNumber()
      directories[targetPlace.directory]?.apply(
        .init(number: number, entries: [targetPlace.name: node]))
      directories[sourcePlace.directory]?.apply(
        .init(number: number, entries: [sourcePlace.name: nil]))
    }
    if let replaced { release(replaced) }
    if seenContents[target] != nil, let file = files[node] {
      seenContents[target]?.append(file.cache.bytes)
    }
  }

  private func checkReplacing(_ replaced: NodeNumber, with node: NodeNumber) throws(Errno) {
    if directories[node] == nil {
      if directories[replaced] != nil { throw .isDirectory }
    } else {
      guard let directory = directories[replaced] else { throw .notDirectory }
      if !directory.cache.isEmpty { throw .directoryNotEmpty }
    }
  }

  /// Whether `directory` is `ancestor` or lies below it.
  private func isInside(_ directory: NodeNumber, _ ancestor: NodeNumber) -> Bool {
    if directory == ancestor { return true }
    let children = directories[ancestor]?.cache.values.filter { directories[$0] != nil } ?? []
    return children.contains { isInside(directory, $0) }
  }

  /// A file lost its name: its room is free, its bytes are what a later file may find.
  private mutating func release(_ node: NodeNumber) {
    guard let file = files[node] else { return }
    free(file.cache.blocks)
    freeSizeBytes? += file.cache.size
  }

  /// Makes the entries of the folder that holds `path` durable.
  mutating func persistFolder(of path: String) {
    guard let place = try? place(of: path) else { return }
    directories[place.directory]?.synchronize()
  }
}
