internal import SegmentStorage

/// Open files and their bytes.
extension DiskState {
  mutating func open(_ path: String, _ mode: OpenMode) throws(Errno) -> Int {
    switch mode {
    case .readOnly, .readWrite:
      let node = try node(at: path)
      try checkOpening(node)
      try checkOpenFileCount()
      if isReadOnly && mode.isWritable { throw .readOnlyFileSystem }
      return addHandle(node, isWritable: mode.isWritable)
    case .createNew(let permissions):
      let place = try place(of: path)
      if node(at: place) != nil { throw .alreadyExists }
      if isReadOnly { throw .readOnlyFileSystem }
      try checkOpenFileCount()
      return addHandle(make(.file, permissions, at: place), isWritable: true)
    }
  }

  /// Refuses what is not a regular file.
  private func checkOpening(_ node: NodeNumber) throws(Errno) {
    switch attributes[node]?.kind {
    case .file: return
    case .directory: throw .isDirectory
    case .symbolicLink: throw .symbolicLink
    case .other, nil: throw .invalidArgument
    }
  }

  /// The process has only so many descriptors.
  private func checkOpenFileCount() throws(Errno) {
    if let openFileCountMax, handles.count >= openFileCountMax { throw .tooManyOpenFiles }
  }

  private mutating func addHandle(_ node: NodeNumber, isWritable: Bool) -> Int {
    defer { nextHandle += 1 }
    handles[nextHandle] = OpenHandle(node: node, isWritable: isWritable)
    return nextHandle
  }

  /// Opens the lock file, making it if needed; nil instead of a handle if another holds the lock.
  mutating func lock(_ path: String) throws(Errno) -> (handle: Int?, contents: [UInt8]) {
    let place = try place(of: path)
    if isReadOnly { throw .readOnlyFileSystem }
    try checkOpenFileCount()
    let node = node(at: place) ?? make(.file, .file, at: place)
    try checkOpening(node)
    let contents = files[node]?.cache.read(0..<ExclusiveLock.contentsSizeBytesMax) ?? []
    if lockHolders[node] != nil { return (nil, contents) }
    let handle = addHandle(node, isWritable: true)
    lockHolders[node] = handle
    return (handle, contents)
  }

  /// Forgets the opening, and with it a lock it held; returns it if it was still open.
  @discardableResult
  mutating func close(_ handle: Int) -> OpenHandle? {
    guard let open = handles.removeValue(forKey: handle) else { return nil }
    if lockHolders[open.node] == handle { lockHolders[open.node] = nil }
    return open
  }

  private func node(of handle: Int, toWrite: Bool) throws(Errno) -> NodeNumber {
    guard let open = handles[handle] else { throw .badDescriptor }
    if toWrite && !open.isWritable { throw .badDescriptor }
    if toWrite && isReadOnly { throw .readOnlyFileSystem }
    return open.node
  }

  func read(_ handle: Int, _ count: Int, at offset: Int) throws(Errno) -> [UInt8] {
    let node = try node(of: handle, toWrite: false)
    return files[node]?.cache.read(offset..<offset + count) ?? []
  }

  func size(_ handle: Int) throws(Errno) -> Int {
    let node = try node(of: handle, toWrite: false)
    return files[node]?.cache.size ?? 0
  }

  /// Writes what there is room for, and then throws if that was not all.
  mutating func write(_ handle: Int, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) {
    let node = try node(of: handle, toWrite: true)
    let size = files[node]?.cache.size ?? 0
    var fitting = bytes
    if let freeSizeBytes { fitting = bytes.prefix(max(0, size + freeSizeBytes - offset)) }
    files[node]?.write(fitting, at: offset)
    freeSizeBytes? -= (files[node]?.cache.size ?? 0) - size
    if fitting.count < bytes.count { throw .noSpace }
  }

  mutating func truncate(_ handle: Int, to sizeBytes: Int) throws(Errno) {
    // ftruncate(2) on a descriptor that was not opened to write is an invalid argument.
    guard let open = handles[handle] else { throw .badDescriptor }
    if !open.isWritable { throw .invalidArgument }
    if isReadOnly { throw .readOnlyFileSystem }
    let size = files[open.node]?.cache.size ?? 0
    if let freeSizeBytes, sizeBytes - size > freeSizeBytes { throw .noSpace }
    free(files[open.node]?.resize(to: sizeBytes) ?? [])
    freeSizeBytes? += size - sizeBytes
  }

  mutating func synchronize(_ handle: Int) throws(Errno) {
    let node = try node(of: handle, toWrite: false)
    if isReadOnly && files[node]?.hasUnsynchronized == true { throw .readOnlyFileSystem }
    files[node]?.synchronize()
  }

  /// Makes the bytes of an open file durable, whatever else is the matter.
  mutating func persist(_ handle: Int) {
    if let node = handles[handle]?.node { files[node]?.synchronize() }
  }
}
