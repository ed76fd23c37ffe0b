internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct EntitiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "entities",
    abstract: "List the names of entities that records name.",
    discussion: """
      PREFIX is TYPE, TYPE:NAMESPACE… or TYPE:NAMESPACE:NAME…, percent-encoded as on output: \
      what begins like its last part is listed. The names come from a dictionary beside the index \
      that nothing proves; history --proof does.
      """)

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "What the names begin with; all names without it.")
  var prefix: String?

  @Option(help: ArgumentHelp("Only names behind this one.", valueName: "entity"))
  var after: String?

  @Option(help: ArgumentHelp("At most so many names.", valueName: "count"))
  var limit = 1_000

  @Flag(help: "Print each name as a JSON object on a line.")
  var json = false

  func validate() throws {
    guard limit >= 1 else { throw ValidationError("--limit is at least 1.") }
  }

  mutating func run() throws {
    let reader = try ledger.readerOfAll()
    let start = try after.map { text throws(CommandFailure) in
      try Self.parse(text, "--after")
    }
    var found: [IndexedName] = []
    // One that is the start, and one that says that there are more.
    let limitOfEach = min(limit, .max - 2) + 2
    for query in try queries() where found.count <= limit {
      found += try reader.entityNames(matching: query, from: start, limit: limitOfEach)
        .filter { $0 != start }
    }
    var output = StandardOutput()
    for name in found.prefix(limit) { try output.write(line: line(name)) }
    try output.flush()
    if found.count > limit {
      StandardError.write(line: "more: --after '\(Self.entity(found[limit - 1]).text)'")
    }
  }

  private static func parse(_ text: String, _ option: String) throws(CommandFailure)
    -> IndexedName
  {
    do throws(CommandLineEntityError) {
      return IndexedName(try CommandLineEntity(parsing: text).key)
    } catch {
      throw CommandFailure(.usage, "\(option): '\(text)': \(error)")
    }
  }

  /// What to look for, by type.
  private func queries() throws(CommandFailure) -> [NameQuery] {
    guard let prefix, !prefix.isEmpty else {
      return EntityType.allCases.map { NameQuery(type: $0, namespacePrefix: "") }
    }
    do throws(CommandLineEntityError) {
      return [try NameQuery(commandLine: prefix)]
    } catch {
      throw CommandFailure(.usage, "'\(prefix)': \(error)")
    }
  }

  private static func entity(_ name: IndexedName) -> CommandLineEntity {
    let (type, namespace, name) = name.key.parts
    return CommandLineEntity(type: type, namespace: namespace, name: name)
  }

  private func line(_ name: IndexedName) -> String {
    let entity = Self.entity(name)
    guard json else { return entity.text }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("type", entity.type.codeName)
      writer.member("namespace", entity.namespace)
      writer.member("name", entity.name)
      writer.member("entity", entity.text)
    }
    return writer.text
  }
}
