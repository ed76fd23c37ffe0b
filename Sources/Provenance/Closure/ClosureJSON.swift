internal import LedgerFormat

/// A closure as JSON with stable keys; <doc:Closure> lists them.
///
/// Entities are `TYPE:NAMESPACE:NAME` as on the command line. The same closure is always the same
/// bytes.
public enum ClosureJSON {
  /// The closure in one line, or indented.
  public static func text(_ closure: Closure, isIndented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    write(closure, to: &writer)
    return writer.text
  }

  public static func write(_ closure: Closure, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("rule", Closure.ruleName)
      writer.member("size", closure.size)
      writer.member("time", closure.time.description)
      writer.member("firstRecord", closure.firstRecord)
      writeOrigin(closure.origin, to: &writer)
      writer.member("silenceSeconds", closure.silenceMicroseconds / 1_000_000)
      writer.member("erasure", closure.erasure)
      writer.name("closed")
      writer.boolean(closure.isClosed)
      writer.member("depth", closure.depth)
      writer.member("inferredVersions", closure.inferredCount)
      writeCounts(of: closure, to: &writer)
      writer.name("root")
      write(closure.root, to: &writer)
      writer.list("descendants", closure.descendants) { write($1, to: &$0) }
      writer.list("disclosures", closure.disclosures) { write($1, to: &$0) }
      writer.list("silentProducers", closure.silentProducers) { write($1, to: &$0) }
      writer.list("runsUnderWay", closure.runsUnderWay) { writer, open in
        writer.object { writer in
          writer.member("job", open.job?.text)
          writer.member("run", open.run.text)
          writer.member("record", open.record)
          writer.member("since", open.since.description)
        }
      }
      writer.list("rootSources", closure.rootSources) { $0.string($1.text) }
      writer.list("asked", closure.asked) { $0.string($1.text) }
    }
  }

  static func writeOrigin(_ origin: ClosureQuery.Origin, to writer: inout JSONWriter) {
    writer.name("origin")
    writer.object { writer in
      switch origin {
      case .record(let index): writer.member("record", index)
      case .versions(let versions): writer.list("versions", versions) { $0.string($1) }
      }
    }
  }

  /// How many descendants have each state; every state is there.
  private static func writeCounts(of closure: Closure, to writer: inout JSONWriter) {
    var counts: [ClosureState: Int] = [:]
    for descendant in closure.descendants { counts[descendant.state, default: 0] += 1 }
    writer.name("states")
    writer.object { writer in
      for state in ClosureState.allCases { writer.member(state.rawValue, counts[state] ?? 0) }
    }
  }

  private static func write(_ descendant: Descendant, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("entity", descendant.entity.text)
      writer.list("aliases", descendant.aliases) { $0.string($1.text) }
      writer.member("depth", descendant.depth)
      writer.member("state", descendant.state.rawValue)
      writer.member("reason", descendant.reason.rawValue)
      writer.list("records", descendant.records) { $0.integer($1) }
      writer.name("via")
      if let via = descendant.via {
        writer.object { writer in
          writer.member("entity", via.entity.text)
          writer.member("record", via.record)
          writer.member("basis", via.basis.codeName)
          writer.name("indirect")
          writer.boolean(via.isIndirect)
        }
      } else {
        writer.null()
      }
      writer.list("versions", descendant.versions) { writer, version in
        writer.object { writer in
          writer.member("version", version.version)
          writer.member("run", version.run)
          writer.member("record", version.record)
          writer.member("level", version.level.rawValue)
          writer.name("current")
          writer.boolean(version.isCurrent)
          writer.member("basis", version.basis?.codeName)
        }
      }
    }
  }

  private static func write(_ disclosure: Disclosure, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("record", disclosure.record)
      writer.member("entity", disclosure.entity.text)
      writer.list("recipients", disclosure.recipients) { $0.string($1.text) }
      writer.member("purpose", disclosure.purpose)
      writer.member("level", disclosure.level.rawValue)
    }
  }

  static func write(_ producer: SilentProducer, to writer: inout JSONWriter) {
    writer.object { writer in
      switch producer {
      case .run(let job, let run, let record, let since):
        writer.member("job", job?.text)
        writer.member("run", run.text)
        writer.member("record", record)
        writer.member("since", since.description)
      case .gap(let gap):
        writer.member("source", gap.producer.source)
        writer.member("producer", gap.producer.producer)
        writer.member("recordBefore", gap.recordBefore)
        writer.member("recordAfter", gap.recordAfter)
        writer.member("firstMissing", gap.missing.lowerBound)
        writer.member("lastMissing", gap.missing.upperBound)
      }
    }
  }
}

extension Closure {
  /// The name of the rule as implemented here; another rule gets another name.
  public static let ruleName = "ledgerstone-closure/1"
}

extension LineageBasis: NamedCode {
  public var codeName: String {
    switch self {
    case .explicit: "explicit"
    case .column: "column"
    case .inferred: "inferred"
    case .kept: "kept"
    case .sameVersion: "same-version"
    case .renamed: "renamed"
    }
  }
}
