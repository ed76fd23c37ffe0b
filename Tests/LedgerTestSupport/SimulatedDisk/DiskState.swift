internal import SegmentStorage

/// Everything a simulated disk knows: a plain value, so that a copy is a snapshot.
struct DiskState: Sendable {
  /// What a node has beside its contents.
  struct Attributes: Sendable {
    var kind: FileKind
    var permissions: FilePermissions
    var isOwnedByThisUser = true
  }

  /// An opening that has not been closed.
  struct OpenHandle: Sendable {
    let node: NodeNumber
    let isWritable: Bool
  }

  /// A fault that waits for its operation.
  struct PendingFault: Sendable {
    let fault: SimulatedFault
    let operations: Set<SimulatedOperation>
    var remaining: Int
  }

  static let root: NodeNumber = 0

  // The nodes. A removed one stays, because its removal may not survive.
  var attributes: [NodeNumber: Attributes] = [
    root: Attributes(kind: .directory, permissions: .directory)
  ]
  var files: [NodeNumber: SimulatedFileState] = [:]
  var directories: [NodeNumber: SimulatedDirectoryState] = [root: SimulatedDirectoryState()]
  var nextNode: NodeNumber = 1
  var nextChange = 0

  // Of the running process: gone after a power cut.
  var handles: [Int: OpenHandle] = [:]
  var nextHandle = 0
  var lockHolders: [NodeNumber: Int] = [:]

  // The simulation.
  var generator: DiskGenerator
  var counts: [SimulatedOperation: Int] = [:]
  var faults: [PendingFault] = []
  var isPowerLost = false
  var isReadOnly = false
  /// Bytes that files may still grow by, holes included; nil is without limit.
  var freeSizeBytes: Int?
  /// How many files may be open at once; nil is without limit.
  var openFileCountMax: Int?
  /// The last blocks that removed or cut files gave back.
  var staleBlocks: [[UInt8]] = []
  /// For each watched path, all contents that a reader may have seen there.
  var seenContents: [String: [[UInt8]]] = [:]

  init(seed: UInt64) { generator = DiskGenerator(seed: seed) }

  /// Counts the operation; returns the fault that hits it, if one does.
  mutating func begin(_ operation: SimulatedOperation) throws(Errno) -> SimulatedFault? {
    if isPowerLost { throw .simulatedPowerLoss }
    counts[operation, default: 0] += 1
    for index in faults.indices where faults[index].operations.contains(operation) {
      faults[index].remaining -= 1
      if faults[index].remaining == 0 { return faults.remove(at: index).fault }
    }
    return nil
  }

  /// Performs an operation as the fault due for it demands.
  ///
  /// - Parameter persist: what makes the change of `body` durable.
  mutating func perform<Value>(
    _ operation: SimulatedOperation, _ body: (inout DiskState) throws(Errno) -> Value,
    persist: (inout DiskState) -> Void = { _ in }
  ) throws(Errno) -> Value {
    switch try begin(operation) {
    case nil:
      return try body(&self)
    case .fail(let errno), .writeHalf(let errno), .tear(let errno):
      throw errno
    case .fillUp:
      freeSizeBytes = 0
      if operation == .create || operation == .makeDirectory { throw .noSpace }
      return try body(&self)
    case .crashBefore, .crashTearing:
      isPowerLost = true
      throw .simulatedPowerLoss
    case .failButPersist(let errno):
      _ = try body(&self)
      persist(&self)
      throw errno
    case .crash:
      // Whether the change is among those that survive is drawn later, like all the others.
      _ = try? body(&self)
      isPowerLost = true
      throw .simulatedPowerLoss
    }
  }

  /// Remembers blocks that a file gave back, because a later file may find them.
  mutating func free(_ blocks: [[UInt8]]) {
    staleBlocks += blocks.filter { $0 != BlockBytes.zeroBlock }
    let surplus = staleBlocks.count - 64
    if surplus > 0 { staleBlocks.removeFirst(surplus) }
  }
}
