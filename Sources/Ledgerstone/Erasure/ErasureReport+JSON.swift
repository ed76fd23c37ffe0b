public import Provenance

extension ErasureReport {
  /// One JSON object on one line.
  public var json: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  /// Writes the report as an object.
  public func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("request", request)
      writer.member("outcome", outcome.rawValue)
      writer.member("requestRecord", requestRecord)
      writer.member("planRecord", planRecord)
      writer.member("outcomeRecord", outcomeRecord)
      writer.member("bodies", bodyCount)
      writer.name("residualRecords")
      writer.array { writer in
        for record in residualRecords { writer.integer(record) }
      }
      writer.name("residualFiles")
      writer.array { writer in
        for file in residualFiles { writer.string(file) }
      }
      writer.member("unsearchedIdentifiers", unsearchedCount)
      writer.name("holds")
      writer.array { writer in
        for hold in holds { writer.integer(hold) }
      }
      writer.member("basis", basis)
      writer.name("repeated")
      writer.boolean(isRepeated)
    }
  }
}
