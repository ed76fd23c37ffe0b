public import LedgerCryptography
public import LedgerFormat
internal import MerkleLog
public import Provenance

/// What the verification of a proof file found.
public struct ProofReport: Sendable {
  public var status: VerificationStatus
  public var findings: [Finding] = []
  /// Nil if the file is no proof that is known.
  public var kind: ProofKind?
  /// What the checkpoint says; of a consistency proof, the newer one.
  public var origin: String?
  public var size: UInt64?
  public var root: SHA256Digest?
  /// The cosignatures of those whom the caller asked for.
  public var cosignatures: [CheckedCosignature] = []
  /// Of a consistency proof, the older checkpoint.
  public var oldSize: UInt64?
  public var oldRoot: SHA256Digest?
  /// Of an inclusion proof.
  public var index: UInt64?
  public var leafHash: SHA256Digest?
  /// Of a proof about the index, the entity.
  public var entity: EntityKey?
  /// Of a proof about the index, the records that it is about.
  public var range: Range<UInt64>?
  /// Of a completeness proof that holds, all records in `range` that name the entity.
  public var records: [UInt64]?
  /// Of a closure proof that holds, the closure that follows from it.
  public var closure: Closure?
  /// Of a closure proof, how often a producer skipped numbers, as whoever made it declares or as
  /// the records in it show.
  public var knownGapCount = 0
  /// The record that the question of a closure names as the erasure.
  public var givenErasure: UInt64?
  /// Of a certificate that holds.
  public var certificate: CheckedCertificate?
  /// Of a certificate, the size of a later checkpoint that continues its own.
  public var laterSize: UInt64?
  /// What the entry says; only if it is proven to be in the log.
  public var record: RecordHeader?
  /// Only if it matches the record's commitment.
  public var opening: BodyOpening?

  /// The report of a check that could not be done, or, without an obstacle, that nothing is wrong.
  public init(obstacle: Obstacle?) {
    status = obstacle.map { .couldNotCheck($0) } ?? .valid
  }

  mutating func take(_ checkpoint: Checkpoint) {
    origin = checkpoint.origin
    size = checkpoint.size
    root = checkpoint.root
  }
}

/// A cosignature that verifies.
public struct CheckedCosignature: Hashable, Sendable {
  public var name: String
  /// Seconds since 1970-01-01T00:00:00Z by the cosigner's clock.
  public var time: UInt64

  /// RFC 3339 in UTC; the number of seconds beyond the year 9999.
  public var timestamp: String {
    guard time <= UInt64(Timestamp.latest.microseconds / 1_000_000) else { return "\(time) s" }
    return Timestamp(microseconds: Int64(time) * 1_000_000).description
  }
}

extension ProofReport {
  /// The report for people.
  public var lines: [String] {
    [verdict] + closureLines + certificateLines + findings.map { "  \($0)" }
      + cosignatures.map { "cosigned by \($0.name) at \($0.timestamp)" }
  }

  private var verdict: String {
    let origin = origin ?? "?"
    let size = size ?? 0
    switch status {
    case .couldNotCheck(let obstacle): return "could not check: \(obstacle.message)"
    case .notValid: return "NOT VALID: \(counted(findings.count, "finding"))"
    case .valid: break
    }
    switch kind {
    case .inclusion:
      let body = opening.map { ", and the opening is of its body \($0.slot.body)" } ?? ""
      return "valid: the entry is record \(index ?? 0) of \(counted(size, "record")) of \(origin)"
        + body
    case .consistency:
      return
        "valid: the checkpoint of \(counted(size, "record")) of \(origin) continues the one of "
        + "\(oldSize ?? 0)"
    case .completeness: return completenessVerdict
    case .omission:
      return "valid: it convicts the operator of \(origin), who signed an index under the "
        + "checkpoint of \(counted(size, "record")) that leaves out record \(index ?? 0) for "
        + "\(entityName), which that record names"
    case .closure: return closureVerdict
    case .certificate: return certificateVerdict
    case .checkpoint, nil:
      return "valid: a signed checkpoint of \(counted(size, "record")) of \(origin)"
    }
  }

