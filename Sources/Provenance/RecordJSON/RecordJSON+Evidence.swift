internal import LedgerCryptography
internal import LedgerFormat

/// Bodies, references and what the ledger's own records carry.
extension RecordJSON {
  static func writeEvidence(of content: RecordContent, to writer: inout JSONWriter) {
    if !content.references.isEmpty {
      writer.list("references", content.references) { writer, reference in
        writer.object { writer in
          writer.member("relation", reference.relation.codeName)
          writer.member("index", reference.index)
        }
      }
    }
    writer.list("bodies", content.bodies) { writer, body in
      writer.object { writer in
        writer.member("contentType", body.contentType)
        writer.member("byteCount", body.byteCount)
        writer.member("commitment", body.commitment.description)
        if let tag = body.tag { writer.member("tag", tag.description) }
      }
    }
    if !content.runs.isEmpty {
      writer.list("runs", content.runs) { writer, run in
        writer.object { writer in
          writer.member("level", run.level)
          writer.member("firstRecord", run.firstRecord)
          writer.member("recordCount", run.recordCount)
          writer.member("entryCount", run.entryCount)
          writer.member("root", run.root.description)
        }
      }
    }
    if !content.slots.isEmpty {
      writer.list("slots", content.slots) { writer, slot in
        writer.object { writer in
          writer.member("record", slot.record)
          writer.member("body", slot.body)
        }
      }
    }
    writeLedgerFacts(of: content, to: &writer)
    if let identifier = content.publicIdentifier { writer.member("publicId", identifier) }
  }

  private static func writeLedgerFacts(of content: RecordContent, to writer: inout JSONWriter) {
    if let identity = content.identity {
      writer.name("identity")
      writer.object { writer in
        writer.member("origin", identity.origin)
        writer.member("ledgerId", identity.ledgerID.description)
        writer.member("formatVersion", identity.formatVersion)
        writer.list("verifierKeys", identity.verifierKeys) { $0.string($1) }
        writer.member("ledgerFileHash", identity.ledgerFileHash.description)
      }
    }
    if let head = content.head {
      writer.name("head")
      writer.object { writer in
        writer.member("size", head.size)
        writer.member("root", head.root.description)
        if let origin = head.origin { writer.member("origin", origin) }
      }
    }
  }
}

extension JSONWriter {
  /// Writes a member with a text, `null` for nil.
  public mutating func member(_ name: String, _ value: String?) {
    self.name(name)
    string(value)
  }

  /// Writes a member with an integer, `null` for nil.
  public mutating func member<Integer: BinaryInteger>(_ name: String, _ value: Integer?) {
    self.name(name)
    if let value { integer(value) } else { null() }
  }

  /// Writes a member with an array of `elements`.
  mutating func list<Element>(
    _ name: String, _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    self.name(name)
    array { writer in
      for element in elements { write(&writer, element) }
    }
  }

  /// Writes a member with the names of the bits that are set; nothing if none is.
  mutating func flags<Flags: OptionSet>(
    _ name: String, _ flags: Flags, _ names: [(name: String, flag: Flags)]
  ) where Flags.Element == Flags {
    guard !flags.isEmpty else { return }
    list(name, names.filter { flags.contains($0.flag) }) { $0.string($1.name) }
  }
}
