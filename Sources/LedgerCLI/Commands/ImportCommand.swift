internal import ArgumentParser
internal import Dispatch
internal import LedgerCryptography
internal import Ledgerstone
internal import Provenance

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Append events or records from files.",
    discussion: """
      A .json file holds one value or an array of them, .ndjson and .jsonl one a line; - is stdin. \
      An input that is rejected is named on stderr with file, line and reason; the others go in, \
      and the status is 3. A file that cannot be read makes it 1. What was recorded before is \
      recognised: importing a file twice adds nothing.
      """)

  @OptionGroup var ledger: LedgerArguments

  @Option(help: ArgumentHelp("openlineage, or record for the native format.", valueName: "format"))
  var format: String

  @Argument(help: "What to import.", completion: .file())
  var files: [String]

  @Flag(
    help: "Print one receipt per record, as a JSON object on a line, once the record is durable.")
  var receipts = false

  @Option(help: "The authenticated producer.")
  var source = "local"

  @Option(
    help: ArgumentHelp(
      "Lines TYPE:NAMESPACE:NAME, * for anything: names that match become permanent pseudonyms.",
      valueName: "rules"))
  var names: String?

  @Flag(help: "Go on although the system clock stepped, and record that; once for each step.")
  var acceptClock = false

  @Flag(help: "Receipts are JSON; the same as --receipts.")
  var json = false

  func validate() throws {
    guard ImportFormat(rawValue: format) != nil else {
      throw ValidationError("--format is openlineage or record, not '\(format)'.")
    }
    try SourceArgument.check(source)
    guard !files.contains("") else { throw ValidationError("An empty path names no file.") }
  }

  mutating func run() async throws {
    let rules = try names.map { path in
      let text = String(decoding: try SmallFile.read(path), as: UTF8.self)
      do throws(NameRulesError) {
        return try NameRules(parsing: text)
      } catch {
        throw CommandFailure(.usage, "\(path): \(error)")
      }
    }
    guard let format = ImportFormat(rawValue: format) else { return }
    let (files, source, wantsReceipts) = (files, source, receipts || json)
    let status = try await withLedger(ledger.location(), acceptsClockStep: acceptClock) {
      ledger in
      let report = ImportReport()
      let nameKey = ledger.nameKey
      let channel = BoundedChannel<ImportBatch>(capacity: 2)
      let reader = ImportReader(
        format: format, source: source, rules: rules,
        nameKey: HMACSHA256Key(nameKey.rawSpan), report: report, channel: channel,
        emptyBatch: ledger.makeBatch())
      return try await Self.run(
        reader, files, ledger, report: report, wantsReceipts: wantsReceipts)
    }
    if status != .done { throw CommandFailure(status) }
  }

  /// Appends batch after batch while the next is read.
  private static func run(
    _ reader: ImportReader, _ files: [String], _ ledger: Ledger, report: ImportReport,
    wantsReceipts: Bool
  ) async throws -> ExitStatus {
    let channel = reader.channel
    let interruption = Interruption { channel.finish(discarding: true) }
    DispatchQueue(label: "ledgerstone.import").async { reader.run(files) }
    var output = StandardOutput()
    var progress = Progress()
    do {
      while let next = await channel.next() {
        let outcomes = try await ledger.append(next.batch)
        for (outcome, place) in zip(outcomes, next.places) {
          switch outcome {
          case .recorded(let receipt):
            report.recorded(isDuplicate: receipt.isDuplicate)
            if wantsReceipts { try output.write(line: receipt.json) }
          case .conflict(let index, let identifier):
            report.conflict(
              place.file, line: place.line, index: index, identifier: identifier)
          case .unknownReference(let index):
            report.reject(
              place.file, line: place.line,
              "the record refers to record \(index), which is not before it")
          }
        }
        // Promptly: a reader of the receipts knows at once what is safe.
        try output.flush()
        progress.show(report.counts.recorded)
      }
    } catch {
      channel.finish(discarding: true)
      progress.clear()
      // Says what is safe before the failure is said.
      _ = report.conclude(isInterrupted: false)
      throw error
    }
    progress.clear()
    return report.conclude(isInterrupted: interruption.hasHappened)
  }
}
