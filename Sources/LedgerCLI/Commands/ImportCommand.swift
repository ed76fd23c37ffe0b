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

  @OptionGroup var ledger: WriterArguments

  @Option(help: ArgumentHelp("openlineage, or record for the native format.", valueName: "format"))
  var format: String

  @Argument(help: "What to import.", completion: .file())
  var files: [String] = []

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
    guard !files.isEmpty || ledger.isRemote && ledger.directory != nil else {
      throw ValidationError("Missing expected argument '<files> ...'.")
    }
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
    try sortPaths()
    let (files, source, wantsReceipts) = (files, source, receipts || json)
    let channel = BoundedChannel<ImportBatch>(capacity: 2)
    let report = ImportReport()
    let status = try await ledger.perform(
      acceptsClockStep: acceptClock,
      served: { ledger in
        try SourceArgument.requireDefault(source)
        guard rules == nil else {
          throw CommandFailure(.usage, "--names needs the vault, which the server has")
        }
        let reader = ImportReader(
          format: format, source: source, names: nil, report: report, channel: channel,
          emptyBatch: nil)
        return try await Self.run(reader, files, report) { batch, output in
          try await ServedImport(ledger: ledger, format: format, report: report)
            .append(batch, wantsReceipts: wantsReceipts, &output)
        }
      },
      opened: { ledger in
        let nameKey = ledger.nameKey
        let reader = ImportReader(
          format: format, source: source,
          names: rules.map { ($0, HMACSHA256Key(nameKey.rawSpan)) }, report: report,
          channel: channel, emptyBatch: ledger.makeBatch())
        return try await Self.run(reader, files, report) { batch, output in
          try await Self.append(batch, to: ledger, report, wantsReceipts: wantsReceipts, &output)
        }
      })
    if status != .done { throw CommandFailure(status) }
  }

  /// Through a server the first path is a file, unless it is a folder: the ledger's then.
  private mutating func sortPaths() throws(CommandFailure) {
    if ledger.isRemote, let first = ledger.directory, !SmallFile.isFolder(first) {
      files.insert(first, at: 0)
      ledger.directory = nil
    }
    guard !files.isEmpty else { throw CommandFailure(.usage, "no file was given") }
  }

  /// Appends batch after batch while the next is read.
  ///
  /// - Parameter append: appends one, counts what became of it and writes its receipts.
  private static func run(
    _ reader: ImportReader, _ files: [String], _ report: ImportReport,
    append: (ImportBatch, inout StandardOutput) async throws -> Void
  ) async throws -> ExitStatus {
    let channel = reader.channel
    let interruption = Interruption { channel.finish(discarding: true) }
    DispatchQueue(label: "ledgerstone.import").async { reader.run(files) }
    var output = StandardOutput()
    var progress = Progress()
    do {
      while let next = await channel.next() {
        try await append(next, &output)
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

  /// Appends to a ledger that this process has opened.
  private static func append(
    _ batch: ImportBatch, to ledger: Ledger, _ report: ImportReport, wantsReceipts: Bool,
    _ output: inout StandardOutput
  ) async throws {
    guard let records = batch.batch else { return }
    let outcomes = try await ledger.append(records)
    for (outcome, place) in zip(outcomes, batch.places) {
      switch outcome {
      case .recorded(let receipt):
        report.recorded(isDuplicate: receipt.isDuplicate)
        if wantsReceipts { try output.write(line: receipt.json) }
      case .conflict(let index, let identifier):
        report.conflict(
          place.file, line: place.line,
          "record \(index) has the id '\(identifier)' but another content")
      case .unknownReference(let index):
        report.reject(
          place.file, line: place.line,
          "the record refers to record \(index), which is not before it")
      }
    }
  }
}
