/// Inputs of the tests, made by hand.
enum Sample {
  static let origin = "acme.example/provenance"
  static let runID = "0193a1de-7c51-7c3b-9c55-1fd1f2c50001"

  /// An OpenLineage RunEvent on one line.
  static func event(run: String = runID, job: String, extra: String = "") -> String {
    "{\"eventType\":\"COMPLETE\",\"eventTime\":\"2026-01-02T03:04:05Z\","
      + "\"run\":{\"runId\":\"\(run)\"},\"job\":{\"namespace\":\"n\",\"name\":\"\(job)\"},"
      + "\"producer\":\"p\",\"schemaURL\":\"s\"\(extra)}\n"
  }

  /// A native access record on one line.
  static func access(id: String, purpose: String = "audit", dataset: String = "t") -> String {
    "{\"kind\":\"access\",\"id\":\"\(id)\",\"entities\":[{\"role\":\"target\","
      + "\"type\":\"dataset\",\"namespace\":\"w\",\"name\":\"\(dataset)\"},{\"role\":\"actor\","
      + "\"type\":\"service\",\"namespace\":\"w\",\"name\":\"a\"}],\"attributes\":{"
      + "\"action\":\"read\",\"purpose\":\"\(purpose)\",\"outcome\":\"ok\"}}\n"
  }

  /// Arguments of `append` for a record that has all it needs.
  static let appendArguments = [
    "--kind", "access", "--entity", "target=dataset:w:t", "--entity", "actor=service:w:a",
    "--attribute", "action=read", "--attribute", "purpose=audit", "--attribute", "outcome=ok",
  ]

  static func receipt(_ index: Int, id: String? = nil, isDuplicate: Bool = false) -> String {
    "{\"index\":\(index),\"leafHash\":\"HASH\",\"recordedTime\":\"TIME\""
      + (id.map { ",\"id\":\"\($0)\"" } ?? "") + (isDuplicate ? ",\"duplicate\":true" : "") + "}\n"
  }
}

extension Scratch {
  /// A new ledger `L` of the sample origin, and its key in the file `vkey`.
  static func withLedger() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.shell("\"$LEDGERSTONE\" init L --origin \(Sample.origin) >vkey")
    return scratch
  }

  @discardableResult
  func append(_ more: String...) throws -> Outcome {
    let arguments = ["append", "L"] + Sample.appendArguments + more
    return try run(arguments)
  }
}
