internal import LedgerCryptography
public import LedgerFormat

/// What a certificate states: who issues it and when, the facts that people answer for, and what
/// the records show.
public struct CertificateStatement: Sendable {
  /// A UUID.
  public var identifier: String
  /// SHA-256 of the certificate before this one of the same request; nil for the first.
  public var previous: [UInt8]?
  /// The request's id.
  public var request: String
  /// By the issuer's clock; also the moment that the closures are asked for.
  public var issuedAt: Timestamp
  /// The program and its version.
  public var tool: String
  /// C2SP verifier key of the ledger.
  public var verifierKey: String
  /// Microseconds after which a run without an end counts as silent; whole seconds.
  public var silenceMicroseconds: Int64
  public var facts: CertificateFacts

  public init(
    identifier: String, previous: [UInt8]?, request: String, issuedAt: Timestamp, tool: String,
    verifierKey: String, silenceMicroseconds: Int64, facts: CertificateFacts
  ) {
    self.identifier = identifier
    self.previous = previous
    self.request = request
    self.issuedAt = issuedAt
    self.tool = tool
    self.verifierKey = verifierKey
    self.silenceMicroseconds = silenceMicroseconds
    self.facts = facts
  }

  /// The question that the closure of the scope's entity number `number` answers.
  ///
  /// - Parameters:
  ///   - first: the first record that names the entity; 0 if none does.
  ///   - records: those of the request.
  public func question(
    _ number: Int, first: UInt64, size: UInt64, records: [CertifiedEvidence.Record]
  ) -> ClosureQuery {
    let scope = facts.scope[number]
    var query = ClosureQuery(
      root: scope.entity, origin: .record(scope.since ?? first), size: size, time: issuedAt,
      silenceMicroseconds: silenceMicroseconds)
    query.erasure = CertifiedEvidence.execution(of: scope.entity, in: records)
    return query
  }

  /// The statement as one line of JSON: these members in this order, no white space.
  public func json(_ evidence: CertifiedEvidence) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("certificate", identifier)
      writer.member("previous", previous.map { Hexadecimal.encode($0) })
      writer.member("request", request)
      writer.member("type", "erasure")
      writer.member("issuedAt", issuedAt.description)
      writer.member("tool", tool)
      writer.member("verifierKey", verifierKey)
      writer.member("silenceSeconds", silenceMicroseconds / 1_000_000)
      writer.member("result", evidence.result.rawValue)
      writer.member("statement", CertificateText.statement(evidence.result))
      writer.name("facts")
      facts.write(to: &writer)
      writer.name("evidence")
      CertifiedEvidenceJSON.write(evidence, to: &writer)
      writer.list("notClaimed", CertificateText.notClaimed) { $0.string($1) }
      writer.list("verification", CertificateText.verification) { $0.string($1) }
    }
    return writer.bytes
  }
}

/// Why a line is no statement.
public struct CertificateStatementError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}

extension CertificateStatement {
  /// Reads what the issuer put in; whether the rest is what the records show is seen by writing it
  /// again.
  public init(parsing line: [UInt8]) throws(CertificateStatementError) {
    let root: JSONValue
    do throws(JSONError) {
      let document = try JSONDocument(parsing: line)
      try document.refuseRepeatedMembers()
      root = document.root
    } catch {
      throw CertificateStatementError(description: "the statement is no JSON object: \(error)")
    }
    func text(_ name: String) throws(CertificateStatementError) -> String {
      guard let text = root[name]?.string, !text.isEmpty else {
        throw CertificateStatementError(description: "the statement has no text '\(name)'")
      }
      return text
    }
    identifier = try text("certificate")
    request = try text("request")
    tool = try text("tool")
    verifierKey = try text("verifierKey")
    previous = nil
    if let value = root["previous"], !value.isNull {
      guard let hash = value.string.flatMap(Hexadecimal.decode), hash.count == 32 else {
        throw CertificateStatementError(description: "'previous' is no SHA-256")
      }
      previous = hash
    }
    guard let time = Timestamp.parse(try text("issuedAt"))?.timestamp else {
      throw CertificateStatementError(description: "'issuedAt' is no time")
    }
    issuedAt = time
    guard let seconds = root["silenceSeconds"]?.number.flatMap({ Int64($0) }), seconds >= 0,
      seconds <= Int64.max / 1_000_000
    else { throw CertificateStatementError(description: "'silenceSeconds' is no whole number") }
    silenceMicroseconds = seconds * 1_000_000
    guard let facts = root["facts"] else {
      throw CertificateStatementError(description: "the statement has no 'facts'")
    }
    do throws(CertificateFacts.Fault) {
      self.facts = try CertificateFacts(facts)
    } catch {
      let list = error.problems.map(\.description).joined(separator: "; ")
      throw CertificateStatementError(description: "the facts: \(list)")
    }
  }
}
