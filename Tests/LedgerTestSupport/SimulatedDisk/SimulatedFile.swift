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
    for index in first.indices { bytes.append(first[index]) }
    for index in second.indices { bytes.append(second[index]) }
    for index in third.indices { bytes.append(third[index]) }
    for index in fourth.indices { bytes.append(fourth[index]) }
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
    case .failButPersist(let errno):
      try write(handle, bytes[...], at: offset)
      persist(handle)
      throw errno
    case .crash:
      try? write(handle, bytes[...], at: offset)
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }

  fileprivate mutating func synchronizeWithFaults(_ handle: Int) throws(Errno) {
    switch try begin(.synchronize) {
    case nil:
      try synchronize(handle)
    case .fail(let errno), .writeHalf(let errno):
      if let node = handles[handle]?.node {
        files[node]?.failSynchronization(using: &generator)
      }
      throw errno
    case .failButPersist(let errno):
      persist(handle)
      throw errno
    case .crash:
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }
}
