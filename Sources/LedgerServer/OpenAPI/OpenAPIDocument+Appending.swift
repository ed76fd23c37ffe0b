/// Appending, and reading single things.
extension OpenAPIDocument {
  static let appending: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: .post, path: "/api/v1/lineage", id: "postLineage",
      summary: "Append one OpenLineage event, or an array of them", roles: [.appender],
      request: json("EventOrEvents"),
      answers: [
        .init(status: 200, description: "Was there already", content: json("SingleOrBatchAnswer")),
        .init(status: 201, description: "Durable", content: json("SingleOrBatchAnswer")),
        .init(status: 400, description: "Cannot be recorded", content: json("BatchRefusal")),
      ]),
    OpenAPIOperation(
      method: .post, path: "/api/v1/lineage/batch", id: "postLineageBatch",
      summary: "Append an array of OpenLineage events", roles: [.appender],
      request: json("Events"),
      answers: [
        .init(status: 200, description: "What became of each", content: json("BatchAnswer")),
        .init(status: 400, description: "None can be recorded", content: json("BatchRefusal")),
      ]),
    OpenAPIOperation(
      method: .post, path: "/v1/records", id: "postRecords",
      summary: "Append one native record, or lines of them, answered by lines of receipts",
      roles: [.appender],
      request: json("Event") + [.init(type: Answer.linesType, schema: string)],
      answers: [
        .init(
          status: 200, description: "Was there already, or a stream of receipts",
          content: json("Receipt") + [.init(type: Answer.linesType, schema: string)]),
        .init(status: 201, description: "Durable", content: json("Receipt")),
      ], refusals: [409]),
  ]

  /// Only where `tlog.add` is set.
  static let adding = OpenAPIOperation(
    method: .post, path: "/add", id: "postEntry",
    summary: "Append an entry of any bytes; a checkpoint covers it soon", roles: [.appender],
    request: anyBytes,
    answers: [.init(status: 200, description: "Its index, in decimal", content: anyText)])

  private static let record = OpenAPIOperation.Parameter.path("index", "The record", index)
  private static let body = OpenAPIOperation.Parameter.path(
    "body", "The body, from 0", #"{"type": "integer", "minimum": 0, "maximum": 2147483647}"#)
  private static let readers: [Role] = [.auditor, .legal]
  private static let provers: [Role] = [.auditor, .legal, .operator]

  static let reading: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: .get, path: "/v1/records/{index}", id: "getRecord", summary: "A record",
      roles: readers, parameters: [record],
      answers: [.init(status: 200, description: "It", content: json("Record"))],
      refusals: [404]),
    OpenAPIOperation(
      method: .get, path: "/v1/records/{index}/entry", id: "getEntry",
      summary: "The exact bytes that its leaf hash is over", roles: readers,
      parameters: [record],
      answers: [.init(status: 200, description: "Deterministic CBOR", content: anyBytes)],
      refusals: [404]),
    OpenAPIOperation(
      method: .get, path: "/v1/records/{index}/bodies/{body}", id: "getBody",
      summary: "A body as it was received; leaves a record of the reading", roles: readers,
      parameters: [record, body],
      answers: [.init(status: 200, description: "Its bytes", content: anyBytes)],
      refusals: [404, 410]),
    OpenAPIOperation(
      method: .get, path: "/v1/records/{index}/openings/{body}", id: "getOpening",
      summary: "What opens a body's commitment; leaves a record of the reading", roles: readers,
      parameters: [record, body],
      answers: [.init(status: 200, description: "Salt and bytes", content: anyText)],
      refusals: [404, 410]),
    OpenAPIOperation(
      method: .get, path: "/v1/records/{index}/proof", id: "getProof",
      summary: "A c2sp.org/tlog-proof@v1 under the newest checkpoint", roles: provers,
      parameters: [record],
      answers: [.init(status: 200, description: "The proof", content: anyText)],
      refusals: [404, 409]),
    OpenAPIOperation(
      method: .get, path: "/checkpoint", id: "getCheckpoint",
      summary: "The newest signed checkpoint", roles: provers,
      answers: [.init(status: 200, description: "A C2SP signed note", content: anyText)],
      refusals: [404]),
    OpenAPIOperation(
      method: .get, path: "/tile/{path}", id: "getTile",
      summary: "A tile or entry bundle of c2sp.org/tlog-tiles; the path has slashes",
      roles: provers, parameters: [.path("path", "Level and position", name)],
      answers: [.init(status: 200, description: "Its bytes", content: anyBytes)],
      refusals: [404]),
  ]
}
