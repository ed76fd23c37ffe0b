internal import LedgerCryptography
internal import LedgerFormat

/// What the records show, as JSON with stable keys; <doc:Certificate> lists them.
public enum CertifiedEvidenceJSON {
  public static func write(_ evidence: CertifiedEvidence, to writer: inout JSONWriter) {
    writer.object { writer in
      writeLedger(evidence, to: &writer)
      writer.list("records", evidence.records) { write($1, to: &$0) }
      writeOutcome(evidence, to: &writer)
      writeBodies(evidence, to: &writer)
      writer.list("holds", evidence.holds) { write($1, to: &$0) }
      writer.list("closures", evidence.closures) { write($1, to: &$0) }
      writer.list("targets", evidence.targets) { write($1, to: &$0) }
    }
  }

  private static func writeLedger(_ evidence: CertifiedEvidence, to writer: inout JSONWriter) {
    writer.member("origin", evidence.identity.origin)
    writer.member("ledgerId", evidence.identity.ledgerID.description)
    writer.member("size", evidence.indexRecord + 1)
    writer.member("root", evidence.root.description)
    writer.member("indexRecord", evidence.indexRecord)
    writer.member("index", CertificateText.index(evidence))
    writer.list("attesters", evidence.attesters) { writer, attester in
      writer.object { writer in
        writer.member("name", attester.name)
        writer.member("size", attester.size)
      }
    }
  }

  private static func write(_ record: CertifiedEvidence.Record, to writer: inout JSONWriter) {
    let content = record.content
    writer.object { writer in
      writer.member("record", record.index)
      writer.member("leafHash", record.leafHash.description)
      writer.member("kind", content.kind)
      writer.member("recordedTime", record.recordedTime.description)
      writer.member("eventTime", content.eventTime?.description)
      writer.member("source", content.source)
      for (name, role) in [("targets", EntityRole.target), ("actors", .actor), ("scope", .scope)] {
        let entities = content.entities.filter { $0.role == role }
        guard !entities.isEmpty else { continue }
        writer.list(name, entities) { writer, entity in
          writer.string(
            CommandLineEntity(
              type: entity.type, namespace: entity.namespace, name: entity.name,
              version: entity.version
            ).text)
        }
      }
      RecordJSON.writeAttributes(of: content, to: &writer)
    }
  }

  private static func writeOutcome(_ evidence: CertifiedEvidence, to writer: inout JSONWriter) {
    writer.name("outcome")
    guard let outcome = evidence.outcome else { return writer.null() }
    writer.object { writer in
      writer.member("code", outcome.code)
      writer.member("record", outcome.record)
      writer.member("basis", outcome.basis)
      writer.list("residualRecords", outcome.residualRecords) { $0.integer($1) }
      writer.member("residualFiles", outcome.residualFileCount)
      writer.list("holds", outcome.holds) { $0.integer($1) }
    }
  }

  private static func writeBodies(_ evidence: CertifiedEvidence, to writer: inout JSONWriter) {
    writer.name("bodies")
    writer.object { writer in
      writer.member("count", evidence.bodies.count)
      writer.member("byteCount", evidence.erasedByteCount)
      writer.name("keys")
      writeKeys(evidence, to: &writer)
      writer.list("erased", evidence.bodies) { writer, body in
        writer.object { writer in
          writer.member("record", body.slot.record)
          writer.member("body", body.slot.body)
          writer.member("byteCount", body.description.byteCount)
          writer.member("commitment", body.description.commitment.description)
          writer.member("tag", body.description.tag?.description)
          writer.member("leafHash", body.leafHash.description)
        }
      }
    }
  }

  private static func writeKeys(_ evidence: CertifiedEvidence, to writer: inout JSONWriter) {
    let texts = CertificateText.keys(evidence.keyDestruction)
    guard !texts.isEmpty else { return writer.null() }
    writer.object { writer in
      for (name, text) in texts { writer.member(name, text) }
      if let count = evidence.outcome?.destroyedKeyCount { writer.member("subjectKeys", count) }
      writer.member("destructionRecord", evidence.outcome?.record)
    }
  }

  private static func write(_ closure: Closure, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("entity", closure.root.entity.text)
      writer.member("rule", Closure.ruleName)
      ClosureJSON.writeOrigin(closure.origin, to: &writer)
      writer.member("size", closure.size)
      writer.member("erasure", closure.erasure)
      writer.name("closed")
      writer.boolean(closure.isClosed)
      writer.member("nodes", closure.descendants.count + 1)
      writer.member("depth", closure.depth)
      writer.member("inferredVersions", closure.inferredCount)
      writer.list("silentProducers", closure.openEnds) { $0.string($1) }
      writer.list("disclosures", closure.disclosures) { writer, disclosure in
        writer.object { writer in
          writer.member("record", disclosure.record)
          writer.member("entity", disclosure.entity.text)
          writer.list("recipients", disclosure.recipients) { $0.string($1.text) }
        }
      }
      writer.list("rootSources", closure.rootSources) { $0.string($1.text) }
    }
  }

  private static func write(_ target: CertifiedTarget, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("closure", target.closure)
      writer.member("entity", target.entity.text)
      writer.member("depth", target.depth)
      writer.member("role", target.role)
      writer.member("state", target.state.rawValue)
      writer.member("reason", target.reason.rawValue)
      writer.member("outcome", target.outcome.rawValue)
      writer.member("action", target.action)
      writer.member("method", target.method)
      writer.list("path", target.path) { $0.integer($1) }
      writer.list("records", target.records) { $0.integer($1) }
      writer.list("versions", target.versions) { $0.string($1) }
      writer.member("parent", target.parent?.text)
      writer.name("inferred")
      writer.boolean(target.isInferred)
    }
  }
}
