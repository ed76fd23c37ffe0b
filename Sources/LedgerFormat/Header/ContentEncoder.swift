/// The encoding of keys 3 to 22, in ascending order: the tail of a header.
///
/// A producer encodes the tail once; the writer only puts keys 0 to 2 before it.
extension RecordContent {
  /// Appends the key–value pairs and gives their number (2 to 20).
  ///
  /// - Precondition: `validate()` passed. Lists that must ascend are the caller's to sort.
  public func encodeTail(into buffer: inout ByteBuffer) -> Int {
    var count = 0
    func key(_ key: HeaderKey, _ buffer: inout ByteBuffer) {
      buffer.append(key.rawValue)
      count += 1
    }
    key(.kind, &buffer)
    buffer.appendCBOR(text: kind)
    if let eventTime {
      key(.eventTime, &buffer)
      buffer.appendCBOR(signed: eventTime.microseconds)
    }
    if !flags.isEmpty {
      key(.flags, &buffer)
      buffer.appendCBOR(unsigned: flags.rawValue)
    }
    key(.source, &buffer)
    buffer.appendCBOR(text: source)
    if let producer {
      key(.producer, &buffer)
      buffer.appendCBOR(text: producer)
    }
    if let producerSequence {
      key(.producerSequence, &buffer)
      buffer.appendCBOR(unsigned: producerSequence)
    }
    if let eventType {
      key(.eventType, &buffer)
      buffer.appendCBOR(unsigned: UInt64(eventType.rawValue))
    }
    if let part {
      key(.part, &buffer)
      buffer.appendCBOR(arrayCount: 2)
      buffer.appendCBOR(unsigned: UInt64(part.number))
      buffer.appendCBOR(unsigned: UInt64(part.count))
    }
    encodeLineage(into: &buffer, key: key)
    encodeEvidence(into: &buffer, key: key)
    return count
  }

  private func encodeLineage(
    into buffer: inout ByteBuffer, key: (HeaderKey, inout ByteBuffer) -> Void
  ) {
    if !entities.isEmpty {
      key(.entities, &buffer)
      buffer.appendCBOR(arrayCount: entities.count)
      for entity in entities { entity.encode(into: &buffer) }
    }
    if !edges.isEmpty {
      key(.edges, &buffer)
      buffer.appendCBOR(arrayCount: edges.count)
      for edge in edges { edge.encode(into: &buffer) }
    }
    for (pairs, name) in [(symlinks, HeaderKey.symlinks), (renames, .renames)]
    where !pairs.isEmpty {
      key(name, &buffer)
      buffer.appendCBOR(arrayCount: pairs.count)
      for pair in pairs { pair.encode(into: &buffer) }
    }
  }

  private func encodeEvidence(
    into buffer: inout ByteBuffer, key: (HeaderKey, inout ByteBuffer) -> Void
  ) {
    if !attributes.isEmpty {
      key(.attributes, &buffer)
      encodeAttributes(into: &buffer)
    }
    if !references.isEmpty {
      key(.references, &buffer)
      buffer.appendCBOR(arrayCount: references.count)
      for reference in references { reference.encode(into: &buffer) }
    }
    if !bodies.isEmpty {
      key(.bodies, &buffer)
      buffer.appendCBOR(arrayCount: bodies.count)
      for body in bodies { body.encode(into: &buffer) }
    }
    if !runs.isEmpty {
      key(.runs, &buffer)
      buffer.appendCBOR(arrayCount: runs.count)
      for run in runs { run.encode(into: &buffer) }
    }
    if !slots.isEmpty {
      key(.slots, &buffer)
      buffer.appendCBOR(arrayCount: slots.count)
      for slot in slots { slot.encode(into: &buffer) }
    }
    if let identity {
      key(.identity, &buffer)
      identity.encode(into: &buffer)
    }
    if let head {
      key(.head, &buffer)
      buffer.appendCBOR(arrayCount: head.origin == nil ? 2 : 3)
      buffer.appendCBOR(unsigned: head.size)
      buffer.appendCBOR(digest: head.root)
      if let origin = head.origin { buffer.appendCBOR(text: origin) }
    }
    if let publicIdentifier {
      key(.publicIdentifier, &buffer)
      buffer.appendCBOR(text: publicIdentifier)
    }
  }

  /// Keys in the order of their encoded bytes: shorter first, then byte by byte.
  private func encodeAttributes(into buffer: inout ByteBuffer) {
    let sorted = attributes.sorted { left, right in
      let (a, b) = (left.key.utf8, right.key.utf8)
      return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }
    buffer.appendCBOR(mapCount: sorted.count)
    for (name, value) in sorted {
      buffer.appendCBOR(text: name)
      switch value {
      case .text(let text): buffer.appendCBOR(text: text)
      case .integer(let integer): buffer.appendCBOR(signed: integer)
      case .boolean(let boolean): buffer.appendCBOR(boolean: boolean)
      case .bytes(let bytes): buffer.appendCBOR(bytes: bytes)
      }
    }
  }
}
