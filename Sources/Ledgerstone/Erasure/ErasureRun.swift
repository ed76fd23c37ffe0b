internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage
internal import SubjectVault

/// One erasure, from wherever it stands to its outcome. Used once, on the queue of erasures.
///
/// Each step can be repeated, and finds out by itself whether it was done: from the journal's
/// state, from the records there are, from the tombstones in the body segments.
struct ErasureRun {
  let ledger: Ledger
  let request: ErasureRequest
  private let search: IdentifierSearch
  private var lookups: Set<SubjectLookup> = []
  private var entry: ErasureEntry

  init(ledger: Ledger, request: ErasureRequest) {
    self.ledger = ledger
    self.request = request
    search = IdentifierSearch(request.subjects)
    entry = ErasureEntry(
      request: request.identifier, subjectCount: request.subjects.count, firstRecord: 0)
  }

  mutating func run() throws(LedgerError) -> ErasureReport {
    let reader = try LedgerReader.open(
      at: ledger.location, fileSystem: ledger.options.fileSystem)
    for case let text? in [request.regulation, request.received] where text.isEmpty {
      // A certificate has to say the same, and cannot say nothing.
      throw LedgerError(.invalid, "an empty regulation or date of receipt says nothing")
    }
    for subject in request.subjects {
      try Self.requireUnnamed(subject, in: [request.regulation, request.received])
    }
    for slot in request.slots { try reader.requireBody(slot) }
    for subject in request.subjects {
      lookups.insert(try translatingErrors { try ledger.subjects.lookup(subject) })
    }
    var report: ErasureReport
    if let found = try resume() { report = found } else { report = try goOn() }
    if report.outcome != .refused { report.unsearchedCount = search.unsearchedCount }
    return report
  }

  static func requireTexts(_ basis: String, _ decidedBy: String) throws(LedgerError) {
    guard !basis.isEmpty, !decidedBy.isEmpty else {
      throw LedgerError(.invalid, "a hold needs a basis and the role that decided")
    }
  }

  /// Refuses texts that would put a subject's identifier into a header for ever.
  static func requireUnnamed(_ subject: String, in texts: [String?]) throws(LedgerError) {
    for case let text? in texts where IdentifierSearch.isNamed(subject, in: text) {
      throw LedgerError(
        .invalid,
        "'\(text.prefix(80))' contains the subject's identifier, and would be permanent; nothing "
          + "was recorded")
    }
  }

  private var store: any SubjectStore {
    get throws(LedgerError) { try translatingErrors { try ledger.subjects.store() } }
  }

  // MARK: Beginning

  /// Takes up the journal's entry or begins a new one.
  ///
  /// - Returns: the report, where nothing is left to do.
  private mutating func resume() throws(LedgerError) -> ErasureReport? {
    let store = try store
    if let known = try translatingErrors({ try store.erasure(request.identifier) }) {
      if known.state != .finished {
        try requireSameTargets(known, store)
        entry = known
        return nil
      }
      if let report = try answer(known, store) {
        // Once more, with the checkpoint: the step that closed the entry may have failed, and have
        // left it where it is seen but not durable.
        entry = known
        return report.isRepeated ? try finish(report) : report
      }
    }
    entry.firstRecord = try ledger.snapshotAndWait().endRecord
    try translatingErrors { try ledger.subjects.fence(entry, lookups.sorted()) }
    return nil
  }

  /// What came of a request that ended; nil if it may be tried anew.
  private mutating func answer(
    _ known: ErasureEntry, _ store: any SubjectStore
  ) throws(LedgerError) -> ErasureReport? {
    guard let code = known.outcome, let outcome = ErasureReport.Outcome(rawValue: code),
      let requestRecord = known.requestRecord, let outcomeRecord = known.outcomeRecord,
      outcome != .refused
    else { return nil }
    for lookup in lookups {
      guard try translatingErrors({ try store.subject(lookup) }) == nil else {
        throw LedgerError(
          .invalid,
          "the request '\(request.identifier)' was carried out before, and there is a key of "
            + "this subject again or still; ask under a new id")
      }
    }
    let slots = Set(known.slots.map { BodySlot(record: $0.record, body: $0.body) })
    guard outcome == .alreadyErased || request.slots.isSubset(of: slots) else {
      throw LedgerError(
        .invalid,
        "the request '\(request.identifier)' was carried out before, for other bodies; ask under "
          + "a new id")
    }
    var report = ErasureReport(
      request: known.request, outcome: outcome, requestRecord: requestRecord,
      planRecord: known.planRecord, outcomeRecord: outcomeRecord, bodyCount: known.slots.count)
    report.isRepeated = true
    report.residualRecords = known.residualRecords
    guard outcome == .residual else { return report }
    // What stood elsewhere may be gone by now.
    let scan = try residualScan()
    report.residualRecords = scan.found.records.sorted()
    report.residualFiles = scan.found.files
    guard report.residualRecords.isEmpty, report.residualFiles.isEmpty else { return report }
    report.outcome = known.slots.isEmpty ? .notFound : .erased
    report.isRepeated = false
    entry = known
    return try conclude(report, scannedRecordCount: scan.recordCount)
  }

