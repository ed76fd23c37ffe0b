import LedgerFormat
import Provenance
import Testing

/// Edges in their precedence: `lineage`, else `columnLineage`, else none.
struct OpenLineageEdgeTests {
  private let two = #"[{"namespace":"n","name":"a"},{"namespace":"n","name":"b"}]"#

  /// `source→target basis flags` of each edge, by name.
  private func edges(_ content: RecordContent) -> [String] {
    content.edges.map { edge in
      let (source, target) = (
        content.entities[Int(edge.source)], content.entities[Int(edge.target)]
      )
      let flags =
        (edge.flags.contains(.masked) ? " masked" : "")
        + (edge.flags.contains(.indirect) ? " indirect" : "")
      return "\(source.name)(\(source.role))→\(target.name)(\(target.role)) \(edge.basis)\(flags)"
    }
  }

  private func complete(_ content: RecordContent) -> [String] {
    content.entities.filter(\.facts.areEdgesComplete).map(\.name)
  }

  private func outputs(_ facets: String...) -> String {
    let list = facets.enumerated().map {
      #"{"namespace":"n","name":"\#(["c", "d"][$0])","facets":\#($1)}"#
    }
    return "[\(list.joined(separator: ","))]"
  }

  @Test func inferredEdgesAreNeverStored() throws {
    let content = try Event.content(Event.run(inputs: two, outputs: outputs("{}", "{}")))
    #expect(content.edges.isEmpty && complete(content).isEmpty)
  }

