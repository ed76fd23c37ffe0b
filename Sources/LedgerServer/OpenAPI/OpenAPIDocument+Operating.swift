/// What operators and lawyers do, and what watches the server.
extension OpenAPIDocument {
  static let operating: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: .post, path: "/v1/checkpoint", id: "postCheckpoint",
      summary: "Sign a checkpoint if there is something new", roles: [.operator],
      answers: [.init(status: 200, description: "The newest", content: json("Checkpoint"))]),
    OpenAPIOperation(
      method: .post, path: "/v1/index", id: "postIndex",
      summary: "Commit to the index of all records up to now", roles: [.operator],
      answers: [.init(status: 200, description: "Its checkpoint", content: json("Checkpoint"))]),
    OpenAPIOperation(
      method: .post, path: "/v1/key-rotations", id: "postKeyRotation",
      summary: "Let a new key sign from now on", roles: [.operator],
      answers: [.init(status: 201, description: "Both keys", content: json("Rotation"))]),
    OpenAPIOperation(
      method: .post, path: "/v1/backups", id: "postBackup",
      summary: "Copy the evidence below the server's backup folder; leaves a record",
      roles: [.operator], request: json("BackupRequest"),
      answers: [.init(status: 201, description: "What was copied", content: json("Backup"))],
      refusals: [409]),
    OpenAPIOperation(
      method: .post, path: "/v1/erasures", id: "postErasure",
      summary: "Erase bodies for good; a request that is repeated goes on or answers the same",
      roles: [.legal], request: json("ErasureRequest"),
      answers: [
        .init(status: 200, description: "How it ended", content: json("Erasure")),
        .init(status: 409, description: "A hold forbids it", content: json("ErasureRefusal")),
      ], refusals: [404]),
    OpenAPIOperation(
      method: .post, path: "/v1/deletions", id: "postDeletion",
      summary: "Append a step of a deletion in another system: a native record of its request",
      roles: [.appender], request: json("Event"),
      answers: [.init(status: 201, description: "Durable", content: json("Receipt"))],
      refusals: [404, 409]),
    OpenAPIOperation(
      method: .post, path: "/v1/certificates", id: "postCertificate",
      summary: "Issue a deletion certificate, which the server does not keep; leaves a record",
      roles: [.legal], request: json("CertificateRequest"),
      answers: [
        .init(status: 201, description: "It", content: json("Certificate"))
      ], refusals: [404, 409]),
    OpenAPIOperation(
      method: .post, path: "/v1/holds", id: "postHold",
      summary: "Forbid erasures: one of entity, record with body, subject, everything",
      roles: [.legal], request: json("HoldRequest"),
      answers: [.init(status: 201, description: "The hold", content: json("Receipt"))],
      refusals: [404]),
    OpenAPIOperation(
      method: .post, path: "/v1/holds/{index}/release", id: "postRelease",
      summary: "Allow them again", roles: [.legal],
      parameters: [.path("index", "The record that placed it", index)],
      request: json("ReleaseRequest"),
      answers: [.init(status: 201, description: "The release", content: json("Receipt"))],
      refusals: [404, 409]),
  ]

  static let watching: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: .get, path: "/health", id: "getHealth", summary: "Whether the writer is well",
      roles: [],
      answers: [
        .init(status: 200, description: "It is", content: json("Health")),
        .init(status: 503, description: "It is not", content: json("Health")),
      ]),
    OpenAPIOperation(
      method: .get, path: "/ready", id: "getReady", summary: "Whether appends are taken",
      roles: [],
      answers: [
        .init(status: 200, description: "They are", content: json("Health")),
        .init(status: 503, description: "Not now", content: json("Health")),
      ]),
    OpenAPIOperation(
      method: .get, path: "/metrics", id: "getMetrics",
      summary: "Measurements in the text format of Prometheus", roles: [.operator],
      answers: [
        .init(
          status: 200, description: "Them",
          content: [
            .init(type: "text/plain; version=0.0.4; charset=utf-8", schema: string)
          ])
      ]),
    OpenAPIOperation(
      method: .get, path: "/openapi.json", id: "getOpenAPI", summary: "This document",
      roles: [],
      answers: [.init(status: 200, description: "It", content: json("Event"))]),
  ]
}
