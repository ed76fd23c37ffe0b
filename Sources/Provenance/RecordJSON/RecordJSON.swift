public import LedgerCryptography
public import LedgerFormat

/// A record as JSON with stable keys.
///
/// Always there: `index, recordedTime, kind, eventTime, source, producer, entities, attributes,
/// bodies, leafHash, previousLeafHash`, and of each entity `role, type, namespace, name, version`;
/// what the header lacks of these is `null` or empty. Everything else appears where the header has
/// it. Hashes are lower-case hexadecimal, times RFC 3339 UTC with six decimals. Integers above 2^53
/// are written in full.
public enum RecordJSON {
  /// Writes the record with header `header`, whose leaf hash is `leafHash`.
  public static func write(
    _ header: RecordHeader, leafHash: SHA256Digest, to writer: inout JSONWriter
  ) {
    let content = header.content
    writer.object { writer in
      writer.member("index", header.index)
      writer.member("recordedTime", header.recordedTime.description)
      writer.member("kind", content.kind)
      writer.member("eventTime", content.eventTime?.description)
      writer.member("source", content.source)
      writer.member("producer", content.producer)
      if let sequence = content.producerSequence { writer.member("producerSequence", sequence) }
      if let eventType = content.eventType { writer.member("eventType", eventType.codeName) }
      writer.flags("flags", content.flags, FlagNames.header)
      if let part = content.part {
        writer.name("part")
        writer.object {
          $0.member("number", part.number)
          $0.member("count", part.count)
        }
      }
      writeEntities(of: content, to: &writer)
      writeAttributes(of: content, to: &writer)
      writeEvidence(of: content, to: &writer)
      writer.member("leafHash", leafHash.description)
      writer.member("previousLeafHash", header.previousLeafHash.description)
    }
  }

  /// The record in one line, or indented.
  public static func text(
    _ header: RecordHeader, leafHash: SHA256Digest, isIndented: Bool = false
  ) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    write(header, leafHash: leafHash, to: &writer)
    return writer.text
  }

  private static func writeEntities(of content: RecordContent, to writer: inout JSONWriter) {
    writer.list("entities", content.entities) { writer, entity in
      writer.object { writer in
        writer.member("role", entity.role.codeName)
        writer.member("type", entity.type.codeName)
        writer.member("namespace", entity.namespace)
        writer.member("name", entity.name)
        writer.member("version", entity.version)
        let facts = entity.facts
        if let lifecycle = facts.lifecycle { writer.member("lifecycle", lifecycle.codeName) }
        if let writeMode = facts.writeMode { writer.member("writeMode", writeMode.codeName) }
        writer.flags("subset", facts.subset, FlagNames.subset)
        if facts.areEdgesComplete {
          writer.name("edgesComplete")
          writer.boolean(true)
        }
      }
    }
    if !content.edges.isEmpty {
      writer.list("edges", content.edges) { writer, edge in
        writer.object { writer in
          writer.member("target", edge.target)
          writer.member("source", edge.source)
          writer.member("basis", edge.basis.codeName)
          writer.flags("flags", edge.flags, FlagNames.edge)
        }
      }
    }
    for (name, pairs) in [("symlinks", content.symlinks), ("renames", content.renames)]
    where !pairs.isEmpty {
      writer.list(name, pairs) { writer, pair in
        writer.object { writer in
          writer.member("entity", pair.entity)
          writer.member("other", pair.other)
        }
      }
    }
  }

  /// Names in ascending order, so that one record is always written alike.
  static func writeAttributes(of content: RecordContent, to writer: inout JSONWriter) {
    let sorted = content.attributes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    writer.name("attributes")
    writer.object { writer in
      for (name, value) in sorted {
        writer.name(name)
        switch value {
        case .text(let text): writer.string(text)
        case .integer(let integer): writer.integer(integer)
        case .boolean(let boolean): writer.boolean(boolean)
        case .bytes(let bytes):
          writer.object { $0.member("hexadecimal", Hexadecimal.encode(bytes)) }
        }
      }
    }
  }
}
