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

extension Finding {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("code", code.rawValue)
      writer.member("file", file)
      writer.member("offset", offset)
      writer.member("block", block.map { UInt64($0) })
      writer.member("firstRecord", records?.lowerBound)
      writer.member("lastRecord", records?.upperBound)
      writer.member("message", message)
    }
  }
}

extension Remark {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("code", code.rawValue)
      writer.member("file", file)
      writer.member("message", message)
    }
  }
}

extension VerificationSummary {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("origin", origin)
      writer.member("ledgerId", ledgerID)
      writer.member("keySource", keySource?.rawValue)
      writer.member("verifierKey", verifierKey)
      writer.member("checkpointSize", checkpointSize)
      writer.member("checkpointRoot", checkpointRoot?.description)
      writer.member("savedCheckpointSize", savedCheckpointSize)
      writer.member("recordCount", recordCount)
      writer.member("bodyCount", bodyCount)
      writer.member("erasedBodyCount", erasedBodyCount)
      writer.member("indexRecordCount", indexRecordCount)
      writer.member("indexedSize", indexedSize)
      writer.member("segmentCount", UInt64(segmentCount))
      writer.member("groupCount", UInt64(groupCount))
      writer.member("byteCount", byteCount)
    }
  }
}
