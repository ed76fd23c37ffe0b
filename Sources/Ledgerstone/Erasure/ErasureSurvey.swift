internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage

/// What all headers say that an erasure has to know; one pass over the log.
struct ErasureSurvey {
  /// The first record of the request itself.
  private(set) var requestRecord: UInt64?
  /// The plan of this attempt, and what it lists.
  private(set) var plan: (index: UInt64, partCount: UInt64, slots: [BodySlot])?
  /// The outcome of this attempt.
  private(set) var outcome: (index: UInt64, content: RecordContent)?
  private(set) var holds = HoldBook()
  /// The bodies with one of the tags asked for.
  private(set) var slots: Set<BodySlot> = []

  private let request: String
  private let firstRecord: UInt64
  private let tags: Set<[UInt8]>
  private var outcomeIndex: UInt64?

  /// - Parameters:
  ///   - firstRecord: plans and outcomes before it are of an earlier attempt.
  ///   - tags: those of the subjects.
  init(
    _ log: LogReader, request: String, from firstRecord: UInt64, tags: Set<[UInt8]>
  ) throws(LedgerError) {
    self.request = request
    self.firstRecord = firstRecord
    self.tags = tags
    var failure: (any Error)?
    do {
      try log.forEachHeader(in: 0..<log.endRecord) { index, bytes, _ in
        accept(try RecordHeader.decode(bytes), index)
      }
    } catch { failure = error }
    if let failure { try translatingErrors { throw failure } }
  }

  private mutating func accept(_ header: RecordHeader, _ index: UInt64) {
    let content = header.content
    if !tags.isEmpty {
      for (number, body) in content.bodies.enumerated() {
        guard let tag = body.tag, tags.contains(tag.bytes.copied()) else { continue }
        slots.insert(BodySlot(record: index, body: UInt64(number)))
      }
    }
    holds.accept(header)
    let number = UInt64(content.part?.number ?? 0)
    if number > 0 {
      // A part belongs to the record before it.
      if let plan, plan.index + number == index, content.kind == RecordKind.erasurePlan.rawValue {
        self.plan?.slots += content.slots
      }
      if outcomeIndex.map({ $0 + number == index }) == true {
        outcome?.content.references += content.references
      }
      return
    }
    guard ErasureRecords.isAbout(request, content) else { return }
    switch content.kind {
    case RecordKind.erasureRequest.rawValue: requestRecord = requestRecord ?? index
    case RecordKind.erasurePlan.rawValue where index >= firstRecord:
      plan = (index, UInt64(content.part?.count ?? 1), content.slots)
    case RecordKind.erasureOutcome.rawValue where index >= firstRecord:
      outcome = (index, content)
      outcomeIndex = index
    default: break
    }
  }
}
