internal import LedgerCryptography
public import LedgerFormat
internal import MerkleLog

/// Why a certificate's records are not those that it needs, or not what they are taken for.
public enum CertifiedEvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The history is of another entity than the request.
  case otherRequest
  case recordMissing(UInt64)
  case recordUnneeded(UInt64)
  /// The parts of a record do not make one, or a number in it leads nowhere.
  case recordBroken(UInt64)
  /// Record 0 does not say which ledger it is.
  case noIdentity
  /// The closures are not those of the declared scope.
  case closureCount(expected: Int, found: Int)
  /// A closure answers another question than the certificate's.
  case otherQuestion(closure: Int)

  public var description: String {
    switch self {
    case .otherRequest: "the history is not of the certificate's request"
    case .recordMissing(let index): "record \(index), which the certificate needs, is left out"
    case .recordUnneeded(let index): "record \(index) is cited without need"
    case .recordBroken(let index): "record \(index) cannot be what the certificate takes it for"
    case .noIdentity: "record 0 does not say which ledger this is"
    case .closureCount(let expected, let found):
      "the declared scope has \(counted(expected, "entity")), found: "
        + counted(found, "closure")
    case .otherQuestion(let number):
      "closure \(number) answers another question than what became of the declared scope"
    }
  }
}

extension CertifiedEvidence {
  /// Which records a certificate cites, the history of its request given.
  ///
  /// - Parameters:
  ///   - listed: the records that name the request, ascending.
  ///   - header: gives a record, or throws `recordMissing`.
  /// - Returns: their numbers: record 0, all parts of the listed ones, the holds that refused the
  ///   request, and the records whose bodies were planned to be erased.
  public static func citedRecords<Failure: Error>(
    listed: [UInt64], _ header: (UInt64) throws(Failure) -> RecordHeader
  ) throws(Failure) -> Set<UInt64> {
    var cited: Set<UInt64> = [0]
    var taken: Set<UInt64> = []
    var further: Set<UInt64> = []
    func take(_ index: UInt64) throws(Failure) {
      guard taken.insert(index).inserted else { return }
      let content = try header(index).content
      cited.insert(index)
      let isOutcome = content.kind == RecordKind.erasureOutcome.rawValue
      for reference in content.references where isOutcome && reference.relation == .cites {
        further.insert(reference.index)
      }
      for slot in content.slots where content.kind == RecordKind.erasurePlan.rawValue {
        cited.insert(slot.record)
      }
    }
    for index in listed {
      for part in parts(of: try header(index)) { try take(part) }
    }
    for index in further { cited.formUnion(parts(of: try header(index))) }
    return cited
  }

  /// The numbers of all parts of the record that `header` is a part of.
  fileprivate static func parts(of header: RecordHeader) -> Range<UInt64> {
    guard let part = header.content.part, UInt64(part.number) <= header.index else {
      return header.index..<header.index + 1
    }
    let first = header.index - UInt64(part.number)
    return first..<first + UInt64(part.count)
  }

  /// Reads a certificate's evidence.
  ///
  /// - Parameters:
  ///   - content: with proofs that were checked.
  ///   - listed: the records of the request that the history's proof lists.
  ///   - closures: computed from those in `content`, in their order.
  ///   - firstRecords: the first record that names the root of each closure; nil if none does.
  public init(
    _ content: CertificateContent, request: String, listed: [UInt64], facts: CertificateFacts,
    closures: [Closure], firstRecords: [UInt64?]
  ) throws(CertifiedEvidenceError) {
    guard content.history.key == Self.requestKey(request) else { throw .otherRequest }
    let shelf = RecordShelf(content)
    let needed = try Self.citedRecords(listed: listed) {
      (index) throws(CertifiedEvidenceError) in try shelf.header(index)
    }
    for index in needed.sorted() { _ = try shelf.header(index) }
    for header in content.records where !needed.contains(header.index) {
      throw .recordUnneeded(header.index)
    }
    guard let identity = try shelf.header(0).content.identity else { throw .noIdentity }
    self.identity = identity
    indexRecord = content.history.evidence.indexRecord
    root = content.checkpoint.root
    attesters = content.attesters.map { Attester(name: $0.name, size: $0.size) }
    records = try shelf.records(listed)
    bodies = []
    holds = []
    let kind = RecordKind.erasurePlan.rawValue
    let slots = Set(records.filter { $0.content.kind == kind }.flatMap(\.content.slots))
    for slot in slots.sorted() { bodies.append(try shelf.body(slot)) }
    outcome = records.last { $0.content.kind == RecordKind.erasureOutcome.rawValue }.map(
      Outcome.init)
    for index in outcome?.holds ?? [] {
      holds.append(try shelf.record(Self.parts(of: try shelf.header(index))))
    }
    self.closures = closures
    self.firstRecords = firstRecords
    targets = []
    let scope = facts.scope
    guard closures.count == scope.count else {
      throw .closureCount(expected: scope.count, found: closures.count)
    }
    let methods = Self.methods(records)
    for (number, closure) in closures.enumerated() {
      targets += CertifiedTarget.targets(
        of: closure, number: number, role: scope[number].role, methods: methods)
    }
  }

