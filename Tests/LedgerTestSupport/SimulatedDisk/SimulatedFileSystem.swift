public import SegmentStorage
internal import Synchronization

/// A disk in memory that keeps what is written apart from what is durable, and fails on demand.
///
/// It does nothing that a disk with a journalled file system might not do, and everything that the
/// engine must survive: see `SimulatedFault` and `SimulatedSurvival`. All chance comes from the
/// seeds, so a failing run is repeated by its seed. Safe to use from several threads; the outcome
/// is repeatable only if the order of the operations is.
///
/// Symbolic links and other odd entries can be placed (`addEntry`) but lead nowhere. Permission
/// bits are kept and not enforced: inject `Errno.permissionDenied` instead.
public final class SimulatedFileSystem: FileSystem {
  private let disk: Mutex<DiskState>

  /// An empty disk: nothing but `/`.
  public convenience init(seed: UInt64 = 0) { self.init(DiskState(seed: seed)) }

  private init(_ state: DiskState) { disk = Mutex(state) }

  /// Runs `body` on the state, alone.
  func withDisk<Value, Failure>(
    _ body: (inout DiskState) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // Typed through a Result, as a mutex's closure must return what crosses it as one value.
    let result: Result<Value, Failure> = disk.withLock { state in
      do throws(Failure) {
        return .success(try body(&state))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// An independent disk of the same contents, synchronised or not; without openings, locks,
  /// faults and counts. For rolling back.
  public func snapshot() -> SimulatedFileSystem {
    var copy = disk.withLock { $0 }
    copy.handles = [:]
    copy.lockHolders = [:]
    copy.faults = []
    copy.counts = [:]
    return SimulatedFileSystem(copy)
  }

  /// The disk as found after the power failed now, or failed already; this one is unchanged.
  ///
  /// - Parameter seed: decides what survives; the same seed and history give the same disk.
  public func crashed(seed: UInt64, survival: SimulatedSurvival = .anySubset)
    -> SimulatedFileSystem
  {
    SimulatedFileSystem(disk.withLock { $0.afterPowerLoss(seed: seed, survival) })
  }

  public func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> StorageFile {
    let isNew = if case .createNew = mode { true } else { false }
    do throws(Errno) {
      let handle = try withDisk { disk throws(Errno) in
        try disk.perform(isNew ? .create : .open) { disk throws(Errno) in
          try disk.open(path, mode)
        } persist: {
          if isNew { $0.persistFolder(of: path) }
        }
      }
      return StorageFile(path: path, backing: SimulatedFile(self, handle))
    } catch {
      throw StorageError(isNew ? .create : .open, path, error)
    }
  }

  public func rename(from source: String, to target: String) throws(StorageError) {
    do throws(Errno) {
      try withDisk { disk throws(Errno) in
        try disk.perform(.rename) { disk throws(Errno) in
          try disk.rename(from: source, to: target)
        } persist: {
          $0.persistFolder(of: target)
          $0.persistFolder(of: source)
        }
      }
    } catch {
      throw StorageError(.rename, source, to: target, error)
    }
  }

  public func remove(_ path: String) throws(StorageError) {
    do throws(Errno) {
      try withDisk { disk throws(Errno) in
        try disk.perform(.remove) { disk throws(Errno) in
          try disk.remove(path)
        } persist: {
          $0.persistFolder(of: path)
        }
      }
    } catch {
      throw StorageError(.remove, path, error)
    }
  }

  public func synchronizeDirectory(_ path: String) throws(StorageError) {
    do throws(Errno) {
      try withDisk { disk throws(Errno) in try disk.synchronizeDirectory(path) }
    } catch {
      throw StorageError(.synchronizeDirectory, path, error)
    }
  }

  public func list(_ path: String) throws(StorageError) -> [DirectoryEntry] {
    do throws(Errno) {
      return try withDisk { disk throws(Errno) in
        try disk.perform(.list) { disk throws(Errno) in try disk.list(path) }
      }
    } catch {
      throw StorageError(.list, path, error)
    }
  }

  public func makeDirectory(_ path: String, permissions: FilePermissions) throws(StorageError) {
    do throws(Errno) {
      try withDisk { disk throws(Errno) in
        try disk.perform(.makeDirectory) { disk throws(Errno) in
          try disk.makeDirectory(path, permissions)
        } persist: {
          $0.persistFolder(of: path)
        }
      }
    } catch {
      throw StorageError(.makeDirectory, path, error)
    }
  }

  public func information(_ path: String) throws(StorageError) -> FileInformation? {
    do throws(Errno) {
      return try withDisk { disk throws(Errno) in
        try disk.perform(.information) { disk throws(Errno) in try disk.information(path) }
      }
    } catch .notFound {
      return nil
    } catch {
      throw StorageError(.inspect, path, error)
    }
  }

  public func lockExclusively(_ path: String) throws(StorageError) -> LockOutcome {
    do throws(Errno) {
      let (handle, contents) = try withDisk { disk throws(Errno) in
        try disk.perform(.lock) { disk throws(Errno) in
          try disk.lock(path)
        } persist: {
          $0.persistFolder(of: path)
        }
      }
      guard let handle else { return .heldByAnother(contents: contents) }
      let file = StorageFile(path: path, backing: SimulatedFile(self, handle))
      return .acquired(ExclusiveLock(holding: file))
    } catch {
      throw StorageError(.lock, path, error)
    }
  }
}
