import LedgerFormat
import Provenance
import Testing

/// Small events of our own, and how they are read.
enum Event {
  /// A RunEvent; each part is JSON.
  static func run(
    run: String = "{}", job: String = "{}", inputs: String = "[]", outputs: String = "[]",
    more: String = ""
  ) -> String {
    """
    {"eventType":"COMPLETE","eventTime":"2026-01-02T03:04:05.678901Z",
     "run":{"runId":"0195b7de-6f6a-7a37-9c5f-0d2a3f1f9a01","facets":\(run)},
     "job":{"namespace":"jobs","name":"own","facets":\(job)},
     "inputs":\(inputs),"outputs":\(outputs)\(more)}
    """
  }

  static func content(_ text: String) throws -> RecordContent {
    let draft = try OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "local")
    try draft.content.validate()
    return draft.content
  }

  /// `role type namespace/name@version` of each entity.
  static func entities(_ content: RecordContent) -> [String] {
    content.entities.map { entity in
      "\(entity.role) \(entity.type) \(entity.namespace)/\(entity.name)"
        + (entity.version.map { "@" + $0 } ?? "")
    }
  }

  static let ownEntities = [
    "run run /0195b7de-6f6a-7a37-9c5f-0d2a3f1f9a01", "job job jobs/own",
  ]
}

struct OpenLineageFactTests {
  @Test func shapeTellsTheKind() throws {
    let job = #""job":{"namespace":"n","name":"j"}"#
    let dataset = #""dataset":{"namespace":"n","name":"d"}"#
    let run = #""run":{"runId":"r"}"#
    #expect(try Event.content("{\(job)}").kind == "job")
    #expect(try Event.content("{\(dataset)}").kind == "dataset")
    #expect(try Event.content("{\(dataset),\(job)}").kind == "dataset")
    #expect(try Event.content("{\(run),\(job),\(dataset)}").kind == "run")
    #expect(try Event.content("{\"run\":null,\(job)}").kind == "job")
    let misnamed =
      #"{"schemaURL":"https://openlineage.io/spec/9-9-9/OpenLineage.json#/$defs/RunEvent","#
      + "\(job),\"eventType\":\"COMPLETE\"}"
    #expect(try Event.content(misnamed).kind == "job")
    #expect(try Event.content(misnamed).eventType == nil, "a job has no state of a run")
    #expect(try Event.entities(Event.content("{\(dataset)}")) == ["target dataset n/d"])
  }

  @Test(arguments: [
    ("CREATE", "dataset/created"), ("ALTER", "dataset/altered"), ("DROP", "dataset/dropped"),
    ("RENAME", "dataset/renamed"), ("OVERWRITE", "dataset/altered"),
    ("TRUNCATE", "dataset/altered"), ("VANISH", "dataset"),
  ])
  func lifecycleTellsTheDatasetKind(change: String, kind: String) throws {
    let content = try Event.content(
      """
      {"dataset":{"namespace":"n","name":"d","facets":{"lifecycleStateChange":
      {"lifecycleStateChange":"\(change)"}}}}
      """)
    #expect(content.kind == kind)
    #expect(content.entities[0].facts.lifecycle?.codeName == (change == "VANISH" ? nil : change))
    #expect(content.flags.contains(.factsIncomplete) == ["VANISH", "RENAME"].contains(change))
  }

  @Test func theBodyIsTheBytesReceived() throws {
    let text =
      #"{"run":{"runId":"r"},  "job":{"name":"j","namespace":"n"},"#
      + #""big":123456789012345678901234567890,"#
      + #""float":1.50E+00,"unknown":{"x":[1.0,1]},"\u0061":"\u00e9é\ud800"}"#
    let draft = try OpenLineageEvent(parsing: Array("\n \(text)\r\n".utf8)).draft(source: "s")
    #expect(draft.bodies == [BodyDraft(contentType: "application/json", bytes: Array(text.utf8))])
    #expect(draft.duplicateIdentity == .event(Array(text.utf8)))
    #expect(draft.content.source == "s")
    #expect(draft.content.bodies.isEmpty)
  }

