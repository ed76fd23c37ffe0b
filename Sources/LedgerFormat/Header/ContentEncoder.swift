internal import LedgerCryptography

/// The encoding of keys 3 to 22, in ascending order: the tail of a header.
///
/// A producer encodes the tail once; the writer only puts keys 0 to 2 before it.
extension RecordContent {
  /// Appends the key–value pairs and gives their number (2 to 20).
  ///
  /// - Precondition: `validate()` passed. Lists that must ascend are the caller's to sort.
  public func encodeTail(into buffer: inout ByteBuffer) -> Int {
    encodeTail(bodies: bodies, into: &buffer)
  }

  /// The same with other bodies than the content's own.
  func encodeTail(bodies: [BodyDescription], into buffer: inout ByteBuffer) -> Int {
    buffer.append(addingCapacity: tailByteCountMax(bodies: bodies), of: self) { content, output in
      content.encodePairs(bodies: bodies, into: &output)
    }
  }

  /// Apart from its caller, so that the closure there is small enough to be inlined.
  @inline(never)
  private func encodePairs(bodies: [BodyDescription], into output: inout ByteOutput) -> Int {
    encodeFacts(into: &output) + encodeLineage(into: &output)
      + encodeEvidence(bodies: bodies, into: &output)
  }

  /// At least as many bytes as the tail has.
  private func tailByteCountMax(bodies: [BodyDescription]) -> Int {
    let pair = 1 + ByteOutput.cborHeadByteCountMax
    var count = 9 * pair + ByteOutput.cborHeadByteCountMax * 2
    count += kind.utf8.count + source.utf8.count + (producer?.utf8.count ?? 0)
    count += entities.encodedByteCountMax + bodies.encodedByteCountMax
    count += edges.encodedByteCountMax + symlinks.encodedByteCountMax
    count += renames.encodedByteCountMax + references.encodedByteCountMax
    count += runs.encodedByteCountMax + slots.encodedByteCountMax
    if !attributes.isEmpty { count += pair + attributesByteCountMax }
    if let identity { count += 1 + identity.encodedByteCountMax }
    if let head { count += 1 + head.encodedByteCountMax }
    if let publicIdentifier { count += pair + publicIdentifier.utf8.count }
    return count
  }

  /// Keys 3 to 10; gives how many of them there are.
  @inline(__always)
  private func encodeFacts(into output: inout ByteOutput) -> Int {
    var count = 2
    output.append(HeaderKey.kind.rawValue)
    output.appendCBOR(text: kind)
    if let eventTime {
      output.append(HeaderKey.eventTime.rawValue)
      output.appendCBOR(signed: eventTime.microseconds)
      count += 1
    }
    if !flags.isEmpty {
      output.append(HeaderKey.flags.rawValue)
      output.appendCBOR(unsigned: flags.rawValue)
      count += 1
    }
    output.append(HeaderKey.source.rawValue)
    output.appendCBOR(text: source)
    if let producer {
      output.append(HeaderKey.producer.rawValue)
      output.appendCBOR(text: producer)
      count += 1
    }
    if let producerSequence {
      output.append(HeaderKey.producerSequence.rawValue)
      output.appendCBOR(unsigned: producerSequence)
      count += 1
    }
    if let eventType {
      output.append(HeaderKey.eventType.rawValue)
      output.appendCBOR(unsigned: UInt64(eventType.rawValue))
      count += 1
    }
    if let part {
      output.append(HeaderKey.part.rawValue)
      output.appendCBOR(arrayCount: 2)
      output.appendCBOR(unsigned: UInt64(part.number))
      output.appendCBOR(unsigned: UInt64(part.count))
      count += 1
    }
    return count
  }

  /// Keys 11 to 14.
  @inline(__always)
  private func encodeLineage(into output: inout ByteOutput) -> Int {
    var count = output.append(.entities, entities)
    count += output.append(.edges, edges)
    count += output.append(.symlinks, symlinks)
    count += output.append(.renames, renames)
    return count
  }

  /// Keys 15 to 22.
  @inline(__always)
  private func encodeEvidence(bodies: [BodyDescription], into output: inout ByteOutput) -> Int {
    var count = 0
    if !attributes.isEmpty {
      output.append(HeaderKey.attributes.rawValue)
      encodeAttributes(into: &output)
      count += 1
    }
    count += output.append(.references, references)
    count += output.append(.bodies, bodies)
    count += output.append(.runs, runs)
    count += output.append(.slots, slots)
    if let identity {
      output.append(HeaderKey.identity.rawValue)
      identity.encode(into: &output)
      count += 1
    }
    if let head {
      output.append(HeaderKey.head.rawValue)
      head.encode(into: &output)
      count += 1
    }
    if let publicIdentifier {
      output.append(HeaderKey.publicIdentifier.rawValue)
      output.appendCBOR(text: publicIdentifier)
      count += 1
    }
    return count
  }

  private var attributesByteCountMax: Int {
    attributes.reduce(0) { count, attribute in
      let byteCount =
        switch attribute.value {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .integer, .boolean: 0
        }
      return count + 2 * ByteOutput.cborHeadByteCountMax + attribute.key.utf8.count + byteCount
    }
  }

  /// Keys in the order of their encoded bytes: shorter first, then byte by byte.
  private func encodeAttributes(into output: inout ByteOutput) {
    let sorted = attributes.sorted { left, right in
      let (a, b) = (left.key.utf8, right.key.utf8)
      return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }
    output.appendCBOR(mapCount: sorted.count)
    for (name, value) in sorted {
      output.appendCBOR(text: name)
      switch value {
      case .text(let text): output.appendCBOR(text: text)
      case .integer(let integer): output.appendCBOR(signed: integer)
      case .boolean(let boolean): output.appendCBOR(boolean: boolean)
      case .bytes(let bytes): output.appendCBOR(bytes: bytes.rawSpan)
      }
    }
  }
}
