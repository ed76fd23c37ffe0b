public import SegmentStorage

/// What of the unsynchronised changes a power cut leaves.
public enum SimulatedSurvival: Hashable, Sendable, CaseIterable {
  /// Any subset: of a file, each 4 KiB block in any state since the last synchronisation, some
  /// torn between two sectors, new blocks perhaps with the bytes of a removed file; of a
  /// directory, each change or not.
  case anySubset
  /// All of it, as when only the process ends.
  case everything
  /// Nothing: what was synchronised and no more.
  case onlySynchronized
}

/// The operations a simulated disk counts.
public enum SimulatedOperation: Hashable, Sendable, CaseIterable {
  case open, create, read, write, truncate, synchronize, size, close
  case rename, remove, synchronizeDirectory, list, makeDirectory, information, lock
}

extension Set<SimulatedOperation> {
  /// Every operation.
  public static var all: Self { Set(SimulatedOperation.allCases) }
  /// Those that change the disk or make a change durable: the points where a crash matters.
  public static var changes: Self {
    [
      .create, .write, .truncate, .synchronize, .rename, .remove, .synchronizeDirectory,
      .makeDirectory, .lock,
    ]
  }
}

/// What happens to the operation that a fault hits.
public enum SimulatedFault: Hashable, Sendable {
  /// It fails and does nothing; but a failed synchronisation has persisted some changes, and the
  /// others never will be, though a later synchronisation succeeds.
  case fail(Errno)
  /// It fails, and yet is done, and durable.
  case failButPersist(Errno)
  /// A write stores the first half of its bytes and fails; any other operation just fails.
  case writeHalf(Errno)
  /// A write stores some of its bytes and fails: a prefix of any length, or any of the blocks it
  /// touches; any other operation just fails.
  case tear(Errno)
  /// The disk is full from now on: a write stores what there is room for, which is any part of it,
  /// and fails, and so does every later one until `freeSizeBytes` is set.
  case fillUp
  /// The power fails before it: nothing of it is done.
  case crashBefore
  /// The power fails in the middle of a write, of which the system had taken over some bytes, as
  /// with `tear`; any other operation is not done.
  case crashTearing
  /// The power fails in the middle of it: a change may or may not survive, a synchronisation has
  /// not returned. This and every later operation throws `Errno.simulatedPowerLoss`.
  case crash
}

extension Errno {
  /// Thrown by every operation once the simulated power is off; no system call returns it.
  public static let simulatedPowerLoss = Errno(rawValue: 9999)
}

extension StorageError {
  /// The simulated power is off.
  public var isSimulatedPowerLoss: Bool { errno == .simulatedPowerLoss }
}