  private func requireSameTargets(
    _ known: ErasureEntry, _ store: any SubjectStore
  ) throws(LedgerError) {
    let fenced = try translatingErrors { try store.fencedSubjects() }
    let slots = Set(known.slots.map { BodySlot(record: $0.record, body: $0.body) })
    guard Set(fenced.filter { $0.value == known.request }.map(\.key)) == lookups,
      known.state == .requested || request.slots.isSubset(of: slots)
    else {
      throw LedgerError(
        .invalid,
        "the request '\(known.request)' is under way for something else; repeat it with what it "
          + "was begun with")
    }
  }

  // MARK: The steps

  private mutating func goOn() throws(LedgerError) -> ErasureReport {
    let store = try store
    let log = try ledger.snapshotAndWait()
    let tags = try translatingErrors { () throws(VaultError) in
      var tags: Set<[UInt8]> = []
      for lookup in lookups { tags.formUnion(try store.tags(of: lookup)) }
      return tags
    }
    let survey = try ErasureSurvey(
      log, request: request.identifier, from: entry.firstRecord, tags: tags)
    if let (index, content) = survey.outcome, let requestRecord = survey.requestRecord,
      let report = ErasureRecords.report(
        content, at: index, (requestRecord, survey.plan?.index),
        bodyCount: survey.plan?.slots.count ?? 0, request: request.identifier)
    {
      return try finish(report)
    }
    let requestRecord: UInt64
    if let known = survey.requestRecord {
      requestRecord = known
    } else {
      requestRecord = try ledger.appendAndWait(ErasureRecords.request(request)).index
    }
    entry.requestRecord = requestRecord
    var erasedBefore = 0
    if entry.state == .requested {
      let found = try present(survey.slots.union(request.slots), log)
      erasedBefore = found.erasedCount
      if let refusal = try refusal(found.slots, log, survey, requestRecord, store) {
        return refusal
      }
      entry.slots = found.slots.map { ErasureEntry.Slot(record: $0.record, body: $0.body) }
      entry.state = .planned
      try translatingErrors { try store.update(entry) }
    }
    var slots = entry.slots.map { BodySlot(record: $0.record, body: $0.body) }
    if entry.state == .planned, !slots.isEmpty {
      if survey.plan == nil,
        let refusal = try refusal(slots, log, survey, requestRecord, store)
      {
        return refusal
      }
      try commitPlan(slots, survey, requestRecord, store)
    }
    if entry.state != .destroyed {
      entry.destroyedKeyCount = try keyCount(store)
      entry.state = .destroyed
      try translatingErrors { try ledger.subjects.destroyKeys(entry) }
    }
    slots.sort()
    try removeBodies(slots)
    let scan = try residualScan()
    var report = ErasureReport(
      request: request.identifier, outcome: .erased, requestRecord: requestRecord,
      planRecord: entry.planRecord, outcomeRecord: 0, bodyCount: slots.count)
    if slots.isEmpty { report.outcome = erasedBefore > 0 ? .alreadyErased : .notFound }
    report.residualRecords = scan.found.records.sorted()
    report.residualFiles = scan.found.files
    if !report.residualRecords.isEmpty || !report.residualFiles.isEmpty {
      report.outcome = .residual
    }
    return try conclude(report, scannedRecordCount: scan.recordCount)
  }

  /// How many of the subjects have a key.
  private func keyCount(_ store: any SubjectStore) throws(LedgerError) -> Int {
    var count = 0
    for lookup in lookups
    where try translatingErrors({ try store.subject(lookup)?.wrappedKey }) != nil {
      count += 1
    }
    return count
  }

  /// Those of `slots` whose body is there, ascending, and how many were erased before.
  private func present(
    _ slots: Set<BodySlot>, _ log: LogReader
  ) throws(LedgerError) -> (slots: [BodySlot], erasedCount: Int) {
    var found: [BodySlot] = []
    var erasedCount = 0
    for slot in slots.sorted() {
      let stored = try translatingErrors { try log.bodies(of: slot.record) }
        .first { $0.slot == slot }
      switch stored?.content {
      case .present: found.append(slot)
      case .erased: erasedCount += 1
      case nil:
        throw LedgerError(.corrupt, "body \(slot.body) of record \(slot.record) is missing")
      }
    }
    guard found.count <= ErasureRecords.slotCountMax else {
      // Nothing was planned, so that what was begun can be let go.
      var given = entry
      given.state = .finished
      try translatingErrors { try ledger.subjects.finish(given) }
      throw LedgerError(
        .invalid,
        "\(found.count) bodies are more than one plan can list, which are "
          + "\(ErasureRecords.slotCountMax); ask in several requests")
    }
    return (found, erasedCount)
  }