  /// The records of a request, all parts of each joined.
  ///
  /// - Parameter listed: those that name it, ascending.
  public static func requestRecords(
    _ content: CertificateContent, listed: [UInt64]
  ) throws(CertifiedEvidenceError) -> [Record] {
    try RecordShelf(content).records(listed)
  }

  /// What executions state of the entities that they name; the last one counts.
  private static func methods(_ records: [Record]) -> [EntityKey: String] {
    var methods: [EntityKey: String] = [:]
    for record in records where record.content.kind == RecordKind.erasureExecution.rawValue {
      guard case .text(let method)? = record.content.attributes["method"] else { continue }
      for entity in record.content.entities where entity.role == .target {
        methods[EntityKey(entity)] = method
      }
    }
    return methods
  }

  /// The last execution of a request that names `entity` as its target: what its closure takes for
  /// the erasure.
  public static func execution(of entity: EntityKey, in records: [Record]) -> UInt64? {
    records.last { record in
      record.content.kind == RecordKind.erasureExecution.rawValue
        && record.content.entities.contains { $0.role == .target && EntityKey($0) == entity }
    }?.index
  }
}

extension CertifiedEvidence.Outcome {
  init(_ record: CertifiedEvidence.Record) {
    let content = record.content
    func indexes(_ relation: ReferenceRelation) -> [UInt64] {
      content.references.filter { $0.relation == relation }.map(\.index)
    }
    self.record = record.index
    code = content.text("outcome") ?? "?"
    basis = content.text("basis")
    residualRecords = indexes(.residual)
    residualFileCount = 0
    if case .integer(let count)? = content.attributes["residualFiles"] { residualFileCount = count }
    holds = indexes(.cites)
    let name = CertifiedEvidence.keysDestroyedAttribute
    if case .integer(let count)? = content.attributes[name] { destroyedKeyCount = count }
  }
}

/// The records of a certificate by number.
private struct RecordShelf {
  private var places: [UInt64: Int] = [:]
  private let content: CertificateContent

  init(_ content: CertificateContent) {
    self.content = content
    for (place, record) in content.records.enumerated() { places[record.index] = place }
  }

  func header(_ index: UInt64) throws(CertifiedEvidenceError) -> RecordHeader {
    guard let place = places[index] else { throw .recordMissing(index) }
    return content.records[place]
  }

  private func leafHash(_ index: UInt64) throws(CertifiedEvidenceError) -> SHA256Digest {
    guard let place = places[index] else { throw .recordMissing(index) }
    return MerkleHash.leaf(content.recordBytes[place])
  }

  /// The records that `listed` are, or are parts of.
  func records(
    _ listed: [UInt64]
  ) throws(CertifiedEvidenceError) -> [CertifiedEvidence.Record] {
    var records: [CertifiedEvidence.Record] = []
    var end: UInt64 = 0
    for index in listed where index >= end {
      let parts = CertifiedEvidence.parts(of: try header(index))
      records.append(try record(parts))
      end = parts.upperBound
    }
    return records
  }

  func record(_ parts: Range<UInt64>) throws(CertifiedEvidenceError) -> CertifiedEvidence.Record {
    var headers: [RecordHeader] = []
    for index in parts { headers.append(try header(index)) }
    let leafHash = try leafHash(parts.lowerBound)
    do throws(FormatError) {
      let joined = try HistoryRecord(parts: headers)
      return CertifiedEvidence.Record(
        index: joined.index, leafHash: leafHash, recordedTime: joined.recordedTime,
        content: joined.content)
    } catch {
      throw .recordBroken(parts.lowerBound)
    }
  }

  func body(_ slot: BodySlot) throws(CertifiedEvidenceError) -> CertifiedEvidence.Body {
    let bodies = try header(slot.record).content.bodies
    guard slot.body < UInt64(bodies.count) else { throw .recordBroken(slot.record) }
    return CertifiedEvidence.Body(
      slot: slot, description: bodies[Int(slot.body)], leafHash: try leafHash(slot.record))
  }
}
