internal import LedgerFormat

/// An access report as JSON with stable keys; <doc:Closure> lists them.
public enum AccessReportJSON {
  public static func text(_ report: AccessReport, isIndented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    write(report, to: &writer)
    return writer.text
  }

  public static func write(_ report: AccessReport, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("dataset", report.dataset.text)
      writer.list("aliases", report.aliases) { $0.string($1.text) }
      writer.list("formerNames", report.formerNames) { $0.string($1.text) }
      writer.name("scope")
      writer.object { writer in
        writer.member("firstRecord", report.scope.firstRecord)
        writer.member("size", report.scope.size)
        writer.member("since", report.scope.since?.description)
        writer.member("until", report.scope.until?.description)
        writer.member("withoutEventTime", report.scope.withoutEventTime)
      }
      writer.list("groups", report.groups) { write($1, to: &$0) }
      writer.list("disclosures", report.disclosures) { writer, disclosed in
        writer.object { writer in
          writer.member("record", disclosed.record)
          writer.member("eventTime", disclosed.eventTime?.description)
          writer.list("recipients", disclosed.recipients) { $0.string($1.text) }
          writer.member("purpose", disclosed.purpose)
          writer.member("legalBasis", disclosed.legalBasis)
        }
      }
      writer.list("silentProducers", report.silentProducers) {
        ClosureJSON.write($1, to: &$0)
      }
    }
  }

  private static func write(_ group: AccessReport.Group, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.list("actors", group.actors) { $0.string($1.text) }
      writer.member("purpose", group.purpose)
      writer.member("count", group.count)
      writer.member("first", group.first?.description)
      writer.member("last", group.last?.description)
      for (name, counts) in [("outcomes", group.outcomes), ("actions", group.actions)] {
        writer.name(name)
        writer.object { writer in
          for count in counts { writer.member(count.name, count.count) }
        }
      }
      writer.member("rows", group.recordsWithRows > 0 ? group.rows : nil)
      writer.member("recordsWithRows", group.recordsWithRows)
      writer.list("records", group.records) { $0.integer($1) }
    }
  }
}
