extension OpenAPIDocument {
  /// The forms of requests and answers. Records and events are described in the documentation; a
  /// schema that repeats their rules would be another one.
  static let schemas = """
    {
      "Refusal": {
        "type": "object", "required": ["error"], "properties": {"error": {
          "type": "object", "required": ["code", "message"],
          "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}}},
      "Receipt": {
        "type": "object", "required": ["index", "leafHash", "recordedTime"],
        "properties": {
          "index": {"type": "integer"},
          "leafHash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
          "recordedTime": {"type": "string", "format": "date-time"},
          "id": {"type": "string"}, "duplicate": {"type": "boolean"}}},
      "Event": {"type": "object"},
      "EventOrEvents": {"oneOf": [
        {"type": "object"}, {"type": "array", "items": {"type": "object"}}]},
      "Events": {"type": "array", "items": {"type": "object"}},
      "BatchAnswer": {
        "type": "object", "required": ["status", "summary", "failed_events", "receipts"],
        "properties": {
          "status": {"type": "string", "enum": ["success", "partial_success", "failure"]},
          "summary": {
            "type": "object",
            "required": ["received", "successful", "failed", "retriable", "non_retriable"],
            "properties": {
              "received": {"type": "integer"}, "successful": {"type": "integer"},
              "failed": {"type": "integer"}, "retriable": {"type": "integer"},
              "non_retriable": {"type": "integer"}}},
          "failed_events": {"type": "array", "items": {
            "type": "object", "required": ["index", "reason", "retriable"],
            "properties": {
              "index": {"type": "integer"}, "reason": {"type": "string"},
              "retriable": {"type": "boolean"}}}},
          "receipts": {"type": "array", "items": {"$ref": "#/components/schemas/Receipt"}}}},
      "SingleOrBatchAnswer": {"anyOf": [
        {"$ref": "#/components/schemas/Receipt"}, {"$ref": "#/components/schemas/BatchAnswer"}]},
      "BatchRefusal": {"anyOf": [
        {"$ref": "#/components/schemas/Refusal"}, {"$ref": "#/components/schemas/BatchAnswer"}]},
      "EventPage": {
        "type": "object", "required": ["events", "totalCount"],
        "properties": {
          "events": {"type": "array", "items": {"type": "object"}},
          "totalCount": {"type": "integer"}}},
      "Ledger": {
        "type": "object",
        "required": ["origin", "ledgerId", "verifierKey", "size", "checkpointSize"],
        "properties": {
          "origin": {"type": "string"}, "ledgerId": {"type": "string"},
          "verifierKey": {"type": "string"}, "size": {"type": "integer"},
          "checkpointSize": {"type": "integer"},
          "indexRecord": {"type": "integer", "nullable": true}}},
      "Record": {
        "type": "object",
        "required": ["index", "recordedTime", "kind", "eventTime", "source", "producer",
          "entities", "attributes", "bodies", "leafHash", "previousLeafHash"],
        "properties": {
          "index": {"type": "integer"}, "recordedTime": {"type": "string"},
          "kind": {"type": "string"}, "eventTime": {"type": "string", "nullable": true},
          "source": {"type": "string"}, "producer": {"type": "string", "nullable": true},
          "entities": {"type": "array", "items": {"type": "object"}},
          "attributes": {"type": "object"},
          "bodies": {"type": "array", "items": {"type": "object"}},
          "leafHash": {"type": "string"}, "previousLeafHash": {"type": "string"}}},
      "History": {
        "type": "object", "required": ["entity", "size", "records"],
        "properties": {
          "entity": {"type": "string"}, "size": {"type": "integer"},
          "records": {"type": "array", "items": {"$ref": "#/components/schemas/Record"}},
          "next": {"type": "integer", "nullable": true},
          "indexRecord": {"type": "integer", "nullable": true},
          "uncovered": {"type": "integer", "nullable": true}}},
      "Names": {
        "type": "object", "required": ["entities"],
        "properties": {
          "entities": {"type": "array", "items": {"type": "string"}},
          "next": {"type": "string", "nullable": true}}},
      "Graph": {
        "type": "object", "required": ["direction", "size", "nodes", "edges"],
        "properties": {
          "nodes": {"type": "array", "items": {"type": "object"}},
          "edges": {"type": "array", "items": {"type": "object"}}}},
      "Closure": {"type": "object"},
      "Checkpoint": {
        "type": "object", "required": ["checkpoint"],
        "properties": {"checkpoint": {"type": "string"}}},
      "Rotation": {
        "type": "object",
        "required": ["record", "previousVerifierKey", "verifierKey", "checkpoint"],
        "properties": {
          "record": {"type": "integer"}, "previousVerifierKey": {"type": "string"},
          "verifierKey": {"type": "string"}, "checkpoint": {"type": "string"}}},
      "BackupRequest": {
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {"name": {
          "type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9_-]{0,95}$"}}},
      "Backup": {
        "type": "object", "required": ["backup", "recordCount"],
        "properties": {
          "backup": {"type": "string"}, "recordCount": {"type": "integer"},
          "checkpointSize": {"type": "integer", "nullable": true}}},
      "ErasureRequest": {
        "type": "object", "required": ["request", "targets"], "additionalProperties": false,
        "properties": {
          "request": {"type": "string", "minLength": 1, "maxLength": 200},
          "targets": {"type": "array", "minItems": 1, "items": {"oneOf": [
            {"type": "object", "required": ["subject"], "additionalProperties": false,
              "properties": {"subject": {"type": "string", "minLength": 1}}},
            {"type": "object", "required": ["record", "body"], "additionalProperties": false,
              "properties": {
                "record": {"type": "integer", "minimum": 0},
                "body": {"type": "integer", "minimum": 0}}}]}},
          "regulation": {"type": "string", "minLength": 1},
          "received": {"type": "string", "minLength": 1}}},
      "Erasure": {
        "type": "object",
        "required": ["request", "outcome", "requestRecord", "outcomeRecord", "bodies"],
        "properties": {
          "request": {"type": "string"},
          "outcome": {"type": "string",
            "enum": ["ERASED", "RESIDUAL", "REFUSED", "NOT_FOUND", "ALREADY_ERASED"]},
          "requestRecord": {"type": "integer"},
          "planRecord": {"type": "integer", "nullable": true},
          "outcomeRecord": {"type": "integer"}, "bodies": {"type": "integer"},
          "unsearchedIdentifiers": {"type": "integer"}}},
      "ErasureRefusal": {"anyOf": [
        {"$ref": "#/components/schemas/Refusal"}, {"$ref": "#/components/schemas/Erasure"}]},
      "CertificateRequest": {
        "type": "object", "required": ["request", "facts"], "additionalProperties": false,
        "properties": {
          "request": {"type": "string", "minLength": 1, "maxLength": 200},
          "facts": {"type": "object"}, "silence": {"type": "integer", "minimum": 0},
          "attestation": {"type": "string"},
          "cosigners": {"type": "array", "items": {"type": "string"}},
          "page": {"type": "boolean"}}},
      "Certificate": {
        "type": "object", "required": ["issued", "warnings", "file"], "properties": {
          "issued": {
            "type": "object",
            "required": ["certificate", "request", "result", "size", "record", "byteCount"],
            "properties": {
              "certificate": {"type": "string"}, "request": {"type": "string"},
              "result": {"type": "string",
                "enum": ["ERASED_WITHIN_SCOPE", "PARTIAL", "RESIDUAL", "REFUSED"]},
              "size": {"type": "integer"}, "record": {"type": "integer"},
              "byteCount": {"type": "integer"}}},
          "warnings": {"type": "array", "items": {"type": "string"}},
          "file": {"type": "string"}, "page": {"type": "string"}}},
      "JobGraph": {
        "type": "object", "required": ["graph"], "properties": {"graph": {
          "type": "array", "items": {
            "type": "object", "required": ["id", "type", "data", "inEdges", "outEdges"],
            "properties": {
              "id": {"type": "string"}, "type": {"type": "string", "enum": ["DATASET", "JOB"]},
              "data": {"type": "object"},
              "inEdges": {"type": "array", "items": {"$ref": "#/components/schemas/JobEdge"}},
              "outEdges": {"type": "array", "items": {"$ref": "#/components/schemas/JobEdge"}}
            }}}}},
      "JobEdge": {
        "type": "object", "required": ["origin", "destination"],
        "properties": {"origin": {"type": "string"}, "destination": {"type": "string"}}},
      "HoldRequest": {
        "type": "object", "required": ["basis", "decidedBy"], "additionalProperties": false,
        "properties": {
          "basis": {"type": "string", "minLength": 1},
          "decidedBy": {"type": "string", "minLength": 1},
          "entity": {"type": "string"}, "subject": {"type": "string"},
          "record": {"type": "integer", "minimum": 0},
          "body": {"type": "integer", "minimum": 0},
          "everything": {"type": "boolean", "enum": [true]}}},
      "ReleaseRequest": {
        "type": "object", "required": ["basis", "decidedBy"], "additionalProperties": false,
        "properties": {
          "basis": {"type": "string", "minLength": 1},
          "decidedBy": {"type": "string", "minLength": 1}}},
      "Health": {
        "type": "object", "required": ["status"],
        "properties": {
          "status": {"type": "string", "enum": ["ok", "ready", "busy", "poisoned"]},
          "reason": {"type": "string"}}}
    }
    """
}
