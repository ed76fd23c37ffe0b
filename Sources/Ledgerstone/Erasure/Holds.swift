internal import LedgerCryptography
public import LedgerFormat
public import Provenance
internal import SubjectVault

/// A decision that something must not be erased.
public struct HoldRequest: Sendable {
  public enum Scope: Hashable, Sendable {
    /// No body of this ledger.
    case everything
    /// No body of a record that names the entity, whatever its version or role.
    case entity(type: EntityType, namespace: String, name: String)
    /// These bodies.
    case bodies([BodySlot])
    /// No body of this subject. The hold's record has a sealed body of the subject, which is how it
    /// is found again without naming anybody.
    case subject(String)
  }

  public var scope: Scope
  /// Why, such as `eu-gdpr:A17-3-e` or the number of a proceeding; permanent.
  public var basis: String
  /// The role that decided, never a person's name; permanent.
  public var decidedBy: String

  public init(scope: Scope, basis: String, decidedBy: String) {
    self.scope = scope
    self.basis = basis
    self.decidedBy = decidedBy
  }
}

extension Ledger {
  /// Records a hold; from now on an erasure of what it covers is refused.
  ///
  /// - Returns: the receipt; its index names the hold.
  /// - Throws: `invalid` if basis or role is empty or names the subject, or a body does not exist;
  ///   `vault` for a subject while the vault is locked; as `append`.
  public func placeHold(_ hold: HoldRequest) async throws(LedgerError) -> Receipt {
    try await performErasing { ledger throws(LedgerError) in
      try ErasureRun.requireTexts(hold.basis, hold.decidedBy)
      var content = RecordContent(
        kind: RecordKind.holdPlaced.rawValue, source: LedgerRecords.source)
      content.attributes["basis"] = .text(hold.basis)
      content.attributes["decidedBy"] = .text(hold.decidedBy)
      var bodies: [RecordBatch.Body] = []
      switch hold.scope {
      case .everything: content.attributes["scope"] = .text("everything")
      case .entity(let type, let namespace, let name):
        content.attributes["scope"] = .text("entity")
        content.entities = [Entity(role: .scope, type: type, namespace: namespace, name: name)]
      case .bodies(let slots):
        content.attributes["scope"] = .text("bodies")
        content.slots = Set(slots).sorted()
        let reader = try LedgerReader.open(
          at: ledger.location, fileSystem: ledger.options.fileSystem)
        for slot in slots { try reader.requireBody(slot) }
      case .subject(let subject):
        try ErasureRun.requireUnnamed(subject, in: [hold.basis, hold.decidedBy])
        content.attributes["scope"] = .text("subject")
        bodies = [
          RecordBatch.Body(
            contentType: "text/plain; charset=utf-8", bytes: Array(hold.basis.utf8),
            subject: subject)
        ]
      }
      return try ledger.appendAndWait(content, bodies: bodies)
    }
  }

  /// Records that the hold `index` no longer holds.
  ///
  /// - Throws: `notFound` if record `index` is no hold; `conflict` if it was released before.
  public func releaseHold(
    _ index: UInt64, basis: String, decidedBy: String
  ) async throws(LedgerError) -> Receipt {
    try await performErasing { ledger throws(LedgerError) in
      try ErasureRun.requireTexts(basis, decidedBy)
      let reader = try LedgerReader.open(at: ledger.location, fileSystem: ledger.options.fileSystem)
      let placed = try reader.record(at: index).header.content
      guard placed.kind == RecordKind.holdPlaced.rawValue else {
        throw LedgerError(.notFound, "record \(index) is no hold")
      }
      var book = HoldBook()
      try reader.forEachRecord(in: 0..<reader.size) { book.accept($0.header) }
      guard book.placed[index] != nil else {
        throw LedgerError(.conflict, "the hold \(index) was released before")
      }
      var content = RecordContent(
        kind: RecordKind.holdReleased.rawValue, source: LedgerRecords.source)
      content.attributes["basis"] = .text(basis)
      content.attributes["decidedBy"] = .text(decidedBy)
      content.references = [RecordReference(relation: .supersedes, index: index)]
      // So that the history of what was held has the release, too.
      content.entities = placed.entities.filter { $0.role == .scope }
      return try ledger.appendAndWait(content)
    }
  }
}

/// The holds that are in force after a stretch of records.
struct HoldBook {
  /// By record; without those released.
  private(set) var placed: [UInt64: RecordContent] = [:]

  mutating func accept(_ header: RecordHeader) {
    switch header.content.kind {
    case RecordKind.holdPlaced.rawValue:
      // A long list of bodies has parts; the hold is the first one.
      let number = UInt64(header.content.part?.number ?? 0)
      if number == 0 {
        placed[header.index] = header.content
      } else if number <= header.index {
        placed[header.index - number]?.slots += header.content.slots
      }
    case RecordKind.holdReleased.rawValue:
      for reference in header.content.references where reference.relation == .supersedes {
        placed[reference.index] = nil
      }
    default: break
    }
  }

  /// The holds that cover any of `slots`, ascending.
  ///
  /// - Parameter records: the contents of the records of `slots`, all parts.
  func covering(
    _ slots: [BodySlot], records: [UInt64: [RecordContent]], subjects: Set<SubjectLookup>,
    store: any SubjectStore
  ) throws(VaultError) -> [UInt64] {
    guard !slots.isEmpty else { return [] }
    var owners = subjects
    for slot in slots {
      guard let tag = records[slot.record]?.first?.tag(of: slot) else { continue }
      if let owner = try store.subject(ofTag: tag) { owners.insert(owner) }
    }
    var found: [UInt64] = []
    for (index, content) in placed.sorted(by: { $0.key < $1.key })
    where try covers(content, slots, records, owners, store) {
      found.append(index)
    }
    return found
  }

  private func covers(
    _ hold: RecordContent, _ slots: [BodySlot], _ records: [UInt64: [RecordContent]],
    _ owners: Set<SubjectLookup>, _ store: any SubjectStore
  ) throws(VaultError) -> Bool {
    switch hold.attributes["scope"] {
    case .text("everything"): return true
    case .text("entity"):
      return slots.contains { slot in
        records[slot.record, default: []].contains { content in
          content.entities.contains { entity in hold.entities.contains { $0.isSame(as: entity) } }
        }
      }
    case .text("bodies"): return !Set(hold.slots).isDisjoint(with: slots)
    case .text("subject"):
      for body in hold.bodies {
        guard let tag = body.tag?.bytes.copied(), let owner = try store.subject(ofTag: tag) else {
          continue
        }
        if owners.contains(owner) { return true }
      }
      return false
    // A hold that this program does not understand is one all the same.
    default: return true
    }
  }
}

extension RecordContent {
  fileprivate func tag(of slot: BodySlot) -> [UInt8]? {
    guard slot.body < UInt64(bodies.count) else { return nil }
    return bodies[Int(slot.body)].tag?.bytes.copied()
  }
}

extension Entity {
  /// One thing, whatever the version and the role; names compare as bytes.
  fileprivate func isSame(as other: Entity) -> Bool {
    type == other.type && namespace.utf8.elementsEqual(other.namespace.utf8)
      && name.utf8.elementsEqual(other.name.utf8)
  }
}
