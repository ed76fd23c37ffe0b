internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

/// Signs checkpoints, and only ones that extend the newest the key ever signed.
struct CheckpointSigner {
  let origin: String
  private(set) var key: NoteSignerKey
  /// The key that takes over with the next note, which both sign.
  private(set) var nextKey: NoteSignerKey?
  let vault: Vault
  let fileSystem: any FileSystem
  /// Where the published note lies.
  let path: String
  /// The tree under the newest note; empty before the first.
  private(set) var signedFrontier: TreeFrontier
  private(set) var newest: LedgerNote?

  init(
    origin: String, key: NoteSignerKey, nextKey: NoteSignerKey? = nil, vault: Vault,
    fileSystem: any FileSystem, path: String,
    newest: LedgerNote?, signedFrontier: TreeFrontier
  ) {
    self.origin = origin
    self.key = key
    self.nextKey = nextKey
    self.vault = vault
    self.fileSystem = fileSystem
    self.path = path
    self.newest = newest
    self.signedFrontier = signedFrontier
  }

  /// Signs the tree of `frontier`, unless it is the one signed last.
  ///
  /// The records since the last signature are read back from the disk and hashed again; the tree
  /// they give, on top of the one signed last, must be the tree in memory. The tree files are held
  /// to it as well, as readers prove what is signed out of them. The note is durable in the vault
  /// before it is published.
  ///
  /// - Parameters:
  ///   - frontier: the tree of all durable records.
  ///   - tree: its files; what differs there is set right.
  ///   - reread: the tree of some of these records, read back and hashed before on top of one that
  ///     was signed, with the files held to it.
  ///   - readBack: calls its argument with the leaf hashes of a range, in order, from the disk.
  mutating func sign(
    _ frontier: TreeFrontier, tree: TreeFiles, reread: TreeFrontier? = nil,
    readBack: (Range<UInt64>, (LeafRun) -> Void) throws -> Void
  ) throws(LedgerError) -> LedgerNote {
    if let newest, newest.checkpoint.size == frontier.size { return newest }
    var extended = signedFrontier
    if let reread, (signedFrontier.size...frontier.size).contains(reread.size) { extended = reread }
    try translatingErrors {
      extended = try extended.extended(to: frontier.size, holding: tree, readBack: readBack)
    }
    guard extended == frontier else {
      throw LedgerError(
        .corrupt,
        "the records read back from the disk do not give the tree in memory; nothing was signed")
    }
    let note: LedgerNote
    do {
      let checkpoint = Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
      let keys = nextKey.map { [key, $0] } ?? [key]
      let signed = try SignedNote.sign(checkpoint.text, with: keys)
      note = try LedgerNote(
        signed.encoded, keys: keys.map(\.verifierKey), origin: origin, name: "the new note",
        code: .corrupt)
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.invalid, "the checkpoint could not be signed: \(error)")
    }
    try translatingErrors { try vault.save(note: note.bytes) }
    // From here on the key has signed this size, whatever happens to the publication.
    newest = note
    signedFrontier = frontier
    try publish(note)
    return note
  }

  /// From now on notes are signed by `next` too, until `finishHandover`.
  mutating func beginHandover(to next: NoteSignerKey) { nextKey = next }

  /// Makes the key that took over the only one, in the vault first.
  mutating func finishHandover() throws(LedgerError) {
    guard let next = nextKey else { preconditionFailure("no handover has begun") }
    try translatingErrors {
      try vault.promotePendingSigningKey(retiring: key.verifierKey.vkey)
    }
    key = next
    nextKey = nil
  }

  /// Puts `note` where readers look for it.
  func publish(_ note: LedgerNote) throws(LedgerError) {
    try translatingErrors {
      try fileSystem.replaceFile(path, with: note.bytes, permissions: .file)
    }
  }
}
