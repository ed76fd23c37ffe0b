internal import LedgerCryptography
internal import Provenance

extension VerificationReport {
  /// The report as one JSON object. Keys are stable; new ones may appear.
  public func json(isIndented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    writer.object { writer in
      status.write(to: &writer)
      writer.name("findings")
      writer.array { writer in
        for finding in findings { finding.write(to: &writer) }
      }
      writer.member("findingCount", findingCount)
      writer.name("remarks")
      writer.array { writer in
        for remark in remarks { remark.write(to: &writer) }
      }
      writer.name("summary")
      summary.write(to: &writer)
    }
    return writer.text
  }
}

extension VerificationStatus {
  /// `valid`, `notValid` or `couldNotCheck`.
  public var name: String {
    switch self {
    case .valid: "valid"
    case .notValid: "notValid"
    case .couldNotCheck: "couldNotCheck"
    }
  }

  /// Writes the members `status` and `obstacle`.
  func write(to writer: inout JSONWriter) {
    writer.member("status", name)
    writer.name("obstacle")
    guard case .couldNotCheck(let obstacle) = self else { return writer.null() }
    writer.object { writer in
      writer.member("code", obstacle.code.rawValue)
      writer.member("message", obstacle.message)
    }
  }
}

extension JSONWriter {
  /// Writes a member that is always there, if only as null.
  mutating func integerMember(_ name: String, _ value: UInt64?) {
    self.name(name)
    if let value { integer(value) } else { null() }
  }

  /// Writes a member that is always there, if only as null.
  mutating func textMember(_ name: String, _ value: String?) {
    self.name(name)
    if let value { string(value) } else { null() }
  }
}

extension Finding {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.textMember("code", code.rawValue)
      writer.textMember("file", file)
      writer.integerMember("offset", offset)
      writer.integerMember("block", block.map { UInt64($0) })
      writer.integerMember("firstRecord", records?.lowerBound)
      writer.integerMember("lastRecord", records?.upperBound)
      writer.textMember("message", message)
    }
  }
}

extension Remark {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.textMember("code", code.rawValue)
      writer.textMember("file", file)
      writer.textMember("message", message)
    }
  }
}

extension VerificationSummary {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.textMember("origin", origin)
      writer.textMember("ledgerId", ledgerID)
      writer.textMember("keySource", keySource?.rawValue)
      writer.textMember("verifierKey", verifierKey)
      writer.integerMember("checkpointSize", checkpointSize)
      writer.textMember("checkpointRoot", checkpointRoot?.description)
      writer.integerMember("savedCheckpointSize", savedCheckpointSize)
      writer.integerMember("recordCount", recordCount)
      writer.integerMember("bodyCount", bodyCount)
      writer.integerMember("erasedBodyCount", erasedBodyCount)
      writer.integerMember("segmentCount", UInt64(segmentCount))
      writer.integerMember("groupCount", UInt64(groupCount))
      writer.integerMember("byteCount", byteCount)
    }
  }
}
