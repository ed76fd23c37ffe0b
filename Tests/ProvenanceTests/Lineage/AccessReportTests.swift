import LedgerFormat
import Provenance
import Testing

@Suite struct AccessReportTests {
  private func access(
    _ estate: inout Estate, _ dataset: String, by actor: String?, _ purpose: String,
    at minute: Int?, outcome: String = "allowed", rows: Int64? = nil
  ) {
    var attributes: [String: AttributeValue] = [
      "action": .text("read"), "purpose": .text(purpose), "outcome": .text(outcome),
    ]
    attributes["rows"] = rows.map { .integer($0) }
    estate.record(
      .access, at: minute,
      [Estate.entity(dataset, .target)]
        + (actor.map { [Estate.entity($0, .actor, .service)] } ?? []),
      attributes)
  }

  private var estate: Estate {
    var estate = Estate()
    access(&estate, "d", by: "reporting", "monthly", at: 10, rows: 5)
    access(&estate, "d", by: "reporting", "monthly", at: 5, outcome: "denied", rows: 7)
    access(&estate, "d", by: "reporting", "ad-hoc", at: 20)
    access(&estate, "d", by: "backup", "monthly", at: 30)
    access(&estate, "d", by: nil, "support", at: nil)
    access(&estate, "other", by: "reporting", "monthly", at: 40)
    estate.record(
      .disclosure, at: 50,
      [Estate.entity("d", .target), Estate.entity("partner", .recipient, .service)],
      ["purpose": .text("audit"), "legalBasis": .text("contract")])
    estate.run("x", at: 60, from: ["d"], to: [.init("e")])
    return estate
  }

  private func report(_ estate: Estate, since: Int? = nil, until: Int? = nil) -> AccessReport {
    AccessReport(
      dataset: Estate.key("d"), records: estate.records, size: estate.next,
      since: since.map(Estate.time), until: until.map(Estate.time),
      silentProducers: estate.closure("d").silentProducers)
  }

  @Test func formerNamesAreNamed() {
    var estate = estate
    #expect(report(estate).formerNames.isEmpty)
    for (name, former) in [("d", "old"), ("d", "d"), ("e", "other")] {
      estate.record(
        .datasetRenamed, at: 70, [Estate.entity(name, .target), Estate.entity(former, .previous)]
      ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
    }
    let report = report(estate)
    #expect(report.formerNames == [Estate.key("old")])
    #expect(AccessReportText.text(report).contains("former names are not in it: dataset:n:old"))
    #expect(AccessReportJSON.text(report).contains(#""formerNames":["dataset:n:old"]"#))
  }

  @Test func accessesAreGroupedByServiceAndPurpose() throws {
    let report = report(estate)
    #expect(report.groups.map(\.count).reduce(0, +) == 5)
    let monthly = try #require(
      report.groups.first {
        $0.actors == [Estate.key("reporting", .service)] && $0.purpose == "monthly"
      })
    #expect(monthly.count == 2 && monthly.records == [0, 1] && monthly.rows == 12)
    #expect(monthly.first == Estate.time(5) && monthly.last == Estate.time(10))
    #expect(monthly.outcomes.map(\.name) == ["allowed", "denied"])
    #expect(monthly.outcomes.map(\.count) == [1, 1])
    #expect(report.groups.first?.actors.isEmpty == true)
    #expect(report.disclosures.map(\.record) == [6])
    #expect(report.disclosures.first?.recipients == [Estate.key("partner", .service)])
    #expect(report.scope.withoutEventTime == 1)
  }

  @Test func boundsLeaveOutWhatIsClaimedOutsideThem() {
    let report = report(estate, since: 10, until: 20)
    // The one without a time stays in: nothing says that it was outside.
    #expect(Set(report.groups.flatMap(\.records)) == [0, 2, 4])
    #expect(report.disclosures.isEmpty)
  }

  @Test func silentProducersAreInTheReport() {
    var estate = estate
    estate.event(.start, "y", job: "job-x", at: 70)
    estate.run("z", at: 300)
    #expect(report(estate).silentProducers.count == 1)
  }