  @Test(
    arguments: [
      (#""2026-01-02T03:04:05Z""#, 1_767_323_045_000_000, HeaderFlags()),
      (#""2026-01-02T03:04:05""#, 1_767_323_045_000_000, .eventTimeWithoutZone),
      (#""2026-01-02 03:04:05.5""#, 1_767_323_045_500_000, .eventTimeWithoutZone),
      (#""2026-01-02T05:04:05+02:00""#, 1_767_323_045_000_000, []),
      (#""2026-01-02T03:04:05.123456Z""#, 1_767_323_045_123_456, []),
      (#""2026-01-02T03:04:05.123456789Z""#, 1_767_323_045_123_456, .eventTimeTruncated),
      (#""2026-01-02T03:04:05.123456000Z""#, 1_767_323_045_123_456, []),
      (#""yesterday""#, nil, .eventTimeUnreadable),
      (#""""#, nil, .eventTimeUnreadable),
      (#"1767323045"#, nil, .eventTimeUnreadable),
      (#"null"#, nil, []),
    ] as [(String, Int64?, HeaderFlags)])
  func eventTimesAreReadOrFlagged(time: String, expected: Int64?, flags: HeaderFlags) throws {
    let content = try Event.content(
      #"{"eventTime":\#(time),"job":{"namespace":"n","name":"j"}}"#)
    #expect(content.eventTime?.microseconds == expected)
    #expect(content.flags == flags)
  }

  @Test(arguments: [
    ("0195b7de-6f6a-7a37-9c5f-0d2a3f1f9a01", true), ("0195B7DE-6F6A-7A37-9C5F-0D2A3F1F9A01", true),
    ("manual__2026-01-01", false), ("0195b7de6f6a7a379c5f0d2a3f1f9a01", false),
    ("0195b7de-6f6a-7a37-9c5f-0d2a3f1f9a0g", false),
    ("0195b7de-6f6a-7a37-9c5f-0d2a3f1f9a012", false),
    ("0195b7de-6f6a-7a37-9c5f+0d2a3f1f9a01", false), ("x", false),
  ])
  func otherRunIdentifiersAreTakenAndFlagged(identifier: String, isUUID: Bool) throws {
    let content = try Event.content(
      #"{"run":{"runId":"\#(identifier)"},"job":{"namespace":"n","name":"j"}}"#)
    #expect(content.entities[0].name == identifier)
    #expect(content.flags == (isUUID ? [] : .runIdentifierNotUUID))
  }

  @Test func entitiesComeInOrderAndOnce() throws {
    let content = try Event.content(
      Event.run(
        run: #"{"parent":{"run":{"runId":"p"},"job":{"namespace":"jobs","name":"dag"}}}"#,
        inputs: """
          [{"namespace":"n","name":"a"},{"namespace":"n","name":"😀 table"},
           {"namespace":"n","name":"a"},{"namespace":"n","name":"e\u{301}"},
           {"namespace":"n","name":"\u{E9}"},
           {"namespace":"n","name":"a","facets":{"version":{"datasetVersion":"7"}}},
           {"namespace":"n","name":"b","facets":{"datasetVersion":{"datasetVersion":"8"}}}]
          """,
        outputs: #"[{"namespace":"n","name":"a"}]"#))
    #expect(
      Event.entities(content) == Event.ownEntities + [
        "parent run /p", "parent job jobs/dag", "input dataset n/a", "input dataset n/😀 table",
        "input dataset n/e\u{301}", "input dataset n/\u{E9}", "input dataset n/a@7",
        "input dataset n/b@8", "output dataset n/a",
      ])
    #expect(content.entities[6].name.utf8.count == 3 && content.entities[7].name.utf8.count == 2)
    #expect(content.flags == [])
  }

  @Test func aParentThatCannotBeReadIsFlagged() throws {
    let content = try Event.content(
      Event.run(
        run: #"{"parent":{"run":{"no":1},"job":{"namespace":"jobs","name":"dag"}}}"#))
    #expect(Event.entities(content) == Event.ownEntities + ["parent job jobs/dag"])
    #expect(content.flags == .factsIncomplete)
    let older = try Event.content(
      Event.run(run: #"{"parentRun":{"run":{"runId":"p"},"job":{"namespace":"j","name":"d"}}}"#))
    #expect(Event.entities(older).suffix(2) == ["parent run /p", "parent job j/d"])
  }

  @Test func symlinksAndRenamesArePairs() throws {
    let content = try Event.content(
      Event.run(
        outputs: """
          [{"namespace":"s3","name":"t/1","facets":{
             "symlinks":{"identifiers":[
               {"namespace":"hive","name":"db.t","type":"TABLE"},
               {"namespace":"hive","name":"db.t","type":"TABLE"},
               {"namespace":"s3","name":"t/1","type":"LOCATION"},{"name":"lost"}]},
             "lifecycleStateChange":{"lifecycleStateChange":"RENAME",
               "previousIdentifier":{"namespace":"s3","name":"t/0"}}}}]
          """))
    #expect(
      Event.entities(content) == Event.ownEntities + [
        "output dataset s3/t/1", "symlink dataset hive/db.t", "previous dataset s3/t/0",
      ])
    #expect(content.symlinks == [EntityPair(entity: 2, other: 3)])
    #expect(content.renames == [EntityPair(entity: 2, other: 4)])
    #expect(content.entities[2].facts.lifecycle == .rename)
    #expect(content.entities[2].facts.writeMode == nil)
    #expect(content.flags == .factsIncomplete, "one identifier had no namespace")
  }

  /// `facets` and `outputFacets` of one output, and the write mode they give.
  @Test(
    arguments: [
      ("{}", "{}", nil),
      (change("OVERWRITE"), "{}", .unknown),
      (change("OVERWRITE"), subset("partition"), .partition),
      (change("OVERWRITE"), subset("location"), .unknown),
      (change("TRUNCATE"), "{}", .truncate),
      (change("CREATE"), "{}", nil),
      (change("DROP"), "{}", nil),
      (change("ALTER"), "{}", nil),
      ("{}", #"{"icebergCommitReport":{"operation":"append"}}"#, .append),
      ("{}", #"{"icebergCommitReport":{"operation":"overwrite"}}"#, .unknown),
      ("{}", #"{"icebergCommitReport":{"operation":"delete"}}"#, .unknown),
      (change("OVERWRITE"), #"{"icebergCommitReport":{"operation":"append"}}"#, .unknown),
      ("{}", #"{"icebergCommitReport":{"operation":1}}"#, nil),
    ] as [(String, String, WriteMode?)])
  func writeModeIsWhatTheEventSays(
    facets: String, outputFacets: String, expected: WriteMode?
  ) throws {
    let content = try Event.content(
      Event.run(
        outputs: """
          [{"namespace":"n","name":"d","facets":\(facets),"outputFacets":\(outputFacets)}]
          """))
    #expect(content.entities[2].facts.writeMode == expected)
  }

  private static func change(_ change: String) -> String {
    #"{"lifecycleStateChange":{"lifecycleStateChange":"\#(change)"}}"#
  }
  private static func subset(_ type: String) -> String {
    #"{"subset":{"outputCondition":{"type":"\#(type)","partitions":[],"locations":[]}}}"#
  }

  @Test func contradictingMentionsAreUnknown() throws {
    func output(_ facets: String) -> String {
      #"{"namespace":"n","name":"d","outputFacets":\#(facets)}"#
    }
    let append = output(#"{"icebergCommitReport":{"operation":"append"}}"#)
    let other = output(#"{"icebergCommitReport":{"operation":"delete"}}"#)
    let content = try Event.content(Event.run(outputs: "[\(append),\(other)]"))
    #expect(content.entities.count == 3)
    #expect(content.entities[2].facts.writeMode == .unknown)
    #expect(content.flags == .factsIncomplete)
    let same = try Event.content(Event.run(outputs: "[\(append),\(append)]"))
    #expect(same.entities[2].facts.writeMode == .append && same.flags == [])
  }

  @Test func subsetsNameTheirConditionsOnly() throws {
    func facts(_ condition: String) throws -> RecordContent {
      try Event.content(
        Event.run(
          inputs: """
            [{"namespace":"n","name":"d","inputFacets":{"subset":{"inputCondition":\(condition)}}}]
            """))
    }
    let compare =
      #"{"type":"compare","left":{"type":"field","field":"mail"},"#
      + #""right":{"type":"literal","value":"a@b.example"},"comparison":"EQUAL"}"#
    let partition = #"{"type":"partition","partitions":[{"dimensions":{"day":"1"}}]}"#
    #expect(try facts(compare).entities[2].facts.subset == .compare)
    #expect(try facts(partition).entities[2].facts.subset == .partition)
    #expect(try facts(#"{"type":"location","locations":[]}"#).entities[2].facts.subset == .location)
    #expect(try facts(#"{"type":"moon"}"#).entities[2].facts.subset == .other)
    let both = try facts(
      #"{"type":"binary","operator":"AND","left":\#(compare),"right":{"type":"binary","#
        + #""operator":"OR","left":\#(partition),"right":\#(compare)}}"#
    )
    #expect(both.entities[2].facts.subset == [.compare, .partition])
    #expect(!"\(both)".contains("a@b.example"), "values of conditions stay in the body")
    let half = try facts(#"{"type":"binary","left":\#(compare)}"#)
    #expect(half.entities[2].facts.subset == .other && half.flags == .factsIncomplete)
    #expect(try facts("7").flags == .factsIncomplete)
    // An output facet on an input says nothing of the input.
    let misplaced = try Event.content(
      Event.run(
        inputs: """
          [{"namespace":"n","name":"d","outputFacets":{"subset":{"outputCondition":\(compare)}}}]
          """))
    #expect(misplaced.entities[2].facts.subset == [])
  }

  @Test func onlyListedAttributesEnterTheHeader() throws {
    let long = String(repeating: "x", count: 1_025)
    let content = try Event.content(
      Event.run(
        run: """
          {"processing_engine":{"name":"spark","version":"3.5.1","openlineageAdapterVersion":"1.2"},
           "nominalTime":{"nominalStartTime":"2026-01-01T00:00:00+01:00","nominalEndTime":"soon"},
           "errorMessage":{"message":"secret-1","programmingLanguage":"java"},
           "environmentVariables":{"environmentVariables":[{"name":"U","value":"secret-2"}]},
           "vendor":{"text":"secret-3"}}
          """,
        job: """
          {"jobType":{"processingType":"BATCH","integration":"\(long)","jobType":"QUERY"},
           "processing":{"purpose":"billing","legal_basis":"contract","note":"secret-4"},
           "sql":{"query":"SELECT 'secret-5'"},"ownership":{"owners":[{"name":"secret-6"}]}}
          """))
    #expect(
      content.attributes == [
        "engineName": .text("spark"), "engineVersion": .text("3.5.1"),
        "engineAdapterVersion": .text("1.2"),
        "nominalStartTime": .text("2025-12-31T23:00:00.000000Z"),
        "processingType": .text("BATCH"), "jobType": .text("QUERY"), "purpose": .text("billing"),
        "legalBasis": .text("contract"),
      ])
    #expect(content.flags == .factsIncomplete, "one value was too long, one no time")
    #expect(!"\(content)".contains("secret"))
  }

  @Test func deletedFacetsSayNothing() throws {
    let content = try Event.content(
      Event.run(
        job: #"{"jobType":{"_deleted":true,"jobType":"QUERY"}}"#,
        outputs: """
          [{"namespace":"n","name":"d","facets":{
            "version":{"_deleted":true,"datasetVersion":"1"},"symlinks":{"_deleted":true}}}]
          """))
    #expect(content.attributes.isEmpty)
    #expect(content.entities[2].version == nil)
    #expect(content.flags == [])
  }

  /// A facet that is no object, or whose fields have other types, costs its facts alone.
  @Test(arguments: [
    #"{"version":"3"}"#, #"{"version":{"datasetVersion":3}}"#, #"{"version":{}}"#,
    #"{"symlinks":{"identifiers":{}}}"#, #"{"symlinks":[]}"#, #"{"lifecycleStateChange":"DROP"}"#,
    #"{"lifecycleStateChange":{"lifecycleStateChange":1}}"#, "7",
    #"{"lifecycleStateChange":{"lifecycleStateChange":"RENAME","previousIdentifier":"x"}}"#,
    #"{"columnLineage":{"fields":[]}}"#, #"{"columnLineage":{"fields":{"c":{"inputFields":1}}}}"#,
    #"{"columnLineage":{"fields":{"c":{"inputFields":[{"name":"x"}]}}}}"#,
    #"{"columnLineage":{"dataset":{}}}"#, #"{"lineage":[]}"#, #"{"lineage":{"inputs":{}}}"#,
    #"{"lineage":{"fields":[]}}"#, #"{"lineage":{"inputs":[{"type":"MOON"}]}}"#,
  ])
  func facetsOfAnotherShapeAreFlagged(facets: String) throws {
    let content = try Event.content(
      Event.run(outputs: #"[{"namespace":"n","name":"d","facets":\#(facets)}]"#))
    #expect(content.flags == .factsIncomplete)
    #expect(Event.entities(content) == Event.ownEntities + ["output dataset n/d"])
    #expect(content.edges.isEmpty)
    #expect(!content.entities[2].facts.areEdgesComplete)
  }
}
