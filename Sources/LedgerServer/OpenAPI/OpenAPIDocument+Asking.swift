/// Questions about entities, and their proofs.
extension OpenAPIDocument {
  private typealias Parameter = OpenAPIOperation.Parameter

  private static let readers: [Role] = [.auditor, .legal]
  private static let provers: [Role] = [.auditor, .legal, .operator]
  private static let entity = Parameter.query(
    "entity", "TYPE:NAMESPACE:NAME[@VERSION], each part percent-encoded", name, isRequired: true)
  private static func place(_ name: String, _ description: String) -> Parameter {
    .query(name, description, string)
  }
  private static let closureParameters: [Parameter] = [
    entity, place("since", "The record from which on it is in question, or a time"),
    place("asOf", "Only the first so many records, or those before a time"),
    .query("erasure", "The record that counts as the erasure", index),
    place("at", "The moment of asking"),
    .query(
      "silence", "Seconds after which a run counts as silent",
      #"{"type": "integer", "minimum": 0, "maximum": 1000000000}"#),
    .query("sequenceAudit", "Look for numbers that producers skipped", flag),
  ]

  static let asking: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: .get, path: "/api/v1/events/lineage", id: "getLineageEvents",
      summary: "Recorded OpenLineage events, newest arrivals first; leaves a record",
      roles: readers,
      parameters: [
        .query("limit", "At most", #"{"type": "integer", "minimum": 0, "maximum": 1000}"#),
        .query(
          "offset", "Pass over", #"{"type": "integer", "minimum": 0, "maximum": 2147483647}"#),
        .query("sortDirection", "By arrival", #"{"type": "string", "enum": ["asc", "desc"]}"#),
        place("after", "Only events of that time or later"),
        place("before", "Only events before that time"),
      ],
      answers: [.init(status: 200, description: "A page", content: json("EventPage"))]),
    OpenAPIOperation(
      method: .get, path: "/api/v1/lineage", id: "getJobGraph",
      summary: "The jobs and datasets around a node, as Marquez answers", roles: readers,
      parameters: [
        .query(
          "nodeId", "dataset:NAMESPACE:NAME or job:NAMESPACE:NAME, nothing encoded", name,
          isRequired: true),
        .query(
          "depth", "How many datasets may lie between, 20 by default",
          #"{"type": "integer", "minimum": 0, "maximum": 1000}"#),
      ],
      answers: [.init(status: 200, description: "The graph", content: json("JobGraph"))],
      refusals: [404]),
    OpenAPIOperation(
      method: .get, path: "/v1/ledger", id: "getLedger", summary: "What ledger this is",
      roles: Role.allCases,
      answers: [.init(status: 200, description: "It", content: json("Ledger"))]),
    OpenAPIOperation(
      method: .get, path: "/v1/entities", id: "getEntities",
      summary: "Names of entities; a convenience that nothing proves", roles: readers,
      parameters: [
        place("prefix", "TYPE, TYPE:NAMESPACE… or TYPE:NAMESPACE:NAME…"),
        place("after", "Only names behind this one"),
        .query("limit", "At most", #"{"type": "integer", "minimum": 1, "maximum": 10000}"#),
      ],
      answers: [.init(status: 200, description: "Names", content: json("Names"))]),
    OpenAPIOperation(
      method: .get, path: "/v1/history", id: "getHistory",
      summary: "Every record that names an entity", roles: readers,
      parameters: [
        entity, place("since", "From a record or time on"), place("until", "Before it"),
        place("kind", "Of this kind, or of the kinds below it"),
        .query("after", "Behind this record", index),
        .query("limit", "At most", #"{"type": "integer", "minimum": 1, "maximum": 1000}"#),
      ],
      answers: [.init(status: 200, description: "A page", content: json("History"))]),
    OpenAPIOperation(
      method: .get, path: "/v1/lineage", id: "getLineage",
      summary: "What an entity was made from, or what was made from it", roles: readers,
      parameters: [
        entity,
        .query(
          "direction", "Which way", #"{"type": "string", "enum": ["upstream", "downstream"]}"#,
          isRequired: true),
        .query(
          "depth", "At most so many edges",
          #"{"type": "integer", "minimum": 1, "maximum": 1000000}"#),
        place("asOf", "Only the first so many records, or those before a time"),
        .query("collapsed", "One node per entity", flag),
        .query("form", "json", #"{"type": "string", "enum": ["json", "text", "dot"]}"#),
      ],
      answers: [
        .init(
          status: 200, description: "A graph",
          content: json("Graph") + anyText + [.init(type: "text/vnd.graphviz", schema: string)])
      ]),
    OpenAPIOperation(
      method: .get, path: "/v1/closure", id: "getClosure",
      summary: "What became of everything that was made from an entity", roles: readers,
      parameters: closureParameters,
      answers: [.init(status: 200, description: "States", content: json("Closure"))]),
    OpenAPIOperation(
      method: .get, path: "/v1/closure/proof", id: "getClosureProof",
      summary: "A ledgerstone/closure@v1 file", roles: readers, parameters: closureParameters,
      answers: [.init(status: 200, description: "The proof", content: anyBytes)],
      refusals: [409]),
    OpenAPIOperation(
      method: .post, path: "/v1/consistency", id: "postConsistency",
      summary: "That the newest checkpoint extends the one that is sent", roles: provers,
      request: anyText + anyBytes,
      answers: [.init(status: 200, description: "The proof", content: anyText)],
      refusals: [409]),
    OpenAPIOperation(
      method: .get, path: "/v1/completeness", id: "getCompleteness",
      summary: "A ledgerstone/completeness@v1 file: these records name the entity, and no others",
      roles: provers, parameters: [entity, .query("since", "From this record on", index)],
      answers: [.init(status: 200, description: "The proof", content: anyText)],
      refusals: [409]),
    OpenAPIOperation(
      method: .get, path: "/v1/omission", id: "getOmission",
      summary: "A ledgerstone/omission@v1 file: a signed index leaves the record out",
      roles: provers,
      parameters: [entity, .query("record", "The record", index, isRequired: true)],
      answers: [.init(status: 200, description: "The proof", content: anyText)],
      refusals: [404, 409]),
  ]
}
