internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SubjectVault

/// A group between its two stages: assembled and hashed, not yet compressed and written.
///
/// Two of them go round between the sequencer and the committer; their buffers are reused.
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

  mutating func begin(firstRecord: UInt64, recordedTime: Timestamp) {
    group.begin(firstRecord: firstRecord)
    for level in treeHashes.indices { treeHashes[level].removeAll(keepingCapacity: true) }
    duplicates.removeAll(keepingCapacity: true)
    self.recordedTime = recordedTime
  }

  mutating func add(hash: SHA256Digest, level: Int) {
    while treeHashes.count <= level { treeHashes.append([]) }
    treeHashes[level].append(hash)
  }
}
