/// What a test does to a simulated disk from outside. Nothing here is counted or hit by a fault.
extension SimulatedFileSystem {
  /// Lets `fault` hit the `ordinal`-th of the `operations` from now on, counted from 1, once.
  public func inject(
    _ fault: SimulatedFault, at ordinal: Int, among operations: Set<SimulatedOperation> = .changes
  ) {
    precondition(ordinal >= 1)
    withDisk {
      $0.faults.append(.init(fault: fault, operations: operations, remaining: ordinal))
    }
  }

  /// Removes the faults that have not hit yet.
  public func removeFaults() { withDisk { $0.faults = [] } }

  /// The power fails now: every later operation throws `Errno.simulatedPowerLoss`.
  public func crash() { withDisk { $0.isPowerLost = true } }

  /// Whether the power is off.
  public var isPowerLost: Bool { withDisk { $0.isPowerLost } }

  /// How many of the `operations` were begun on this disk so far.
  public func operationCount(among operations: Set<SimulatedOperation> = .changes) -> Int {
    withDisk { disk in operations.reduce(0) { $0 + disk.counts[$1, default: 0] } }
  }

  /// How many files are open; 0 when everything was closed on purpose.
  public var openFileCount: Int { withDisk { $0.handles.count } }

  /// Whether the file system is mounted read-only: every change throws `EROFS`.
  public var isReadOnly: Bool {
    get { withDisk { $0.isReadOnly } }
    set { withDisk { $0.isReadOnly = newValue } }
  }

  /// The bytes by which files may still grow before `ENOSPC`, nil for no limit. What does not fit
  /// of a write is cut off, as by the real system.
  public var freeSizeBytes: Int? {
    get { withDisk { $0.freeSizeBytes } }
    set { withDisk { $0.freeSizeBytes = newValue } }
  }

  /// How many files, locks included, may be open at once before `EMFILE`; nil for no limit.
  public var openFileCountMax: Int? {
    get { withDisk { $0.openFileCountMax } }
    set { withDisk { $0.openFileCountMax = newValue } }
  }

  /// From now on keeps what is put at `path` by a rename, as a reader may see it at any moment.
  public func watch(_ path: String) { withDisk { $0.seenContents[path] = [] } }

  /// Everything put at a watched path since, oldest first, whether it is still there or not.
  public func contentsSeen(at path: String) -> [[UInt8]] {
    withDisk { $0.seenContents[path] ?? [] }
  }
}