  @Test func theJobsLineageSpeaksForAllOutputs() throws {
    let job = """
      {"lineage":{"entries":[
        {"namespace":"n","name":"c","type":"DATASET","inputs":[
          {"namespace":"n","name":"a","type":"DATASET"},
          {"namespace":"n","name":"z","type":"DATASET"}]}]}}
      """
    let columns =
      #"{"columnLineage":{"fields":{"x":{"inputFields":[{"namespace":"n","name":"b","#
      + #""field":"x"}]}}}}"#
    let content = try Event.content(
      Event.run(job: job, inputs: two, outputs: outputs("{}", columns)))
    #expect(
      edges(content) == ["a(input)→c(output) explicit", "z(related)→c(output) explicit"])
    #expect(complete(content) == ["c", "d"])
    #expect(Event.entities(content).last == "related dataset n/z")
    #expect(content.flags == [])
  }

  @Test func anEmptyListOfInputsMeansNoUpstream() throws {
    let none = try Event.content(
      Event.run(inputs: two, outputs: outputs(#"{"lineage":{"inputs":[]}}"#, "{}")))
    #expect(none.edges.isEmpty)
    #expect(complete(none) == ["c"])
    let entries = try Event.content(
      Event.run(
        job:
          #"{"lineage":{"entries":[{"namespace":"n","name":"c","type":"DATASET","inputs":[]}]}}"#,
        inputs: two, outputs: outputs("{}")))
    #expect(entries.edges.isEmpty && complete(entries) == ["c"])
    let silent = try Event.content(
      Event.run(inputs: two, outputs: outputs(#"{"lineage":{}}"#)))
    #expect(complete(silent).isEmpty && silent.flags == [])
  }

  @Test func fieldsOfALineageFacetAreSourcesToo() throws {
    let hashed = #""transformations":[{"type":"DIRECT","subtype":"IDENTITY","masking":true}]"#
    let filter = #""transformations":[{"type":"INDIRECT","subtype":"FILTER","masking":false}]"#
    let facet = """
      {"lineage":{"inputs":[{"namespace":"n","name":"b","type":"DATASET","field":"k",\(filter)}],
       "fields":{"x":{"inputs":[
         {"namespace":"n","name":"a","type":"DATASET","field":"x",\(hashed)}]},
                 "y":{"inputs":[{"namespace":"n","name":"a","type":"DATASET","field":"y",\(hashed)},
                                {"type":"JOB",\(hashed)}]}}}}
      """
    let content = try Event.content(Event.run(inputs: two, outputs: outputs(facet)))
    #expect(
      edges(content) == [
        "b(input)→c(output) explicit indirect", "a(input)→c(output) explicit masked",
      ])
    #expect(complete(content) == ["c"])
  }

  @Test func jobsAndRunsCanBeEnds() throws {
    let job = """
      {"lineage":{"entries":[
        {"namespace":"jobs","name":"next","type":"JOB","runId":"r-2","inputs":[
          {"namespace":"jobs","name":"before","type":"JOB","runId":"r-1"},
          {"namespace":"n","name":"a","type":"DATASET"}]},
        {"type":"JOB","inputs":[{"namespace":"n","name":"b","type":"DATASET"}]},
        {"namespace":"jobs","name":"own","type":"JOB","inputs":[
          {"namespace":"n","name":"b","type":"DATASET"}]}]}}
      """
    let content = try Event.content(Event.run(job: job, inputs: two))
    #expect(
      edges(content) == [
        "before(related)→next(related) explicit", "r-1(related)→next(related) explicit",
        "before(related)→r-2(related) explicit", "r-1(related)→r-2(related) explicit",
        "a(input)→next(related) explicit", "a(input)→r-2(related) explicit",
        "b(input)→own(job) explicit",
      ])
    #expect(content.entities.filter { $0.type == .run }.map(\.name).dropFirst() == ["r-2", "r-1"])
  }

  /// A part that cannot be read takes back the claim to be complete, and columns count again.
  @Test(arguments: [
    #"{"namespace":"n","name":"c","inputs":[]}"#,
    #"{"namespace":"n","type":"DATASET","inputs":[]}"#,
    #"{"namespace":"n","name":"c","type":"DATASET","inputs":[{"type":"DATASET","name":"a"}]}"#,
    #"{"namespace":"n","name":"c","type":"DATASET","inputs":7}"#,
    #"{"namespace":"n","name":"c","type":"DATASET","fields":{"x":{}}}"#,
    #"{"namespace":"jobs","type":"JOB"}"#, "5",
  ])
  func brokenEntriesAreNotComplete(entry: String) throws {
    let columns =
      #"{"columnLineage":{"fields":{"x":{"inputFields":[{"namespace":"n","name":"b","#
      + #""field":"x"}]}}}}"#
    let content = try Event.content(
      Event.run(
        job: #"{"lineage":{"entries":[\#(entry)]}}"#, inputs: two, outputs: outputs(columns)))
    #expect(complete(content).isEmpty)
    #expect(content.flags == .factsIncomplete)
    #expect(edges(content) == ["b(input)→c(output) column"])
  }

  @Test func columnLineageGivesOneEdgePerSource() throws {
    let facet = """
      {"columnLineage":{"fields":{
        "x":{"inputFields":[{"namespace":"n","name":"a","field":"x"},
                            {"namespace":"n","name":"z","field":"x"}]},
        "y":{"inputFields":[{"namespace":"n","name":"a","field":"y"}]}}}}
      """
    let content = try Event.content(Event.run(inputs: two, outputs: outputs(facet, "{}")))
    #expect(edges(content) == ["a(input)→c(output) column", "z(related)→c(output) column"])
    #expect(complete(content).isEmpty)
  }

  /// Transformations of the mentions of one source, and the flags of its edge.
  @Test(arguments: [
    ([#"[{"type":"DIRECT","masking":true}]"#], " masked"),
    ([#"[{"type":"DIRECT","masking":false}]"#], ""),
    ([#"[{"type":"DIRECT"}]"#], ""),
    (["[]"], ""),
    (["null"], ""),
    ([#"[{"type":"INDIRECT","masking":false}]"#], " indirect"),
    ([#"[{"type":"INDIRECT","masking":true}]"#], " masked indirect"),
    ([#"[{"type":"DIRECT","masking":true},{"type":"DIRECT","masking":true}]"#], " masked"),
    ([#"[{"type":"DIRECT","masking":true},{"type":"INDIRECT","masking":false}]"#], ""),
    (
      [#"[{"type":"DIRECT","masking":true}]"#, #"[{"type":"INDIRECT","masking":true}]"#], " masked"
    ),
    ([#"[{"type":"INDIRECT"}]"#, #"[{"type":"INDIRECT","masking":true}]"#], " indirect"),
    ([#"[{"type":"DIRECT","masking":true}]"#, "null"], ""),
    ([#"[{"type":"DIRECT","masking":"true"}]"#], ""),
    ([#"7"#], ""),
  ])
  func flagsHoldIfEveryMentionHasThem(transformations: [String], flags: String) throws {
    let fields = transformations.enumerated().map {
      """
      "f\($0)":{"inputFields":[{"namespace":"n","name":"a","field":"x","transformations":\($1)}]}
      """
    }
    let facet = #"{"columnLineage":{"fields":{\#(fields.joined(separator: ","))}}}"#
    let content = try Event.content(Event.run(inputs: two, outputs: outputs(facet)))
    #expect(edges(content) == ["a(input)→c(output) column" + flags])
  }

  @Test func datasetWideDependenciesAndTheOlderMaskCount() throws {
    let facet = """
      {"columnLineage":{
        "fields":{"x":{"transformationType":"MASKED","inputFields":[
          {"namespace":"n","name":"a","field":"x"}]}},
        "dataset":[{"namespace":"n","name":"b","field":"k","transformations":[
          {"type":"INDIRECT","subtype":"JOIN"}]}]}}
      """
    let content = try Event.content(Event.run(inputs: two, outputs: outputs(facet)))
    #expect(
      edges(content) == [
        "a(input)→c(output) column masked", "b(input)→c(output) column indirect",
      ])
  }

  @Test func everyVersionOfASourceIsOne() throws {
    let inputs = """
      [{"namespace":"n","name":"a","facets":{"version":{"datasetVersion":"1"}}},
       {"namespace":"n","name":"a","facets":{"version":{"datasetVersion":"2"}}}]
      """
    let facet =
      #"{"columnLineage":{"fields":{"x":{"inputFields":[{"namespace":"n","name":"a","#
      + #""field":"x"}]}}}}"#
    let content = try Event.content(Event.run(inputs: inputs, outputs: outputs(facet)))
    #expect(content.edges.map(\.source) == [2, 3])
  }

  @Test func datasetAndJobEventsCarryEdges() throws {
    let view = try Event.content(
      """
      {"dataset":{"namespace":"n","name":"v","facets":{"lineage":{"inputs":[
        {"namespace":"n","name":"a","type":"DATASET"}]}}}}
      """)
    #expect(edges(view) == ["a(related)→v(target) explicit"])
    #expect(complete(view) == ["v"])
    let declared = try Event.content(
      """
      {"job":{"namespace":"jobs","name":"j","facets":{"lineage":{"entries":[
         {"namespace":"n","name":"c","type":"DATASET","inputs":[
           {"namespace":"n","name":"a","type":"DATASET"}]}]}}},
       "inputs":[{"namespace":"n","name":"a"}],"outputs":[{"namespace":"n","name":"c"}]}
      """)
    #expect(declared.kind == "job")
    #expect(edges(declared) == ["a(input)→c(output) explicit"])
  }

  /// 1,100 versions of one source, each mentioned 1,000 times: more than is looked at, so no edge
  /// is stored rather than some with flags that a later mention would take away.
  @Test func tooManyMentionsGiveNoEdges() throws {
    func event(mentions: Int) throws -> RecordContent {
      let versions = (0..<1_100).map {
        #"{"namespace":"n","name":"a","facets":{"version":{"datasetVersion":"\#($0)"}}}"#
      }
      let field = #"{"namespace":"n","name":"a","type":"DATASET"}"#
      let list = [String](repeating: field, count: mentions).joined(separator: ",")
      return try Event.content(
        Event.run(
          inputs: "[\(versions.joined(separator: ","))]",
          outputs: outputs(#"{"lineage":{"inputs":[\#(list)]}}"#)))
    }
    let many = try event(mentions: 1_000)
    #expect(many.edges.isEmpty && complete(many).isEmpty && many.flags == .factsIncomplete)
    let some = try event(mentions: 100)
    #expect(some.edges.count == 1_100 && complete(some) == ["c"] && some.flags == [])
  }
}
