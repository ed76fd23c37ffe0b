/// What a key's signatures are over (c2sp.org/signed-note, "Signature types"). The raw value is the
/// byte that says so in keys and key IDs.
public enum NoteKeyAlgorithm: UInt8, Hashable, Sendable {
  /// Ed25519 over the note's text.
  case ed25519 = 1
  /// Ed25519 over a checkpoint and a time: a cosignature (c2sp.org/tlog-cosignature).
  case cosignature = 4
}
