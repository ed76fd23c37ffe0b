/// The fixed texts of a certificate.
public enum CertificateText {
  /// What the signer states, by what the records show.
  public static func statement(_ result: CertifiedEvidence.Result) -> String {
    let done =
      switch result {
      case .complete:
        "Within the scope declared here, the records of the ledger show that the data asked to be "
          + "erased was erased, and that everything recorded as made from it was rewritten from "
          + "clean sources or emptied."
      case .partial:
        "The data asked to be erased was erased in part. What is not shown to be erased, is kept "
          + "on a ground or waits, is listed with its reason."
      case .residual:
        "The erasure is NOT complete: the records show that data asked to be erased is still "
          + "there, in the places listed. This certificate does not attest an erasure."
      case .refused:
        "The request was refused, and nothing was erased; the basis is listed."
      }
    return done
      + " The lists of records are complete up to the index record named here. The facts about "
      + "people, systems outside the ledger, backups and recipients are the issuer's own word."
  }

  /// What no certificate claims.
  public static let notClaimed = [
    "That data which was never recorded in the ledger did not exist, or was deleted.",
    "That no copy exists elsewhere: read replicas, caches, backups, exports, and copies that "
      + "others made.",
    "That a model forgot what it was trained with. A model is judged by what it was made from.",
    "That a row is gone. The records speak of datasets and versions.",
    "That what producers recorded is true.",
    "That media were purged or destroyed. Erasure in the ledger is Clear in the words of NIST SP "
      + "800-88.",
    "That this complies with any law. It is evidence and not a legal opinion.",
    "That the ledger's keeper did not rewrite records of which nobody else has a checkpoint; saved "
      + "checkpoints and witnesses are against that.",
  ]

  /// How anybody checks it.
  public static let verification = [
    "Hashes: RFC 6962 leaf and node hashes with SHA-256; headers: deterministic CBOR, RFC "
      + "8949 4.2.1.",
    "Command: ledgerstone verify FILE --key VERIFIER-KEY",
    "Against a later checkpoint: ledgerstone prove LEDGER --since FILE -o PROOF, then ledgerstone "
      + "verify FILE --key VERIFIER-KEY --since PROOF",
    "Without Ledgerstone: Tests/Interop/verify_certificate.py of its source, one file.",
    "The verifier key must come from elsewhere than this file.",
  ]

  /// Who vouches for the index.
  public static func index(_ evidence: CertifiedEvidence) -> String {
    guard !evidence.attesters.isEmpty else { return "index attested by the operator only" }
    let names = evidence.attesters.map { "\($0.name) up to size \($0.size)" }
    return "index derived anew by " + names.joined(separator: ", ")
      + "; by the operator only from there on"
  }

  /// What was destroyed of the keys of sealed bodies, by name; empty if there were none.
  static func keys(_ destruction: CertifiedEvidence.KeyDestruction) -> [(String, String)] {
    switch destruction {
    case .none: []
    case .subjectKeys(nil): keyDestruction
    case .subjectKeys:
      keyDestruction.map { name, text in
        (name, name == "destruction" ? text + "; the salt of every body removed" : text)
      }
    case .saltsOnly:
      keyDestruction.map { name, text in (name, name == "destruction" ? saltsOnly : text) }
    }
  }

  private static let saltsOnly =
    "the salt of every body removed, without which its key cannot be derived; the subjects' keys "
    + "were not destroyed, as the request named single bodies"

  /// What a destroyed key was.
  private static let keyDestruction = [
    ("algorithm", "AES-256-GCM, a key per body derived by HKDF-SHA256 from the subject's key"),
    ("keyStore", "the operator's vault, wrapped by AES-256-GCM; never in the ledger"),
    ("creation", "in the vault, before the first sealed body; no record names a subject's key"),
    ("destruction", "row and wrapped key deleted with freed content overwritten, file rewritten"),
    ("sanitization", "Clear (NIST SP 800-88): the medium below the file system is not overwritten"),
  ]
}
