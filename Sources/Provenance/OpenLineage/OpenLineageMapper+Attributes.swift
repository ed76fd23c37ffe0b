internal import LedgerFormat

/// The listed attributes. Nothing else of an event enters `attributes`: SQL, messages, addresses,
/// environments and unknown facets may name persons and stay in the body.
extension OpenLineageMapper {
  /// `run.facets`: the engine, and the time a run was scheduled for.
  mutating func addRunAttributes() throws(OpenLineageRejection) {
    let run = root["run"]
    if let engine = facet("processing_engine", of: run) {
      try addAttribute("engineName", engine["name"])
      try addAttribute("engineVersion", engine["version"])
      try addAttribute("engineAdapterVersion", engine["openlineageAdapterVersion"])
    }
    if let time = facet("nominalTime", of: run) {
      try addTimeAttribute("nominalStartTime", time["nominalStartTime"])
      try addTimeAttribute("nominalEndTime", time["nominalEndTime"])
    }
  }

  /// `job.facets`: its type, and the purpose and legal basis declared for it.
  mutating func addJobAttributes() throws(OpenLineageRejection) {
    let job = root["job"]
    if let type = facet("jobType", of: job) {
      try addAttribute("processingType", type["processingType"])
      try addAttribute("integration", type["integration"])
      try addAttribute("jobType", type["jobType"])
    }
    if let processing = facet("processing", of: job) {
      try addAttribute("purpose", processing["purpose"])
      try addAttribute("legalBasis", processing["legal_basis"])
    }
  }

  /// Adds a text; one that is too long or no text is left out and flagged.
  private mutating func addAttribute(
    _ name: String, _ value: JSONValue?
  ) throws(OpenLineageRejection) {
    guard let text = try readText(value), !text.isEmpty else { return }
    guard text.utf8.count <= FormatLimits.attributeByteCountMax else {
      noteIncomplete()
      return
    }
    content.attributes[name] = .text(text)
  }

  /// Adds a time in one spelling; one that cannot be read is left out and flagged.
  private mutating func addTimeAttribute(
    _ name: String, _ value: JSONValue?
  ) throws(OpenLineageRejection) {
    guard let text = try readText(value) else { return }
    guard let parsed = Timestamp.parse(text) else {
      noteIncomplete()
      return
    }
    content.attributes[name] = .text(parsed.timestamp.description)
  }
}
