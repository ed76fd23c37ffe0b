internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault
internal import Synchronization

/// A group between its two stages: assembled and hashed, not yet compressed and written.
///
/// A few of them go round between the stages; their buffers are reused.
struct PendingGroup: Sendable {
  var group = RawGroup()
  /// Hashes that the group adds to each level of the tree files, in order.
  var treeHashes: [[SHA256Digest]] = []
  /// The tree after the group.
  var frontier = TreeFrontier()
  var lastLeafHash = SHA256Digest.zero
  var recordedTime = Timestamp(microseconds: 0)
  /// What to remember of the group once its segment is sealed.
  var duplicates: [RememberedDuplicate] = []
  /// The group as it will be written, as soon as a stage has encoded it. Behind a reference, so
  /// that handing the group on copies no bytes.
  let encoding = GroupEncoding()

  mutating func begin(firstRecord: UInt64, recordedTime: Timestamp) {
    group.begin(firstRecord: firstRecord)
    for level in treeHashes.indices { treeHashes[level].removeAll(keepingCapacity: true) }
    duplicates.removeAll(keepingCapacity: true)
    encoding.group.withLock { $0.removeAll() }
    self.recordedTime = recordedTime
  }

  mutating func add(hash: SHA256Digest, level: Int) {
    while treeHashes.count <= level { treeHashes.append([]) }
    treeHashes[level].append(hash)
  }
}

/// The encoded form of one group; one stage at a time uses it.
final class GroupEncoding: Sendable {
  let group = Mutex(EncodedGroup())
}
