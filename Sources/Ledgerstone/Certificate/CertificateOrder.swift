public import MerkleLog
public import Provenance

/// What a certificate is asked to be about.
public struct CertificateOrder: Sendable {
  /// The id of the request, as it was given to `erase` or in an `erasure/request` record.
  public var request: String
  public var facts: CertificateFacts
  /// The program that issues it, with its version.
  public var tool: String
  /// Microseconds after which a run without an end counts as silent; whole seconds.
  public var silenceMicroseconds: Int64 = 86_400_000_000
  /// A checkpoint that others cosigned after deriving the index anew; nil without.
  public var attestation: [UInt8]?
  /// The keys of those who did: each must have cosigned the attestation.
  public var attesterKeys: [NoteVerifierKey] = []

  public init(request: String, facts: CertificateFacts, tool: String) {
    self.request = request
    self.facts = facts
    self.tool = tool
  }
}

/// A certificate that was signed.
public struct IssuedCertificate: Sendable {
  /// A `ledgerstone/certificate@v1` file.
  public var file: [UInt8]
  public var statement: CertificateStatement
  public var evidence: CertifiedEvidence
  /// The `ledger/exported` record, which holds the file's hash.
  public var record: UInt64
}
