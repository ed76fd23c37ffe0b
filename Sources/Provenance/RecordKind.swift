/// The kinds of records: a closed set, so that a misspelt kind is an error and not a new kind.
///
/// | kind | PROV | OpenLineage / OCSF / DPV |
/// |---|---|---|
/// | `dataset` | Entity, wasGeneratedBy, wasInvalidatedBy | DatasetEvent; dpv:Collect |
/// | `run` | Activity, used, wasGeneratedBy, wasAssociatedWith | RunEvent |
/// | `job` | Plan | JobEvent |
/// | `derivation` | wasDerivedFrom | `lineage`, `columnLineage` |
/// | `access` | Usage | OCSF 6005; dpv:Access, dpv:Retrieve |
/// | `disclosure` | – | dpv:Share, dpv:hasRecipient; HIPAA 164.528 |
/// | `policy` | hadPlan | `processing`, `tags`; dpv:LegalBasis, dpv:StorageDuration |
/// | `hold` | – | dpv:Justification |
/// | `erasure/request` | – | OpenDSR; dpv:RightExerciseActivity, eu-gdpr:A17 |
/// | `erasure/execution` | wasInvalidatedBy | dpv:Erase, Delete, Destruct; OCSF 6005 Delete |
/// | `erasure/outcome` | – | dpv:RequestFulfilled, RequestRejected, ActionDelayed |
/// | `key` | – | OCSF 6005 Encrypt, Decrypt |
/// | `ledger` | – | OCSF attestation |
///
/// `job` stands beside the vocabulary's kinds for the OpenLineage JobEvent: it declares what a job
/// is designed to do. As a `run` or `derivation` the closure would take it for data that has
/// flowed; as a `dataset` it would have no subject.
/// `policy/write-mode` is the declaration by which a bare `OVERWRITE` becomes a full one.
public enum RecordKind: String, CaseIterable, Hashable, Sendable {
  case dataset = "dataset"
  case datasetCreated = "dataset/created"
  case datasetAltered = "dataset/altered"
  case datasetRenamed = "dataset/renamed"
  case datasetDropped = "dataset/dropped"
  case run = "run"
  case job = "job"
  case derivation = "derivation"
  case access = "access"
  case disclosure = "disclosure"
  case policyPurpose = "policy/purpose"
  case policyBasis = "policy/basis"
  case policyConsent = "policy/consent"
  case policyRetention = "policy/retention"
  case policyClassification = "policy/classification"
  case policyWriteMode = "policy/write-mode"
  case holdPlaced = "hold/placed"
  case holdReleased = "hold/released"
  case erasureRequest = "erasure/request"
  case erasurePlan = "erasure/plan"
  case erasureExecution = "erasure/execution"
  case erasureVerification = "erasure/verification"
  case erasureOutcome = "erasure/outcome"
  case keyCreated = "key/created"
  case keyRotated = "key/rotated"
  case keyDestroyed = "key/destroyed"
  case index = "index"
  case ledgerCreated = "ledger/created"
  case ledgerRecovered = "ledger/recovered"
  case ledgerClock = "ledger/clock"
  case ledgerCheckpoint = "ledger/checkpoint"
  case ledgerWitnessed = "ledger/witnessed"
  case ledgerTimestamped = "ledger/timestamped"
  case ledgerVerified = "ledger/verified"
  case ledgerRead = "ledger/read"
  case ledgerExported = "ledger/exported"
  case ledgerRetentionApplied = "ledger/retention-applied"
  case ledgerCorrection = "ledger/correction"

  /// Whether only the ledger itself writes records of this kind.
  ///
  /// It is so where another rule draws a conclusion from the record: a verifier from plans,
  /// outcomes, keys and index records, an erasure from holds. A producer could otherwise
  /// contradict what the ledger did, or lift a hold.
  public var isWrittenByLedgerOnly: Bool {
    switch self {
    case .dataset, .datasetCreated, .datasetAltered, .datasetRenamed, .datasetDropped, .run, .job,
      .derivation, .access, .disclosure, .policyPurpose, .policyBasis, .policyConsent,
      .policyRetention, .policyClassification, .policyWriteMode, .erasureRequest,
      .erasureExecution, .erasureVerification:
      false
    case .holdPlaced, .holdReleased, .erasurePlan, .erasureOutcome, .keyCreated, .keyRotated,
      .keyDestroyed, .index, .ledgerCreated, .ledgerRecovered, .ledgerClock, .ledgerCheckpoint,
      .ledgerWitnessed, .ledgerTimestamped, .ledgerVerified, .ledgerRead, .ledgerExported,
      .ledgerRetentionApplied, .ledgerCorrection:
      true
    }
  }

  /// Whether `text` is a kind, or the first word of one, such as `erasure`.
  public static func isKindOrGroup(_ text: String) -> Bool {
    allCases.contains { $0.rawValue == text || $0.rawValue.hasPrefix(text + "/") }
  }

  /// The first words of all kinds, each once.
  public static var groups: [String] {
    var groups: [String] = []
    for kind in allCases {
      let group = String(kind.rawValue.prefix { $0 != "/" })
      if groups.last != group { groups.append(group) }
    }
    return groups
  }

  /// The kinds that a native client may send.
  public static var native: [RecordKind] { allCases.filter { !$0.isWrittenByLedgerOnly } }
}