  /// Ends the erasure if a hold covers one of `slots`: a record says so, and nothing is planned.
  private mutating func refusal(
    _ slots: [BodySlot], _ log: LogReader, _ survey: ErasureSurvey, _ requestRecord: UInt64,
    _ store: any SubjectStore
  ) throws(LedgerError) -> ErasureReport? {
    guard !survey.holds.placed.isEmpty else { return nil }
    var records: [UInt64: [RecordContent]] = [:]
    for slot in slots where records[slot.record] == nil {
      records[slot.record] = try contents(of: slot.record, log)
    }
    let found = try translatingErrors {
      try survey.holds.covering(slots, records: records, subjects: lookups, store: store)
    }
    guard let first = found.first else { return nil }
    var report = ErasureReport(
      request: request.identifier, outcome: .refused, requestRecord: requestRecord,
      outcomeRecord: 0, bodyCount: 0)
    report.holds = found
    if case .text(let basis)? = survey.holds.placed[first]?.attributes["basis"] {
      report.basis = basis
    }
    entry.slots = []
    return try conclude(report, scannedRecordCount: nil)
  }

  /// The record's header, and those of its continuations.
  private func contents(of record: UInt64, _ log: LogReader) throws(LedgerError) -> [RecordContent]
  {
    try translatingErrors {
      var contents: [RecordContent] = []
      var index = record
      repeat {
        let stored = try log.header(at: index)
        let bytes = stored.bytes
        contents.append(try RecordHeader.decode(bytes.rawSpan).content)
        index += 1
      } while index < record + UInt64(contents[0].part?.count ?? 1)
      return contents
    }
  }

  /// Appends the plan unless it is there, signs, and keeps what proves it in the journal.
  private mutating func commitPlan(
    _ slots: [BodySlot], _ survey: ErasureSurvey, _ requestRecord: UInt64,
    _ store: any SubjectStore
  ) throws(LedgerError) {
    let index: UInt64
    if let plan = survey.plan {
      guard plan.slots == slots else {
        throw LedgerError(
          .corrupt, "the plan in record \(plan.index) is not the one in the vault's journal")
      }
      index = plan.index
    } else {
      index = try ledger.appendAndWait(
        ErasureRecords.plan(request.identifier, answers: requestRecord, slots)
      ).index
    }
    try ledger.checkpointAndWait()
    let reader = try LedgerReader.open(
      at: ledger.location, fileSystem: ledger.options.fileSystem)
    entry.planRecord = index
    entry.plans = []
    for part in try reader.parts(at: index) {
      entry.plans.append(
        ErasureEntry.PlanEvidence(
          record: part.header.index, header: part.bytes,
          proof: try reader.inclusionProof(at: part.header.index)))
    }
    entry.state = .committed
    try translatingErrors { try store.update(entry) }
  }

  /// The active file sealed, the bodies out of their segments, cut-off tails removed.
  private func removeBodies(_ slots: [BodySlot]) throws(LedgerError) {
    if let plan = entry.planRecord {
      let log = try ledger.sealAndWait(forgetting: Set(slots.map(\.record)))
      // Anew, whatever an earlier attempt seems to have done: its last step may have failed.
      try translatingErrors { _ = try log.eraseBodies(slots, plan: plan, anew: true) }
    }
    // Of what a crash cut off nobody knows whose it is.
    let location = try ledger.snapshotAndWait().location
    try translatingErrors { try location.purgeTornTails() }
  }

  private func residualScan() throws(LedgerError) -> (found: ResidualScan, recordCount: UInt64?) {
    let log = try ledger.snapshotAndWait()
    let scan = try ResidualScan(search, log, ledger.location, ledger.options.fileSystem)
    // Of a body alone nobody is named, so there is nothing to look for.
    return (scan, search.isEmpty ? nil : log.endRecord)
  }

  private mutating func conclude(
    _ report: ErasureReport, scannedRecordCount: UInt64?
  ) throws(LedgerError) -> ErasureReport {
    var report = report
    var content = ErasureRecords.outcome(report, scannedRecordCount: scannedRecordCount)
    if report.outcome != .refused {
      ErasureRecords.state(search, destroyedKeyCount: entry.destroyedKeyCount, in: &content)
    }
    report.outcomeRecord = try ledger.appendAndWait(content).index
    return try finish(report)
  }

  /// Lifts the fence, closes the journal's entry, and signs what was recorded.
  private mutating func finish(_ report: ErasureReport) throws(LedgerError) -> ErasureReport {
    entry.state = .finished
    entry.requestRecord = report.requestRecord
    entry.planRecord = report.planRecord
    entry.outcome = report.outcome.rawValue
    entry.outcomeRecord = report.outcomeRecord
    entry.residualRecords = report.residualRecords
    try translatingErrors { try ledger.subjects.finish(entry) }
    try ledger.checkpointAndWait()
    return report
  }
}

extension LedgerReader {
  /// - Throws: `notFound` unless the record has that body, erased or not.
  func requireBody(_ slot: BodySlot) throws(LedgerError) {
    let count = try record(at: slot.record).header.content.bodies.count
    guard slot.body < UInt64(count) else {
      throw .noSuchBody(in: slot.record, count: count)
    }
  }
}
