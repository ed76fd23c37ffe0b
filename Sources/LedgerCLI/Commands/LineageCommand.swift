internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct LineageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineage",
    abstract: "Show what an entity was made from, or what was made from it.",
    discussion: """
      Versions are told apart: each run that writes makes one. An edge that a producer stated \
      comes before one from its column lineage, and that before one inferred from all inputs of a \
      run, which is marked. The walk has no limit of depth unless --depth sets one.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case dot
  }

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "The entity, such as dataset:warehouse:visits, or one version of it.")
  var entity: String

  @Flag(help: "What it was made from.")
  var upstream = false

  @Flag(help: "What was made from it.")
  var downstream = false

  @Option(
    help: ArgumentHelp(
      "Only the first so many records, or those recorded before a time.", valueName: "size|time"))
  var asOf: String?

  @Option(help: ArgumentHelp("At most so many edges from the start.", valueName: "count"))
  var depth: Int?

  @Flag(help: "One node per entity instead of one per version.")
  var collapsed = false

  @Flag(help: "Also which columns became which, as far as the bodies of the records are there.")
  var columns = false

  @Option(help: "text, json or dot (for Graphviz).")
  var format = Format.text

  @Flag(help: "The same as --format json.")
  var json = false

  func validate() throws {
    guard upstream != downstream else {
      throw ValidationError("Give either --upstream or --downstream.")
    }
    if let depth, depth < 1 { throw ValidationError("--depth is at least 1.") }
    guard !json || format != .dot else {
      throw ValidationError("--json and --format dot exclude each other.")
    }
    guard !columns || format != .dot else {
      throw ValidationError("--columns and --format dot exclude each other.")
    }
  }

  mutating func run() throws {
    let reader = try ledger.readerOfAll()
    let entity = try EntityArgument.resolve(data: entity, in: reader)
    let size = try LineageReading.size(asOf, reader)
    let isKnown = try !reader.records(naming: entity.key, in: 0..<size, limit: 1).isEmpty
    if !isKnown { StandardError.write(line: "no record names it") }
    guard isKnown || json || format != .text else { return }
    var query = LineageQuery(
      entity: entity.key, version: entity.version, direction: upstream ? .upstream : .downstream,
      size: size)
    query.depthMax = depth
    var graph = try LineageGraph.compute(query, from: LineageReading.source(reader, size: size))
    // Collapsed nodes have no record, which is what states columns.
    let columns =
      columns ? try graph.columns { try LineageReading.firstBody(of: $0, reader) } : nil
    if collapsed { graph = graph.collapsed() }
    switch json ? .json : format {
    case .json: try StandardOutput.print(LineageJSON.text(graph, columns: columns))
    case .dot: try StandardOutput.print(bytes: Array(LineageDOT.text(graph).utf8))
    case .text:
      let text = LineageText.text(graph) + (columns.map(ColumnText.text) ?? "")
      try StandardOutput.print(bytes: Array(text.utf8))
    }
  }
}
