internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct ClosureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "closure",
    abstract: "Say what became of everything that was made from an entity.",
    discussion: """
      The content of ENTITY as of --since is followed through all versions made from it, and each \
      descendant gets a state: CLEAN, DROPPED, MASKED and EXEMPT leave nothing to do; \
      REBUILT_FROM_STALE, APPENDED, NOT_REBUILT, IN_FLIGHT, REINTRODUCED and UNKNOWN do. What the \
      records do not say is UNKNOWN, never CLEAN. ENTITY@VERSION asks for that version only.

      Reading every record for numbers that a producer skipped takes time in a large ledger; \
      --no-sequence-audit leaves it out, and says so.

      --proof answers as of the newest index record, or of --as-of before it, and writes all that \
      the answer follows from into a file: `ledgerstone verify FILE --key VKEY` computes the \
      states anew, without the ledger. Numbers skipped are declared there; no proof shows that \
      there are no more.
      """)

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "The entity, such as dataset:warehouse:visits, or one version of it.")
  var entity: String

  @Option(
    help: ArgumentHelp(
      "The record from which on its content is in question, or a time.", valueName: "index|time"))
  var since: String?

  @Option(
    help: ArgumentHelp(
      "Only the first so many records, or those recorded before a time.", valueName: "size|time"))
  var asOf: String?

  @Option(
    help: ArgumentHelp(
      "The record that counts as the erasure, where the entity itself was not emptied.",
      valueName: "index"))
  var erasure: UInt64?

  @Option(
    help: ArgumentHelp("The moment of asking; now without it.", valueName: "time"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "A run that has not ended after so many seconds counts as silent.", valueName: "seconds"))
  var silence: Int64 = 86_400

  @Flag(inversion: .prefixedNo, help: "Look for numbers that producers skipped.")
  var sequenceAudit = true

  @Option(help: ArgumentHelp("Where to write the proof.", valueName: "file"))
  var proof: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard silence >= 0, silence <= Int64.max / 1_000_000 else {
      throw ValidationError("--silence is a number of seconds from 0.")
    }
  }

  mutating func run() throws {
    let reader = try ledger.reader()
    try ledger.refuse(target: proof)
    let entity = try EntityArgument.resolve(data: entity, in: reader)
    let size = try size(reader)
    var query = ClosureQuery(
      root: entity.key, origin: try origin(of: entity, size, reader), size: size,
      time: try moment(), silenceMicroseconds: silence * 1_000_000)
    if let erasure {
      guard erasure < size else {
        throw CommandFailure(.usage, "--erasure: there is no record \(erasure) below \(size)")
      }
      query.erasure = erasure
    }
    let isKnown = try !reader.records(naming: entity.key, in: 0..<size, limit: 1).isEmpty
    if !isKnown { StandardError.write(line: "no record names it") }
    guard isKnown || json || proof != nil else { return }
    let gaps = sequenceAudit ? try reader.sequenceGaps(below: size) : []
    let closure = try compute(query, gaps, reader)
    if isKnown || json {
      try StandardOutput.print(
        bytes: Array((json ? ClosureJSON.text(closure) + "\n" : ClosureText.text(closure)).utf8))
    }
    if !sequenceAudit { StandardError.write(line: "skipped numbers were not looked for") }
  }

  /// The closure; with `--proof`, from what the index record commits to.
  private func compute(
    _ query: ClosureQuery, _ gaps: [SequenceGap], _ reader: LedgerReader
  ) throws -> Closure {
    guard let proof else {
      return try Closure.compute(
        query, from: LineageReading.source(reader, size: query.size, sequenceGaps: gaps))
    }
    let proven = try reader.closureProof(of: query, sequenceGaps: gaps)
    try SmallFile.write(proven.file, to: proof)
    let standing = proven.standing
    StandardError.write(
      line: "proof: \(counted(proven.closure.asked.count, "history")) as of "
        + "\(query.size), under index record \(standing.record)")
    if standing.uncoveredCount > 0 {
      StandardError.write(
        line: "index record \(standing.record) does not cover the newest "
          + counted(standing.uncoveredCount, "record"))
    }
    return proven.closure
  }

  /// How many records are read; with `--proof` and without `--as-of`, those that are provable.
  private func size(_ reader: LedgerReader) throws -> UInt64 {
    if proof != nil, asOf == nil, let standing = try reader.indexStanding() {
      return standing.record
    }
    if asOf == nil, let damage = reader.damage {
      throw CommandFailure(
        .notValid, "\(damage). --as-of takes a size up to \(reader.size), of what can be read")
    }
    return try LineageReading.size(asOf, reader)
  }

  private func origin(
    of entity: CommandLineEntity, _ size: UInt64, _ reader: LedgerReader
  ) throws -> ClosureQuery.Origin {
    switch (since, entity.version) {
    case (let since?, nil):
      let record = try LineageReading.place(since, option: "--since", limit: size, reader)
      return .record(record)
    case (nil, let version?): return .versions([version])
    case (_?, _?):
      throw CommandFailure(.usage, "a version is in question as a whole: leave --since out")
    case (nil, nil):
      throw CommandFailure(.usage, "--since is needed: from which record on is it in question?")
    }
  }

  private func moment() throws -> Timestamp {
    if let at { return try LineageReading.time(at, option: "--at") }
    return .now
  }
}
