public import LedgerFormat

/// What somebody asks to have erased.
public struct ErasureRequest: Sendable {
  /// One thing to erase.
  public enum Target: Hashable, Sendable {
    /// Every sealed body of this subject, and its key.
    case subject(String)
    /// One body, sealed or not.
    case body(BodySlot)
  }

  /// 1 to 200 printable ASCII characters; permanent, so never derived from the person.
  public let identifier: String
  public let targets: [Target]
  /// Under which law, such as `eu-gdpr:A17`; recorded where given.
  public var regulation: String?
  /// When it was received, as the operator writes it; recorded where given.
  public var received: String?

  /// - Throws: `invalid` if the identifier is none, nothing is named, or the identifier holds the
  ///   name of a subject.
  public init(
    identifier: String, targets: [Target], regulation: String? = nil, received: String? = nil
  ) throws(LedgerError) {
    try Self.requireIdentifier(identifier)
    guard !targets.isEmpty else { throw LedgerError(.invalid, "the request names nothing") }
    for case .subject(let subject) in targets {
      guard !subject.isEmpty, subject.utf8.count <= BodySealer.subjectByteCountMax else {
        throw LedgerError(
          .invalid,
          "a subject's identifier has 1 to \(BodySealer.subjectByteCountMax) bytes")
      }
      // The id stays for ever, in a header.
      guard !IdentifierSearch.isNamed(subject, in: identifier) else {
        throw LedgerError(
          .invalid, "the request's id contains the subject's identifier, and it is permanent")
      }
    }
    self.identifier = identifier
    self.targets = targets
    self.regulation = regulation
    self.received = received
  }

  static func requireIdentifier(_ identifier: String) throws(LedgerError) {
    guard (1...200).contains(identifier.utf8.count),
      identifier.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
      identifier.first != " ", identifier.last != " "
    else {
      throw LedgerError(
        .invalid, "a request's id has 1 to 200 printable ASCII characters; a UUID is best")
    }
  }

  /// The subjects named, each once.
  var subjects: [String] {
    var seen: Set<[UInt8]> = []
    return targets.compactMap { target in
      guard case .subject(let subject) = target, seen.insert(Array(subject.utf8)).inserted else {
        return nil
      }
      return subject
    }
  }

  /// The bodies named, ascending.
  var slots: Set<BodySlot> {
    Set(targets.compactMap { if case .body(let slot) = $0 { slot } else { nil } })
  }
}

/// How an erasure ended.
public struct ErasureReport: Hashable, Sendable {
  /// The code that the outcome's record has as its attribute `outcome`.
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// All is gone, and no file holds an identifier that was given.
    case erased = "ERASED"
    /// The bodies are gone, but an identifier still stands elsewhere: see `residualRecords`.
    case residual = "RESIDUAL"
    /// A hold forbids it; nothing was planned or erased.
    case refused = "REFUSED"
    /// There was nothing to erase, and no file holds an identifier that was given.
    case notFound = "NOT_FOUND"
    /// The bodies named had been erased before.
    case alreadyErased = "ALREADY_ERASED"
  }

  public var request: String
  public var outcome: Outcome
  public var requestRecord: UInt64
  /// Nil where nothing had to be planned.
  public var planRecord: UInt64?
  public var outcomeRecord: UInt64
  /// Bodies that the plan lists.
  public var bodyCount: Int
  /// Records whose header or plain body holds an identifier that was given.
  public var residualRecords: [UInt64] = []
  /// Other files that do, by path.
  public var residualFiles: [String] = []
  /// Identifiers given that are too short to be told from chance, and were not looked for.
  public var unsearchedCount = 0
  /// The holds that forbid it.
  public var holds: [UInt64] = []
  /// Why they do, as their records say.
  public var basis: String?
  /// The request had been carried out before; this is what came of it then.
  public var isRepeated = false
}