  private var completenessVerdict: String {
    let count = records?.count ?? 0
    let range = range ?? 0..<0
    let scope =
      "records \(range.lowerBound) to \(range.upperBound) (not included) of \(origin ?? "?")"
    let basis = ", by the index under the checkpoint of \(counted(size ?? 0, "record"))"
    guard count > 0 else { return "valid: \(entityName) is absent from \(scope)" + basis }
    return "valid: \(counted(count, "record")) and no other name \(entityName) in \(scope)" + basis
  }

  private var closureVerdict: String {
    guard let closure else { return "valid" }
    return "valid: all records below \(closure.size) of \(origin ?? "?") that bear on it, by the "
      + "index under the checkpoint of \(counted(size ?? 0, "record")), give this closure of "
      + "\(question(of: closure)); "
      + "\(counted(knownGapCount, "gap")) in producers' numbering known, which no proof "
      + "shows to be all"
  }

  /// All of it: the same entity asked about in another way has another closure.
  private func question(of closure: Closure) -> String {
    let content =
      switch closure.origin {
      case .record(let record): "\(entityName) as it was from record \(record) on"
      case .versions(let versions):
        versions.map { name(ofVersion: $0) }
          .joined(separator: " and ")
      }
    let (seconds, rest) = closure.silenceMicroseconds.quotientAndRemainder(
      dividingBy: 1_000_000)
    let silence = rest == 0 ? "\(seconds) s" : "\(closure.silenceMicroseconds) µs"
    let erasure = givenErasure.map { ", record \($0) counting as the erasure" } ?? ""
    return "\(content), asked at \(closure.time), silence after \(silence)\(erasure)"
  }

  private var closureLines: [String] {
    guard status == .valid, let closure else { return [] }
    return ClosureText.text(closure).split(separator: "\n").map { "  " + $0 }
  }

  private var entityName: String { name(ofVersion: nil) }

  private func name(ofVersion version: String?) -> String {
    guard let entity else { return "the entity" }
    let (type, namespace, name) = entity.parts
    return CommandLineEntity(type: type, namespace: namespace, name: name, version: version).text
  }

  /// The report as one JSON object. Keys are stable; new ones may appear.
  public func json(isIndented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    writer.object { writer in
      status.write(to: &writer)
      writer.member("kind", kind?.rawValue)
      writer.name("findings")
      writer.array { writer in
        for finding in findings { finding.write(to: &writer) }
      }
      writer.member("origin", origin)
      writer.member("size", size)
      writer.member("root", root?.description)
      writer.name("cosignatures")
      writer.array { writer in
        for cosignature in cosignatures {
          writer.object { writer in
            writer.member("name", cosignature.name)
            writer.member("time", cosignature.timestamp)
          }
        }
      }
      writer.member("oldSize", oldSize)
      writer.member("oldRoot", oldRoot?.description)
      writer.member("index", index)
      writer.member("leafHash", leafHash?.description)
      writer.name("record")
      if let record, let leafHash {
        RecordJSON.write(record, leafHash: leafHash, to: &writer)
      } else {
        writer.null()
      }
      writer.member("openedBody", opening?.slot.body)
      writeIndexMembers(to: &writer)
      writeCertificate(to: &writer)
    }
    return writer.text
  }

  private func writeIndexMembers(to writer: inout JSONWriter) {
    writer.name("entity")
    if let (type, namespace, name) = entity?.parts {
      writer.object { writer in
        writer.member("type", type.codeName)
        writer.member("namespace", namespace)
        writer.member("name", name)
      }
    } else {
      writer.null()
    }
    writer.member("since", range?.lowerBound)
    writer.member("indexRecord", range?.upperBound)
    writer.name("records")
    if let records {
      writer.array { writer in
        for record in records { writer.integer(record) }
      }
      writer.name("absent")
      writer.boolean(records.isEmpty)
    } else {
      writer.null()
      writer.name("absent")
      writer.null()
    }
    writer.name("closure")
    if status == .valid, let closure {
      ClosureJSON.write(closure, to: &writer)
    } else {
      writer.null()
    }
  }
}