  @Test func otherIdentifiersOfTheDatasetCount() {
    var estate = estate
    access(&estate, "link", by: "reporting", "monthly", at: 12, rows: 1)
    let report = AccessReport(
      dataset: Estate.key("d"), aliases: [Estate.key("link")], records: estate.records,
      size: estate.next, silentProducers: [])
    let monthly = report.groups.first {
      $0.actors == [Estate.key("reporting", .service)] && $0.purpose == "monthly"
    }
    #expect(monthly?.records == [0, 1, estate.next - 1] && monthly?.rows == 13)
    #expect(
      AccessReportText.text(report).contains("say of dataset:n:d, also named dataset:n:link;"))
    #expect(AccessReportJSON.text(report).contains(#""aliases":["dataset:n:link"]"#))
  }

  /// Rows are added up exactly, however many there are.
  @Test func rowsBeyondAnInteger() {
    var estate = Estate()
    for minute in 1...3 { access(&estate, "d", by: "s", "p", at: minute, rows: .max) }
    access(&estate, "d", by: "s", "p", at: 4, rows: -5)
    access(&estate, "d", by: "s", "p", at: 5)
    let report = report(estate)
    #expect(AccessReportText.text(report).contains("; 27670116110564327421 rows;"))
    #expect(
      AccessReportJSON.text(report).contains(
        #""rows":27670116110564327421,"recordsWithRows":3,"#))
  }

  @Test func theJSONIsStable() {
    var estate = Estate()
    access(&estate, "d", by: "s", "p", at: 1, rows: 3)
    #expect(
      AccessReportJSON.text(report(estate))
        == #"{"dataset":"dataset:n:d","aliases":[],"formerNames":[],"#
        + #""scope":{"firstRecord":0,"size":1,"since":null,"#
        + #""until":null,"withoutEventTime":0},"groups":[{"actors":["service:n:s"],"#
        + #""purpose":"p","count":1,"first":"2026-01-01T00:01:00.000000Z","#
        + #""last":"2026-01-01T00:01:00.000000Z","outcomes":{"allowed":1},"#
        + #""actions":{"read":1},"rows":3,"recordsWithRows":1,"records":[0]}],"#
        + #""disclosures":[],"silentProducers":[]}"#)
  }
}

@Suite struct ColumnLineageTests {
  private let body = #"""
    {"eventTime":"2026-01-01T00:00:00Z","run":{"runId":"r"},"job":{"namespace":"n","name":"j"},
     "outputs":[{"namespace":"n","name":"out","facets":{"columnLineage":{
       "fields":{"id":{"inputFields":[{"namespace":"n","name":"in","field":"user_id",
          "transformations":[{"type":"DIRECT","subtype":"TRANSFORMATION","masking":true}]}]},
         "age":{"inputFields":[{"namespace":"n","name":"in","field":"born"},
          {"namespace":"n","name":"elsewhere","field":"x"}]}},
       "dataset":[{"namespace":"n","name":"in","field":"country",
          "transformations":[{"type":"INDIRECT","subtype":"FILTER"}]}]}}}]}
    """#

  @Test func columnsAreReadFromTheBody() {
    let edges = ColumnLineage.read(Array(body.utf8))
    #expect(edges.map(\.targetColumn) == ["id", "age", "age", nil])
    #expect(edges.map(\.sourceColumn) == ["user_id", "born", "x", "country"])
    #expect(edges.map(\.isMasked) == [true, false, false, false])
    #expect(
      edges.map(\.transformations) == [["DIRECT/TRANSFORMATION"], [], [], ["INDIRECT/FILTER"]])
  }

  @Test(arguments: ["", "x", "[]", "{}", #"{"outputs":1}"#, #"{"outputs":[{"name":"a"}]}"#])
  func otherBytesHaveNone(_ text: String) {
    #expect(ColumnLineage.read(Array(text.utf8)).isEmpty)
  }

  @Test func onlyColumnsOfTheGraphAreGiven() throws {
    var estate = Estate()
    estate.run(
      "r", at: 1, from: ["in"], to: [.init("out")], edges: [("out", "in", .column, [])])
    let graph = LineageGraph.compute(
      LineageQuery(entity: Estate.key("in"), direction: .downstream, size: estate.next),
      from: estate.index)
    let bytes = Array(body.utf8)
    let found = graph.columns { record -> [UInt8]? in record == 1 ? bytes : nil }
    #expect(found.missing.isEmpty)
    #expect(found.statements.map(\.record) == [1])
    #expect(found.statements.first?.edges.map(\.sourceColumn) == ["user_id", "born", "country"])
    #expect(graph.columns { _ -> [UInt8]? in nil }.missing == [1])
  }
}

/// Real events.
@Suite(.enabled(if: SharedData.folder != nil))
struct SharedLineageTests {
  @Test func realEventsGiveLineageAndClosure() throws {
    var estate = Estate()
    for (_, bytes) in try SharedData.jsonFiles(below: "data/openlineage/consumer") {
      estate.add(try OpenLineageEvent(parsing: bytes).draft(source: "local").content)
    }
    let index = estate.index
    var reached = 0
    let datasets = Set(
      estate.records.flatMap { $0.content.entities }
        .filter { $0.type == .dataset }.map { EntityKey($0) })
    #expect(datasets.count > 10)
    for key in datasets {
      let query = ClosureQuery(
        root: key, origin: .record(0), size: estate.next,
        time: estate.records.last?.recordedTime ?? Estate.time(0), silenceMicroseconds: 0)
      let closure = Closure.compute(query, from: index)
      reached += closure.descendants.count
      // None of these events states how it wrote, and nothing was erased.
      #expect(closure.descendants.allSatisfy { $0.state != .clean })
      for direction in LineageQuery.Direction.allCases {
        let graph = LineageGraph.compute(
          LineageQuery(entity: key, direction: direction, size: estate.next), from: index)
        #expect(!LineageText.text(graph).isEmpty)
        if direction == .downstream {
          let names = Set(graph.nodes.map(\.entity))
          #expect(closure.descendants.allSatisfy { names.contains($0.entity) })
        }
      }
    }
    #expect(reached > 0)
  }
}
