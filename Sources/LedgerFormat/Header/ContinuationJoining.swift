extension RecordContent {
  /// The one content that `parts` make up, in order: the inverse of `split` up to the entity list.
  ///
  /// The entity list is the concatenation of all parts' lists and drops nothing: the run and job
  /// entities that each part repeats stand in it once per part, so that the positions of edges,
  /// symlinks and renames hold as they are. Whoever shows entities to people lists a repeated one
  /// once. `part` is nil in the result, which may be longer than one header.
  ///
  /// - Parameter parts: one content without part number, or all parts of one record.
  /// - Throws: `inconsistent` if a part is missing, out of order, does not repeat what every part
  ///   repeats or has a field that only the first part may have; what `validate` throws for the
  ///   whole.
  public static func joined(_ parts: [RecordContent]) throws(FormatError) -> RecordContent {
    guard var whole = parts.first else { throw .emptyCollection(field: "parts", offset: 0) }
    guard parts.count > 1 else {
      guard whole.part == nil else { throw .inconsistent(field: "part count", offset: 0) }
      try whole.validate()
      return whole
    }
    guard parts.count <= FormatLimits.partCountMax else {
      throw .overLimit(
        field: "part count", found: UInt64(parts.count),
        limit: UInt64(FormatLimits.partCountMax), offset: 0)
    }
    for (number, part) in parts.enumerated() {
      guard part.part == Part(number: UInt32(number), count: UInt32(parts.count)) else {
        throw .inconsistent(field: "part number", offset: 0)
      }
      guard number > 0 else { continue }
      try part.checkContinues(parts[0])
      whole.entities += part.entities
      whole.edges += part.edges
      whole.symlinks += part.symlinks
      whole.renames += part.renames
      whole.references += part.references
      whole.runs += part.runs
      whole.slots += part.slots
    }
    whole.part = nil
    try whole.validate()
    return whole
  }

  /// Checks that this repeats of `first` what every part repeats, and no more.
  private func checkContinues(_ first: RecordContent) throws(FormatError) {
    guard hasBytes(of: first.kind, kind), eventTime == first.eventTime, flags == first.flags,
      hasBytes(of: first.source, source), hasBytes(of: first.producer, producer),
      eventType == first.eventType
    else { throw .inconsistent(field: "continuation", offset: 0) }
    guard producerSequence == nil, attributes.isEmpty, bodies.isEmpty, identity == nil,
      head == nil, publicIdentifier == nil
    else { throw .inconsistent(field: "continuation fields", offset: 0) }
    let expected = first.entities.filter(\.isRepeatedInEveryPart)
    let found = entities.filter(\.isRepeatedInEveryPart)
    guard expected.count == found.count,
      zip(expected, found).allSatisfy({ $0.isIdentical(to: $1) })
    else { throw .inconsistent(field: "continuation entities", offset: 0) }
  }
}

extension Entity {
  /// Equality by bytes; `==` takes canonically equivalent names for equal.
  func isIdentical(to other: Entity) -> Bool {
    role == other.role && type == other.type && facts == other.facts
      && hasBytes(of: other.namespace, namespace) && hasBytes(of: other.name, name)
      && hasBytes(of: other.version, version)
  }
}

private func hasBytes(of left: String?, _ right: String?) -> Bool {
  switch (left, right) {
  case (let left?, let right?): left.utf8.elementsEqual(right.utf8)
  case (nil, nil): true
  default: false
  }
}
