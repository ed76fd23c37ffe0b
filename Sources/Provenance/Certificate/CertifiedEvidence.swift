public import LedgerCryptography
public import LedgerFormat
internal import MerkleLog

/// What the records in a certificate show: computed from its evidence by who issues it, and anew by
/// who checks it. Nothing in it is anybody's word.
public struct CertifiedEvidence: Hashable, Sendable {
  /// One record of the request, all its parts joined.
  public struct Record: Hashable, Sendable {
    public var index: UInt64
    /// Of the first part.
    public var leafHash: SHA256Digest
    public var recordedTime: Timestamp
    public var content: RecordContent
  }

  /// One body that a plan lists.
  public struct Body: Hashable, Sendable {
    public var slot: BodySlot
    public var description: BodyDescription
    public var leafHash: SHA256Digest
  }

  /// How the ledger's own erasure ended.
  public struct Outcome: Hashable, Sendable {
    public var record: UInt64
    /// As the record states it: `ERASED`, `RESIDUAL`, `REFUSED`, `NOT_FOUND`, `ALREADY_ERASED`.
    public var code: String
    public var basis: String?
    public var residualRecords: [UInt64]
    public var residualFileCount: Int64
    public var holds: [UInt64]
    /// How many subjects' keys were destroyed; nil if the record does not say, as those of earlier
    /// programs do not.
    public var destroyedKeyCount: Int64?
  }

  /// The attribute of an outcome with the number of keys destroyed.
  public static let keysDestroyedAttribute = "keysDestroyed"

  /// By what the sealed bodies of the plans became unreadable.
  public enum KeyDestruction: Hashable, Sendable {
    /// There were none.
    case none
    /// The keys of so many subjects were destroyed, and every salt; the number may not be known.
    case subjectKeys(Int64?)
    /// The bodies were named one by one: their salts are gone, the subjects' keys were kept.
    case saltsOnly
  }

  public var keyDestruction: KeyDestruction {
    guard bodies.contains(where: { $0.description.tag != nil }) else { return .none }
    guard let count = outcome?.destroyedKeyCount else { return .subjectKeys(nil) }
    return count > 0 ? .subjectKeys(count) : .saltsOnly
  }

  public var identity: LedgerIdentity
  /// The index record that all is proved with; its checkpoint has one record more.
  public var indexRecord: UInt64
  public var root: SHA256Digest
  /// Who says to have derived the index anew, and up to which size.
  public var attesters: [Attester]
  /// All records of the request below the index record.
  public var records: [Record]
  /// Nil if the ledger itself had nothing to erase.
  public var outcome: Outcome?
  /// By slot.
  public var bodies: [Body]
  /// The holds that refused the request.
  public var holds: [Record]
  /// In the order of the declared scope.
  public var closures: [Closure]
  /// The first record that names the root of each closure; nil if none does.
  public var firstRecords: [UInt64?]
  public var targets: [CertifiedTarget]

  /// A cosigner who attests the index.
  public struct Attester: Hashable, Sendable {
    public var name: String
    public var size: UInt64
  }

  /// The records of one kind, ascending.
  public func records(_ kind: RecordKind) -> [Record] {
    records.filter { $0.content.kind.utf8.elementsEqual(kind.rawValue.utf8) }
  }

  /// Bytes that the bodies erased had, as stored.
  public var erasedByteCount: UInt64 { bodies.reduce(0) { $0 + $1.description.byteCount } }

  /// The hash of the certificate before this one, as its record states it.
  public var previousCertificate: [UInt8]? {
    guard case .bytes(let hash)? = records(.ledgerExported).last?.content.attributes["sha256"]
    else {
      return nil
    }
    return hash
  }

  /// The entity that every record of a request names.
  public static func requestKey(_ identifier: String) -> EntityKey {
    EntityKey(type: .request, namespace: "", name: identifier)
  }

  /// What a certificate comes to, as a whole.
  public enum Result: String, CaseIterable, Sendable {
    /// Everything declared in scope is shown to be erased.
    case complete = "ERASED_WITHIN_SCOPE"
    /// Some of it is not shown, is kept on a ground, or waits.
    case partial = "PARTIAL"
    /// Something is shown to be left.
    case residual = "RESIDUAL"
    /// Nothing was erased, and a record says why.
    case refused = "REFUSED"
  }

  public var result: Result {
    if outcome?.code == "RESIDUAL" || targets.contains(where: { $0.outcome == .residual }) {
      return .residual
    }
    if outcome?.code == "REFUSED" { return .refused }
    let isShown =
      targets.allSatisfy { $0.outcome == .verified } && closures.allSatisfy(\.isClosed)
    return isShown ? .complete : .partial
  }
}
