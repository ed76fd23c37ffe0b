import LedgerFormat
import Provenance
import Testing

/// Every way in which a native record can be wrong, with the field that is named.
struct NativeRecordTests {
  private static let target =
    #"{"role":"target","type":"dataset","namespace":"n","name":"d"}"#

  /// A `dataset` record, valid as it stands, with more fields.
  private static func record(_ more: String = "", entities: String? = nil) -> String {
    #"{"kind":"dataset","entities":[\#(entities ?? target)]\#(more.isEmpty ? "" : ","+more)}"#
  }

  private static func read(_ text: String) throws -> RecordDraft {
    try NativeRecord.draft(parsing: Array(text.utf8), source: "local")
  }

  @Test(arguments: [
    ("", "", "no JSON value"),
    ("[]", "", "must be an object, is an array"),
    ("{}", "kind", "is missing"),
    (#"{"kind":5}"#, "kind", "must be a string, is a number"),
    (#"{"kind":"Access"}"#, "kind", "'Access' is no kind of record"),
    (#"{"kind":"dataset/vanished"}"#, "kind", "is no kind of record"),
    (#"{"kind":"index"}"#, "kind", "only the ledger itself writes 'index'"),
    (#"{"kind":"erasure/plan"}"#, "kind", "only the ledger itself writes"),
    (#"{"kind":"hold/released"}"#, "kind", "only the ledger itself writes"),
    (#"{"kind":"ledger/created"}"#, "kind", "only the ledger itself writes"),
    (record(#""knid":1"#), "knid", "is no field of a native record"),
    (record(#""source":"me""#), "source", "is no field of a native record"),
    (record(#""slots":[]"#), "slots", "is no field of a native record"),
    (record(#""flags":[]"#), "flags", "is no field of a native record"),
    (record(#""producer":"a","producer":"b""#), "producer", "appears twice"),
    (record(#""producer":"a","\u0070roducer":"b""#), "producer", "appears twice"),
    (record(#""producer":null"#), "producer", "must be a string, is null"),
    (record(#""produce\u0072":null"#), "producer", "must be a string, is null"),
    (record(#""produce\ud800":null"#), "produce\u{FFFD}", "is no field of a native record"),
    (record(#""attributes":{"a":"b","c\u0064":[[]]}"#), "attributes.cd", "must be a string, an"),
    (
      record(#""attributes":{"a":"b"},"bodies":[{"text":"a"},{"text":["a"]}]"#), "bodies[1].text",
      "must be a string"
    ),
    (record(#""producer":"""#), "producer", "is empty"),
    (record(#""eventTime":"yesterday""#), "eventTime", "'yesterday' is no RFC 3339"),
    (record(#""eventTime":1"#), "eventTime", "must be a string, is a number"),
    (record(#""eventType":"complete""#), "eventType", "'complete' is none of START"),
    (record(#""producerSequence":-1"#), "producerSequence", "-1 is no integer from 0"),
    (record(#""producerSequence":1.0"#), "producerSequence", "1.0 is no integer"),
    (record(#""producerSequence":1e3"#), "producerSequence", "1e3 is no integer"),
    (record(#""producerSequence":-0"#), "producerSequence", "-0 is no integer"),
    (record(#""producerSequence":18446744073709551616"#), "producerSequence", "is no integer"),
    (record(#""producerSequence":"7""#), "producerSequence", "must be an integer, is a string"),
    (#"{"kind":"dataset","entities":{}}"#, "entities", "must be an array, is an object"),
    (record(entities: "1"), "entities[0]", "must be an object, is a number"),
    (record(entities: "\(target),{}"), "entities[1].type", "is missing"),
    (
      record(entities: #"{"type":"dataset","namespace":"n","name":"d"}"#), "entities[0].role",
      "is missing"
    ),
    (
      record(entities: #"{"role":"target","type":"dataset","name":"d"}"#), "entities[0].namespace",
      "is missing"
    ),
    (
      record(entities: #"{"role":"target","type":"dataset","namespace":"n"}"#), "entities[0].name",
      "is missing"
    ),
    (
      record(entities: #"{"role":"target","type":"dataset","namespace":"n","name":""}"#),
      "entities[0].name", "is empty"
    ),
    (
      record(entities: #"{"role":"owner","type":"dataset","namespace":"n","name":"d"}"#),
      "entities[0].role", "'owner' is none of run, job"
    ),
    (
      record(entities: #"{"role":"target","type":"person","namespace":"n","name":"d"}"#),
      "entities[0].type", "'person' is none of dataset"
    ),
    (
      record(entities: #"{"role":"run","type":"run","namespace":"n","name":"d"}"#),
      "entities[0].namespace", "a run has no namespace"
    ),
    (
      record(
        entities: #"{"role":"target","type":"dataset","namespace":"n","name":"d","version":""}"#),
      "entities[0].version", "is empty"
    ),
    (
      record(
        entities: #"{"role":"target","type":"dataset","namespace":"n","name":"d","facets":{}}"#),
      "entities[0].facets", "is no field"
    ),
    (
      record(
        entities:
          #"{"role":"target","type":"dataset","namespace":"n","name":"d","writeMode":"APPEND"}"#),
      "entities[0].writeMode", "'APPEND' is none of append"
    ),
    (
      record(
        entities:
          #"{"role":"target","type":"dataset","namespace":"n","name":"d","lifecycle":"drop"}"#),
      "entities[0].lifecycle", "'drop' is none of ALTER"
    ),
    (
      record(
        entities:
          #"{"role":"target","type":"dataset","namespace":"n","name":"d","subset":["row"]}"#),
      "entities[0].subset[0]", "'row' is none of partition"
    ),
    (
      record(
        entities:
          #"{"role":"target","type":"dataset","namespace":"n","name":"d","subset":["other","#
          + #""other"]}"#
      ),
      "entities[0].subset[1]", "appears twice"
    ),
    (
      record(
        entities:
          #"{"role":"target","type":"dataset","namespace":"n","name":"d","edgesComplete":1}"#),
      "entities[0].edgesComplete", "must be true or false"
    ),
    (record(#""edges":[[0,0]]"#), "edges[0]", "an edge is [target, source, basis]"),
    (record(#""edges":[[0,1,"explicit"]]"#), "edges[0][1]", "no entity at position 1 of 1"),
    (record(#""edges":[[-1,0,"explicit"]]"#), "edges[0][0]", "-1 is no integer"),
    (record(#""edges":[[0,0,"inferred"]]"#), "edges[0][2]", "'inferred' is none of explicit"),
    (record(#""edges":[[0,0,"explicit","masked"]]"#), "edges[0][3]", "must be an array"),
    (record(#""edges":[[0,0,"explicit",["hidden"]]]"#), "edges[0][3][0]", "'hidden' is none of"),
    (record(#""edges":[[0,0,"explicit",[],1]]"#), "edges[0]", "has 5 entries; the limit is 4"),
    (record(#""symlinks":[[0,0]]"#), "symlinks[0][1]", "an entity with role 'symlink'"),
    (record(#""symlinks":[[0]]"#), "symlinks[0]", "a pair is"),
    (record(#""renames":[[0,0]]"#), "renames[0][1]", "an entity with role 'previous'"),
    (record(#""attributes":[]"#), "attributes", "must be an object, is an array"),
    (record(#""attributes":{"a":1.5}"#), "attributes.a", "1.5 is no integer"),
    (record(#""attributes":{"a":9223372036854775808}"#), "attributes.a", "is no integer"),
    (record(#""attributes":{"a":null}"#), "attributes.a", "must be a string, an integer"),
    (record(#""attributes":{"a":[]}"#), "attributes.a", "must be a string, an integer"),
    (
      record(#""attributes":{"a":{"hexadecimal":"AB"}}"#), "attributes.a.hexadecimal",
      "lower-case hexadecimal"
    ),
    (
      record(#""attributes":{"a":{"hexadecimal":"abc"}}"#), "attributes.a.hexadecimal",
      "an even number"
    ),
    (record(#""attributes":{"a":{"hex":"ab"}}"#), "attributes.a.hex", "is no field"),
    (record(#""attributes":{"a b":1}"#), "attributes.a b", "printable ASCII"),
    (record(#""attributes":{"é":1}"#), "attributes.é", "printable ASCII"),
    (record(#""attributes":{"":1}"#), "attributes.", "printable ASCII"),
    (record(#""attributes":{"a":1,"a":1}"#), "attributes.a", "appears twice"),
    (record(#""references":[{"relation":"supersedes"}]"#), "references[0].index", "is missing"),
    (
      record(#""references":[{"relation":"undoes","index":1}]"#), "references[0].relation",
      "'undoes' is none of supersedes"
    ),
    (
      record(#""references":[{"relation":"cites","index":-1}]"#), "references[0].index",
      "-1 is no integer"
    ),
    (record(#""bodies":{}"#), "bodies", "must be an array"),
    (record(#""bodies":[{}]"#), "bodies[0]", "a body has one of value, text and base64"),
    (record(#""bodies":[{"value":1,"text":"a"}]"#), "bodies[0]", "a body has one of"),
    (record(#""bodies":[{"text":1}]"#), "bodies[0].text", "must be a string"),
    (record(#""bodies":[{"base64":"AAE"}]"#), "bodies[0].base64", "base 64 with padding"),
    (
      record(#""bodies":[{"base64":"AA=="},{"base64":"AB=="}]"#), "bodies[1].base64",
      "base 64 with padding"
    ),
    (record(#""bodies":[{"base64":"A A="}]"#), "bodies[0].base64", "base 64 with padding"),
    (
      record(#""bodies":[{"text":"a","contentType":"téxt"}]"#), "bodies[0].contentType",
      "a media type"
    ),
    (
      record(#""bodies":[{"text":"a","contentType":""}]"#), "bodies[0].contentType",
      "a media type"
    ),
    (record(#""bodies":[{"text":"a","salt":"b"}]"#), "bodies[0].salt", "is no field"),
    (record(#""id":"""#), "id", "is empty"),
    (record(#""id":7"#), "id", "must be a string"),
    (record(#""publicId":true"#), "publicId", "there is no id to publish"),
    (record(#""id":"a","publicId":"yes""#), "publicId", "must be true or false"),
    (record(#""eventTime":NaN"#), "", "not JSON: the literal NaN"),
    (record() + "x", "", "not JSON: more text"),
  ])
  func wrongRecordsNameTheirField(text: String, path: String, message: String) {
    #expect {
      try Self.read(text)
    } throws: { error in
      guard let error = error as? NativeRecordError else { return false }
      #expect(error.path == path)
      #expect("\(error)".contains(message), "\(error)")
      return true
    }
  }

  /// Each kind without one of the things it needs, and what the message asks for.
  @Test(arguments: [
    (#"{"kind":"dataset"}"#, "role 'target' and type dataset or model"),
    (
      #"{"kind":"dataset/dropped","entities":[{"role":"input","type":"dataset","#
        + #""namespace":"n","name":"d"}]}"#,
      "role 'target'"
    ),
    (
      #"{"kind":"dataset/created","entities":[TARGET],"attributes":{"origin":"o"}}"#,
      "the attribute 'purpose'"
    ),
    (#"{"kind":"dataset/renamed","entities":[TARGET]}"#, "a pair in renames"),
    (#"{"kind":"run","entities":[TARGET]}"#, "role 'run'"),
    (#"{"kind":"run","entities":[RUN]}"#, "role 'job'"),
    (#"{"kind":"run","entities":[RUN,JOB]}"#, "an eventType"),
    (
      #"{"kind":"run","entities":[RUN,JOB],"eventType":"START","attributes":{"phase":"lunch"}}"#,
      "'phase' to be one of ingest"
    ),
    (
      #"{"kind":"run","entities":[RUN,JOB],"eventType":"START","attributes":{"phase":1}}"#,
      "'phase' as a text"
    ),
    (#"{"kind":"job"}"#, "role 'job'"),
    (#"{"kind":"derivation","entities":[TARGET]}"#, "an edge, or an entity with edgesComplete"),
    (#"{"kind":"access","entities":[TARGET]}"#, "role 'actor', or a body"),
    (#"{"kind":"access","entities":[ACTOR]}"#, "role 'target'"),
    (
      #"{"kind":"access","entities":[ACTOR,TARGET],"attributes":{"action":"read","purpose":"p"}}"#,
      "the attribute 'outcome'"
    ),
    (
      #"{"kind":"access","entities":[ACTOR,TARGET],"attributes":{"action":"","#
        + #""purpose":"p","outcome":"o"}}"#,
      "'action' as a text that is not empty"
    ),
    (#"{"kind":"disclosure","entities":[TARGET]}"#, "role 'recipient'"),
    (
      #"{"kind":"policy/retention","entities":[TARGET],"attributes":{"value":"P1Y"}}"#,
      "role 'scope'"
    ),
    (#"{"kind":"policy/write-mode","entities":[ACTOR,TARGET]}"#, "a writeMode"),
    (
      #"{"kind":"erasure/request","attributes":{"regulation":"r","received":"t"}}"#,
      "role 'request'"
    ),
    (#"{"kind":"erasure/execution","entities":[TARGET,ACTOR]}"#, "the attribute 'method'"),
    (
      #"{"kind":"erasure/verification","entities":[TARGET,ACTOR],"attributes":{"method":"m"}}"#,
      "the attribute 'outcome'"
    ),
  ])
  func kindsNeedTheirMinimum(template: String, need: String) {
    let text =
      template
      .replacing("TARGET", with: Self.target)
      .replacing("RUN", with: #"{"role":"run","type":"run","name":"r"}"#)
      .replacing("JOB", with: #"{"role":"job","type":"job","namespace":"n","name":"j"}"#)
      .replacing("ACTOR", with: #"{"role":"actor","type":"service","namespace":"n","name":"s"}"#)
    let error = #expect(throws: NativeRecordError.self) { try Self.read(text) }
    #expect(error.map { "\($0)".contains(need) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func limitsAreCountedInBytes() throws {
    func entity(_ name: String) -> String {
      Self.record(entities: Self.target.replacing("\"d\"", with: "\"\(name)\""))
    }
    let longest = String(repeating: "é", count: 2_048)
    #expect(try Self.read(entity(longest)).content.entities[0].name == longest)
    #expect(
      throws: NativeRecordError(
        path: "entities[0].name", reason: .overLimit(byteCount: 4_097, limit: 4_096))
    ) { try Self.read(entity(longest + "x")) }

    func attribute(_ count: Int) -> String {
      Self.record(#""attributes":{"a":"\#(String(repeating: "x", count: count))"}"#)
    }
    #expect(throws: Never.self) { try Self.read(attribute(1_024)) }
    #expect(
      throws: NativeRecordError(
        path: "attributes.a", reason: .overLimit(byteCount: 1_025, limit: 1_024))
    ) { try Self.read(attribute(1_025)) }

    func attributes(_ count: Int) -> String {
      let list = (0..<count).map { "\"a\($0)\":\($0)" }.joined(separator: ",")
      return Self.record("\"attributes\":{\(list)}")
    }
    #expect(try Self.read(attributes(64)).content.attributes.count == 64)
    #expect(
      throws: NativeRecordError(path: "attributes", reason: .tooMany(count: 65, limit: 64))
    ) { try Self.read(attributes(65)) }
  }

  @Test func bodiesAreLimited() throws {
    func text(_ counts: [Int]) -> [UInt8] {
      let bodies = counts.map { #"{"text":"\#(String(repeating: "x", count: $0))"}"# }
      return Array(Self.record("\"bodies\":[\(bodies.joined(separator: ","))]").utf8)
    }
    let limit = 16 * 1_024 * 1_024
    #expect(
      throws: NativeRecordError(
        path: "bodies[0].text", reason: .overLimit(byteCount: limit + 1, limit: limit))
    ) { try NativeRecord.draft(parsing: text([limit + 1]), source: "l") }
    // Two bodies of the limit are taken; the third is one byte too much for the record.
    #expect(
      throws: NativeRecordError(
        path: "bodies", reason: .overLimit(byteCount: 2 * limit + 1, limit: 2 * limit))
    ) { try NativeRecord.draft(parsing: text([limit, limit, 1]), source: "l") }
    #expect(
      throws: NativeRecordError(path: "bodies", reason: .tooMany(count: 257, limit: 256))
    ) {
      try NativeRecord.draft(parsing: text([Int](repeating: 1, count: 257)), source: "l")
    }
  }

  @Test func theIdentifierStaysOutOfTheHeaderUnlessDeclaredPublic() throws {
    let text = Self.record(#""id":"order-7""#)
    let hidden = try Self.read(" \(text)\n")
    #expect(hidden.content.publicIdentifier == nil)
    #expect(!"\(hidden.content)".contains("order-7"))
    #expect(hidden.duplicateIdentity == .identifier("order-7", record: Array(text.utf8)))
    #expect(
      try Self.read(Self.record(#""id":"order-7","publicId":true"#)).content.publicIdentifier
        == "order-7")
    #expect(
      try Self.read(Self.record(#""id":"order-7","publicId":false"#)).content.publicIdentifier
        == nil)
    #expect(try Self.read(Self.record()).duplicateIdentity == .none)
  }

  @Test func valuesAreKeptAsTheyAre() throws {
    let draft = try Self.read(
      Self.record(
        #""eventTime":"2026-01-02T03:04:05.1234567","producerSequence":18446744073709551615,"#
          + #""attributes":{"i":-9223372036854775808,"t":true,"b":{"hexadecimal":"00ff"},"s":"é"},"#
          + #""bodies":[{"value":{"n": 1.50e+00,"x":[1,  2]} ,"#
          + #" "contentType":"application/ld+json"}]"#,
        entities: Self.target
          + #",{"role":"symlink","type":"dataset","namespace":"","name":"other"}"#
          + #",{"role":"previous","type":"dataset","namespace":"n","name":"old"}"#
          + #",{"role":"target","type":"model","namespace":"n","name":"m","version":"v","#
          + #""lifecycle":"TRUNCATE","writeMode":"merge-on-read-delete","subset":["compare","#
          + #""partition"]}"#
      ).dropLast() + #","symlinks":[[0,1]],"renames":[[0,2]]}"#)
    let content = draft.content
    #expect(content.flags == [.eventTimeWithoutZone, .eventTimeTruncated])
    #expect(content.eventTime?.microseconds == 1_767_323_045_123_456)
    #expect(content.producerSequence == .max)
    #expect(
      content.attributes == [
        "i": .integer(.min), "t": .boolean(true), "b": .bytes([0, 255]), "s": .text("é"),
      ])
    #expect(content.symlinks == [EntityPair(entity: 0, other: 1)])
    #expect(content.renames == [EntityPair(entity: 0, other: 2)])
    #expect(
      content.entities[3].facts
        == EntityFacts(
          lifecycle: .truncate, writeMode: .mergeOnReadDelete, subset: [.compare, .partition]))
    #expect(
      draft.bodies == [
        BodyDraft(
          contentType: "application/ld+json",
          bytes: Array(#"{"n": 1.50e+00,"x":[1,  2]}"#.utf8))
      ])
  }

  @Test func everyNameOfACodeIsTaken() throws {
    for role in EntityRole.allCases {
      let text = Self.record(
        entities: Self.target
          + #",{"role":"\#(role.codeName)","type":"dataset","namespace":"n","name":"x"}"#)
      #expect(try Self.read(text).content.entities[1].role == role)
    }
    for type in EntityType.allCases {
      let namespace = type == .run ? "" : #""namespace":"n","#
      let text = Self.record(
        entities: Self.target
          + #",{"role":"related","type":"\#(type.codeName)",\#(namespace)"name":"x"}"#)
      #expect(try Self.read(text).content.entities[1].type == type)
    }
    #expect(RecordKind.native.count == 19)
    #expect(RecordKind.allCases.allSatisfy { RecordContent.isKind($0.rawValue) })
  }
}
