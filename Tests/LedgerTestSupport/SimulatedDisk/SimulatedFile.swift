internal import LedgerCryptography
internal import SegmentStorage

/// An opening of a file on a simulated disk.
final class SimulatedFile: FileBacking {
  private let fileSystem: SimulatedFileSystem
  private let handle: Int

  init(_ fileSystem: SimulatedFileSystem, _ handle: Int) {
    self.fileSystem = fileSystem
    self.handle = handle
  }

  func read(into buffer: inout OutputSpan<UInt8>, at offset: Int) throws(Errno) -> Int {
    let count = buffer.freeCapacity
    let bytes = try fileSystem.withDisk { [handle] disk throws(Errno) in
      try disk.perform(.read) { disk throws(Errno) in try disk.read(handle, count, at: offset) }
    }
    for byte in bytes { buffer.append(byte) }
    return bytes.count
  }

  func write(
    _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, _ fourth: Span<UInt8>,
    at offset: Int
  ) throws(Errno) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(first.count + second.count + third.count + fourth.count)
    bytes.append(copying: first.rawSpan)
    bytes.append(copying: second.rawSpan)
    bytes.append(copying: third.rawSpan)
    bytes.append(copying: fourth.rawSpan)
    try fileSystem.withDisk { [handle] disk throws(Errno) in
      try disk.writeWithFaults(handle, bytes, at: offset)
    }
  }

  func synchronize() throws(Errno) {
    try fileSystem.withDisk { [handle] disk throws(Errno) in
      try disk.synchronizeWithFaults(handle)
    }
  }

  func size() throws(Errno) -> Int {
    try fileSystem.withDisk { [handle] disk throws(Errno) in
      try disk.perform(.size) { disk throws(Errno) in try disk.size(handle) }
    }
  }

  func truncate(to sizeBytes: Int) throws(Errno) {
    try fileSystem.withDisk { [handle] disk throws(Errno) in
      try disk.perform(.truncate) { disk throws(Errno) in
        try disk.truncate(handle, to: sizeBytes)
      } persist: {
        $0.persist(handle)
      }
    }
  }

  func close() throws(Errno) {
    try fileSystem.withDisk { [handle] disk throws(Errno) in
      // Whatever close reports, the file is closed.
      disk.close(handle)
      try disk.perform(.close) { _ throws(Errno) in }
    }
  }

  deinit {
    let unclosed = fileSystem.withDisk { [handle] disk in
      // A process that has lost its power closes nothing.
      disk.isPowerLost ? nil : disk.close(handle)
    }
    assert(
      unclosed?.isWritable != true, "a writable file was dropped without close() or abandon()")
  }
}

extension DiskState {
  fileprivate mutating func writeWithFaults(_ handle: Int, _ bytes: [UInt8], at offset: Int)
    throws(Errno)
  {
    switch try begin(.write) {
    case nil:
      try write(handle, bytes[...], at: offset)
    case .fail(let errno):
      throw errno
    case .writeHalf(let errno):
      try write(handle, bytes.prefix(bytes.count / 2), at: offset)
      throw errno
    case .tear(let errno):
      try tear(handle, bytes, at: offset)
      throw errno
    case .fillUp:
      freeSizeBytes = Int.random(in: 0...bytes.count, using: &generator)
      try write(handle, bytes[...], at: offset)
      freeSizeBytes = 0
      throw .noSpace
    case .failButPersist(let errno):
      try write(handle, bytes[...], at: offset)
      persist(handle)
      throw errno
    case .crash:
      try? write(handle, bytes[...], at: offset)
      isPowerLost = true
      throw .simulatedPowerLoss
    case .crashTearing:
      try? tear(handle, bytes, at: offset)
      isPowerLost = true
      throw .simulatedPowerLoss
    case .crashBefore:
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }

  /// Writes a prefix of any length, or some of the blocks, of which all but those are as before.
  private mutating func tear(_ handle: Int, _ bytes: [UInt8], at offset: Int) throws(Errno) {
    if generator.chance(percent: 50) {
      let count = Int.random(in: 0...bytes.count, using: &generator)
      return try write(handle, bytes.prefix(count), at: offset)
    }
    var start = 0
    while start < bytes.count {
      let room = BlockBytes.blockSizeBytes - (offset + start) % BlockBytes.blockSizeBytes
      let end = min(bytes.count, start + room)
      if generator.chance(percent: 50) {
        try write(handle, bytes[start..<end], at: offset + start)
      }
      start = end
    }
  }

  fileprivate mutating func synchronizeWithFaults(_ handle: Int) throws(Errno) {
    switch try begin(.synchronize) {
    case nil:
      try synchronize(handle)
    case .fillUp:
      // Blocks may be allotted as late as this, and then there are none left.
      freeSizeBytes = 0
      if let node = handles[handle]?.node {
        files[node]?.failSynchronization(using: &generator)
      }
      throw .noSpace
    case .fail(let errno), .writeHalf(let errno), .tear(let errno):
      if let node = handles[handle]?.node {
        files[node]?.failSynchronization(using: &generator)
      }
      throw errno
    case .failButPersist(let errno):
      persist(handle)
      throw errno
    case .crash, .crashBefore, .crashTearing:
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }
}
