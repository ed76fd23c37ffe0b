import LedgerFormat
import Provenance
import Testing

/// Every reason to refuse an event, and what comes close to one and is taken.
struct OpenLineageRefusalTests {
  @Test(arguments: [
    (#"[]"#, OpenLineageRejection.notAnObject(found: "an array")),
    (#""event""#, .notAnObject(found: "a string")),
    (#"null"#, .notAnObject(found: "null")),
    (#"{}"#, .noSubject),
    (#"{"eventTime":"2026-01-01T00:00:00Z","inputs":[]}"#, .noSubject),
    (#"{"run":null,"dataset":null,"job":null}"#, .noSubject),
    (#"{"run":{},"job":{"namespace":"n","name":"j"}}"#, .noRunIdentifier),
    (#"{"run":{"runId":""},"job":{"namespace":"n","name":"j"}}"#, .noRunIdentifier),
    (#"{"run":{"runId":7},"job":{"namespace":"n","name":"j"}}"#, .noRunIdentifier),
    (#"{"run":{"runId":null},"job":{"namespace":"n","name":"j"}}"#, .noRunIdentifier),
    (#"{"run":5,"job":{"namespace":"n","name":"j"}}"#, .noRunIdentifier),
    (#"{"run":{"runId":"r"}}"#, .noIdentity(field: "job.namespace")),
    (#"{"run":{"runId":"r"},"job":{}}"#, .noIdentity(field: "job.namespace")),
    (#"{"run":{"runId":"r"},"job":"j"}"#, .noIdentity(field: "job.namespace")),
    (
      #"{"run":{"runId":"r"},"job":{"namespace":1,"name":"j"}}"#,
      .noIdentity(field: "job.namespace")
    ),
    (#"{"run":{"runId":"r"},"job":{"namespace":"n"}}"#, .noIdentity(field: "job.name")),
    (#"{"run":{"runId":"r"},"job":{"namespace":"n","name":""}}"#, .noIdentity(field: "job.name")),
    (#"{"job":{"name":"j"}}"#, .noIdentity(field: "job.namespace")),
    (#"{"job":{"namespace":"n","name":null}}"#, .noIdentity(field: "job.name")),
    (#"{"dataset":{}}"#, .noIdentity(field: "dataset.namespace")),
    (#"{"dataset":{"namespace":"n"}}"#, .noIdentity(field: "dataset.name")),
    (
      #"{"dataset":{"namespace":"n","name":""},"job":{"namespace":"n","name":"j"}}"#,
      .noIdentity(field: "dataset.name")
    ),
  ])
  func eventsWithoutIdentityAreRefused(text: String, reason: OpenLineageRejection) {
    #expect(throws: reason) {
      try OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "local")
    }
    #expect(!reason.description.isEmpty)
  }

  @Test func whatIsNotJSONIsRefusedWithItsPlace() {
    let text = "{\"run\":{\"runId\":\"r\"},\n\"metric\":NaN}"
    let error = #expect(throws: OpenLineageRejection.self) {
      try OpenLineageEvent(parsing: Array(text.utf8))
    }
    #expect(
      error
        == .notJSON(
          JSONError(
            reason: .notANumber("NaN"), position: JSONPosition(offset: 31, line: 2, column: 10))))
    #expect(throws: OpenLineageRejection.self) {
      try OpenLineageEvent(parsing: Array("{\"run\":{\"runId\":\"r\"".utf8))
    }
  }

  @Test func aBodyOverItsLimitIsRefused() throws {
    let event = Array(Event.run().utf8)
    let limit = 16 * 1_024 * 1_024
    let space = [UInt8](repeating: 0x20, count: limit - event.count)
    #expect(try OpenLineageEvent(parsing: event + space).bytes == event)
    #expect(throws: OpenLineageRejection.bodyOverLimit(byteCount: limit + 1, limit: limit)) {
      try OpenLineageEvent(parsing: event + space + [0x20])
    }
  }

  /// 4,096 UTF-8 bytes are a name and 4,097 are not, wherever the name stands.
  @Test(arguments: [
    (#"{"run":{"runId":"NAME"},"job":{"namespace":"n","name":"j"}}"#, "run.runId"),
    (#"{"run":{"runId":"r"},"job":{"namespace":"NAME","name":"j"}}"#, "job.namespace"),
    (#"{"run":{"runId":"r"},"job":{"namespace":"n","name":"NAME"}}"#, "job.name"),
    (#"{"dataset":{"namespace":"NAME","name":"d"}}"#, "dataset.namespace"),
    (#"{"dataset":{"namespace":"n","name":"NAME"}}"#, "dataset.name"),
    (#"{"dataset":{"namespace":"n","name":"d"},"producer":"NAME"}"#, "producer"),
    (
      #"{"job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"n","name":"NAME"}]}"#,
      "inputs[0].name"
    ),
    (
      #"{"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"n","name":"a"},"#
        + #"{"namespace":"NAME","name":"b"}]}"#,
      "outputs[1].namespace"
    ),
    (
      #"{"dataset":{"namespace":"n","name":"d","facets":{"version":{"datasetVersion":"NAME"}}}}"#,
      "dataset version"
    ),
    (
      #"{"dataset":{"namespace":"n","name":"d","#
        + #""facets":{"symlinks":{"identifiers":[{"namespace":"n","name":"NAME","#
        + #""type":"TABLE"}]}}}}"#,
      "dataset symlink.name"
    ),
    (
      #"{"dataset":{"namespace":"n","name":"d","#
        + #""facets":{"columnLineage":{"fields":{"c":{"inputFields":[{"namespace":"n","#
        + #""name":"NAME","field":"f"}]}}}}}}"#,
      "column lineage source.name"
    ),
  ])
  func namesEndAtTheirLimit(template: String, field: String) throws {
    func event(_ name: String) -> [UInt8] {
      Array(template.replacing("NAME", with: name).utf8)
    }
    // Two bytes per character: the limit counts bytes, not characters.
    let longest = String(repeating: "é", count: 2_048)
    let draft = try OpenLineageEvent(parsing: event(longest)).draft(source: "local")
    #expect(throws: Never.self) { try draft.content.validate() }
    #expect(
      throws: OpenLineageRejection.nameOverLimit(field: field, byteCount: 4_097, limit: 4_096)
    ) {
      try OpenLineageEvent(parsing: event(longest + "x")).draft(source: "local")
    }
  }

  /// Wherever a text would enter the header: left out or with a replacement character, two events
  /// that say different things would look alike.
  @Test(arguments: [
    #"{"run":{"runId":"TEXT"},"job":{"namespace":"n","name":"j"}}"#,
    #"{"run":{"runId":"r"},"job":{"namespace":"TEXT","name":"j"}}"#,
    #"{"dataset":{"namespace":"n","name":"TEXT"}}"#,
    #"{"dataset":{"namespace":"n","name":"d"},"producer":"TEXT"}"#,
    #"{"dataset":{"namespace":"n","name":"d"},"eventTime":"TEXT"}"#,
    #"{"run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"eventType":"TEXT"}"#,
    #"{"job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"n","name":"TEXT"}]}"#,
    #"{"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"TEXT","name":"d"}]}"#,
    #"{"dataset":{"namespace":"n","name":"d","facets":{"version":{"datasetVersion":"TEXT"}}}}"#,
    #"{"dataset":{"namespace":"n","name":"d","facets":{"lifecycleStateChange":"#
      + #"{"lifecycleStateChange":"TEXT"}}}}"#,
    #"{"dataset":{"namespace":"n","name":"d","facets":{"symlinks":{"identifiers":["#
      + #"{"namespace":"n","name":"TEXT"}]}}}}"#,
    #"{"run":{"runId":"r","facets":{"processing_engine":{"name":"TEXT"}}},"#
      + #""job":{"namespace":"n","name":"j"}}"#,
    #"{"run":{"runId":"r","facets":{"nominalTime":{"nominalStartTime":"TEXT"}}},"#
      + #""job":{"namespace":"n","name":"j"}}"#,
    #"{"run":{"runId":"r","facets":{"parent":{"run":{"runId":"TEXT"}}}},"#
      + #""job":{"namespace":"n","name":"j"}}"#,
  ])
  func halfASurrogatePairIsRefusedWhereItIsRead(template: String) throws {
    func read(_ text: String) throws -> RecordDraft {
      let event = template.replacing("TEXT", with: text)
      return try OpenLineageEvent(parsing: Array(event.utf8)).draft(source: "local")
    }
    let offset = try #require(template.utf8.firstRange(of: "\"TEXT\"".utf8))
    let position = template.utf8.distance(
      from: template.startIndex, to: offset.lowerBound)
    for text in [#"a\ud800"#, #"\udc00b"#, #"\uD83D\\uDE00"#] {
      #expect(
        throws: OpenLineageRejection.notJSON(
          JSONError(
            reason: .loneSurrogate,
            position: JSONPosition(offset: position, line: 1, column: position + 1)))
      ) { try read(text) }
    }
    #expect(throws: Never.self) { try read(#"\ud83d\ude00"#) }
  }

  /// Names that are no text are never looked up, so two of them are not one name twice.
  @Test func memberNamesThatAreNoTextAreNotTakenForOneAnother() throws {
    let job = #""job":{"namespace":"n","name":"j"}"#
    let text = #"{"\ud800":1,"\ud801":2,"\ufffd":3,\#(job)}"#
    #expect(throws: Never.self) {
      try OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "local")
    }
    for twice in [#"{"a":1,"\u0061":2,\#(job)}"#, #"{\#(job),"x":[{"b":{"c":1,"d":2,"c":1}}]}"#] {
      #expect(throws: OpenLineageRejection.self) {
        try OpenLineageEvent(parsing: Array(twice.utf8))
      }
    }
  }

  /// What Marquez takes too, and the format's documents promise.
  @Test func everythingElseIsTaken() throws {
    let texts = [
      #"{"run":{"runId":"r"},"job":{"namespace":"","name":"j"}}"#,
      #"{"run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"inputs":5,"outputs":{"a":1}}"#,
      #"{"run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"inputs":[1,null,{},"#
        + #"{"name":"x"}]}"#,
      #"{"run":{"runId":"r","facets":7},"job":{"namespace":"n","name":"j","facets":[]}}"#,
      #"{"run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"eventType":"DONE","producer":3}"#,
    ]
    for text in texts {
      let draft = try OpenLineageEvent(parsing: Array(text.utf8)).draft(source: "local")
      #expect(throws: Never.self) { try draft.content.validate() }
      let isPlain = text == texts[0]
      #expect(draft.content.flags.contains(.factsIncomplete) == !isPlain, "\(text)")
    }
  }
}
