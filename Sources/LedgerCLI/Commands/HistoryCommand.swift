internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List every record that names an entity, and prove that there are no others.",
    discussion: """
      ENTITY is TYPE:NAMESPACE:NAME[@VERSION], with %, : and @ inside a part percent-encoded; the \
      form without encoding is taken where it means exactly one entity. An entity that no record \
      names has an empty history, and --proof then proves its absence.

      --proof writes a completeness proof under the newest index record, which `ledgerstone index` \
      appends; `ledgerstone verify FILE --key VKEY` checks it. It covers all kinds and versions.
      """)

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "The entity, such as dataset:warehouse:visits.")
  var entity: String

  @Option(help: ArgumentHelp("Only records recorded at or after it.", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("Only records recorded before it.", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("Only records of this kind, or of the kinds below it."))
  var kind: String?

  @Option(help: ArgumentHelp("Only records behind this one.", valueName: "index"))
  var after: UInt64?

  @Option(help: ArgumentHelp("At most so many records.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("Where to write the completeness proof.", valueName: "file"))
  var proof: String?

  @Flag(
    help: """
      With --kind access: who read it and what for, grouped, instead of the records; with \
      disclosures and silent producers.
      """)
  var report = false

  @Flag(help: "Print each record as a JSON object on a line.")
  var json = false

  func validate() throws {
    guard !report || (kind == "access" && after == nil && limit == nil && proof == nil) else {
      throw ValidationError(
        "--report takes --kind access, and neither --after, --limit nor --proof.")
    }
    if kind?.isEmpty == true {
      throw ValidationError("--kind names a kind of record, such as access or erasure/request.")
    }
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1.") }
  }

  mutating func run() throws {
    let reader = try ledger.readerOfAll()
    try ledger.refuse(target: proof)
    let entity = try EntityArgument.resolve(entity, in: reader)
    let range = try range(in: reader)
    if report { return try printReport(on: entity, range, reader) }
    var lister = HistoryLister(reader: reader, entity: entity, kind: kind, isJSON: json)
    try lister.list(range, limit: limit ?? .max)
    if let proof { try write(proof, of: entity, from: range.lowerBound, reader) }
    try conclude(lister, reader)
  }

  private func printReport(
    on entity: CommandLineEntity, _ range: Range<UInt64>, _ reader: LedgerReader
  ) throws {
    guard entity.type == .dataset, entity.version == nil else {
      throw CommandFailure(.usage, "--report is about a dataset, without a version")
    }
    let size = range.upperBound
    let query = ClosureQuery(
      root: entity.key, origin: .record(0), size: size, time: .now,
      silenceMicroseconds: 86_400_000_000)
    let gaps = try reader.sequenceGaps(below: size)
    let closure = try Closure.compute(
      query, from: LineageReading.source(reader, size: size, sequenceGaps: gaps))
    let aliases = closure.root.aliases
    var records: [UInt64: HistoryRecord] = [:]
    for key in [entity.key] + aliases {
      for record in try LineageReading.history(of: key, in: range, reader) {
        records[record.index] = record
      }
    }
    let report = AccessReport(
      dataset: entity.key, aliases: aliases,
      records: records.values.sorted { $0.index < $1.index }, firstRecord: range.lowerBound,
      size: size, silentProducers: closure.silentProducers)
    try StandardOutput.print(
      bytes: Array(
        (json ? AccessReportJSON.text(report) + "\n" : AccessReportText.text(report)).utf8))
    try conclude(nil, reader)
  }

  private func range(in reader: LedgerReader) throws -> Range<UInt64> {
    var start: UInt64 = 0
    if let after { start = try reader.record(after: after) }
    var end = reader.size
    if let since { start = max(start, try reader.firstRecord(atOrAfter: time(since, "--since"))) }
    if let until { end = min(end, try reader.firstRecord(atOrAfter: time(until, "--until"))) }
    return min(start, end)..<end
  }

  private func time(_ text: String, _ option: String) throws -> Timestamp {
    guard let parsed = Timestamp.parse(text) else {
      throw CommandFailure(
        .usage, "\(option): '\(text)' is no RFC 3339 time, such as 2026-01-31T00:00:00Z")
    }
    return parsed.timestamp
  }

  private func write(
    _ path: String, of entity: CommandLineEntity, from start: UInt64, _ reader: LedgerReader
  ) throws {
    let (file, records, standing) = try reader.completenessProof(of: entity.key, since: start)
    try SmallFile.write(file, to: path)
    StandardError.write(
      line: "proof: \(counted(records.count, "record")) from \(start) to \(standing.record - 1)"
        + ", under index record \(standing.record)")
  }

  /// Says what the answer rests on.
  private func conclude(_ lister: HistoryLister?, _ reader: LedgerReader) throws {
    if lister?.listedCount == 0 { StandardError.write(line: "no record matches") }
    if let last = lister?.next { StandardError.write(line: "more: --after \(last)") }
    switch try reader.indexStanding() {
    case nil: StandardError.write(line: "no index record covers this yet: ledgerstone index")
    case let standing? where standing.uncoveredCount > 0:
      StandardError.write(
        line: "index record \(standing.record) does not cover the newest "
          + counted(standing.uncoveredCount, "record"))
    default: break
    }
  }
}
