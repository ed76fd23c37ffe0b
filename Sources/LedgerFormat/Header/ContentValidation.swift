extension RecordContent {
  /// Checks what the types do not: lengths, tokens, positions, order.
  ///
  /// The encoder's callers run it before they encode and the decoder runs it after it decoded, so
  /// that what one side writes is what the other accepts. `offset` is 0 in the errors of
  /// checks that span several fields. Positions of edges and pairs are checked against this
  /// header's entities unless it is one part of several.
  public func validate() throws(FormatError) { try validate(bodies: bodies) }

  /// The same with other bodies than the content's own.
  func validate(bodies: [BodyDescription]) throws(FormatError) {
    guard Self.isKind(kind) else { throw .inconsistent(field: "kind", offset: 0) }
    guard flags.isSubset(of: .assigned) else {
      throw .badValue(field: "flags", found: flags.rawValue, offset: 0)
    }
    try Self.checkName(source, "source", least: 1)
    if let eventTime, !(Timestamp.earliest...Timestamp.latest).contains(eventTime) {
      throw .inconsistent(field: "event time", offset: 0)
    }
    if let producer { try Self.checkName(producer, "producer", least: 0) }
    if let publicIdentifier { try Self.checkName(publicIdentifier, "public identifier", least: 1) }
    // Borrowed element by element: every appended record comes through here.
    let entities = entities.span
    for position in entities.indices { try Self.check(entities[position]) }
    // Most records have none of these, and a loop over a list counts a reference.
    if !(edges.isEmpty && symlinks.isEmpty && renames.isEmpty) { try checkPositions() }
    if !attributes.isEmpty { try checkAttributes() }
    try Self.check(bodies)
    if !(references.isEmpty && runs.isEmpty && slots.isEmpty) { try checkRecordNumbers() }
    if let part {
      guard part.count >= 2, part.number < part.count,
        part.count <= FormatLimits.partCountMax
      else { throw .badValue(field: "part number", found: UInt64(part.number), offset: 0) }
    }
    if let identity { try Self.check(identity) }
    if let head {
      try Self.checkInteger(head.size, "head size")
      if let origin = head.origin, !LedgerOrigin.isValid(origin) {
        throw .inconsistent(field: "head origin", offset: 0)
      }
    }
  }

  /// Lower-case ASCII letters, digits and `-`, with one `/` inside at most.
  public static func isKind(_ text: String) -> Bool {
    guard (1...FormatLimits.tokenByteCountMax).contains(text.utf8.count) else { return false }
    // One pass without splitting: every appended record comes through here.
    var slashCount = 0
    var isAtStart = true
    let bytes = text.utf8.span
    for position in bytes.indices {
      switch bytes[position] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        isAtStart = false
      case UInt8(ascii: "/"):
        slashCount += 1
        guard !isAtStart, slashCount == 1 else { return false }
        isAtStart = true
      default: return false
      }
    }
    return !isAtStart
  }

  /// 1 to `tokenByteCountMax` printable ASCII characters without space.
  public static func isToken(_ text: String) -> Bool {
    (1...FormatLimits.tokenByteCountMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  static func checkName(_ name: String, _ field: String, least: Int) throws(FormatError) {
    let count = name.utf8.count
    guard count >= least else { throw .emptyCollection(field: field, offset: 0) }
    guard count <= FormatLimits.nameByteCountMax else {
      throw .overLimit(
        field: field, found: UInt64(count), limit: UInt64(FormatLimits.nameByteCountMax),
        offset: 0)
    }
  }

  private static func check(_ entity: Entity) throws(FormatError) {
    try checkName(entity.namespace, "entity namespace", least: 0)
    try checkName(entity.name, "entity name", least: 1)
    if let version = entity.version { try checkName(version, "entity version", least: 1) }
    if entity.type == .run, !entity.namespace.isEmpty {
      throw .inconsistent(field: "entity namespace", offset: 0)
    }
    guard entity.facts.subset.isSubset(of: .assigned) else {
      throw .badValue(field: "subset", found: entity.facts.subset.rawValue, offset: 0)
    }
  }

  private func checkPositions() throws(FormatError) {
    let limit = part == nil ? UInt32(entities.count) : UInt32.max
    for edge in edges where edge.target >= limit || edge.source >= limit {
      throw .inconsistent(field: "edges", offset: 0)
    }
    for edge in edges where !edge.flags.isSubset(of: .assigned) {
      throw .badValue(field: "edge flags", found: edge.flags.rawValue, offset: 0)
    }
    for pair in symlinks where pair.entity >= limit || pair.other >= limit {
      throw .inconsistent(field: "symlinks", offset: 0)
    }
    for pair in renames where pair.entity >= limit || pair.other >= limit {
      throw .inconsistent(field: "renames", offset: 0)
    }
  }

  private func checkAttributes() throws(FormatError) {
    guard attributes.count <= FormatLimits.attributeCountMax else {
      throw .overLimit(
        field: "attributes", found: UInt64(attributes.count),
        limit: UInt64(FormatLimits.attributeCountMax), offset: 0)
    }
    for (name, value) in attributes {
      guard Self.isToken(name) else { throw .inconsistent(field: "attribute name", offset: 0) }
      let count =
        switch value {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .integer, .boolean: 0
        }
      guard count <= FormatLimits.attributeByteCountMax else {
        throw .overLimit(
          field: "attribute \(name)", found: UInt64(count),
          limit: UInt64(FormatLimits.attributeByteCountMax), offset: 0)
      }
    }
  }

  private static func check(_ bodies: [BodyDescription]) throws(FormatError) {
    guard bodies.count <= FormatLimits.bodyCountMax else {
      throw .overLimit(
        field: "bodies", found: UInt64(bodies.count), limit: UInt64(FormatLimits.bodyCountMax),
        offset: 0)
    }
    var total: UInt64 = 0
    let bodies = bodies.span
    for position in bodies.indices {
      guard isContentType(bodies[position].contentType) else {
        throw .inconsistent(field: "content type", offset: 0)
      }
      let byteCount = bodies[position].byteCount
      guard byteCount <= UInt64(FormatLimits.bodyByteCountMax) else {
        throw .overLimit(
          field: "body byte count", found: byteCount,
          limit: UInt64(FormatLimits.bodyByteCountMax), offset: 0)
      }
      total += byteCount
    }
    guard total <= UInt64(FormatLimits.recordBodyByteCountMax) else {
      throw .overLimit(
        field: "bodies of one record", found: total,
        limit: UInt64(FormatLimits.recordBodyByteCountMax), offset: 0)
    }
  }

  /// Record numbers and counts that the decoder bounds, and the order of slots.
  private func checkRecordNumbers() throws(FormatError) {
    for reference in references { try Self.checkInteger(reference.index, "reference index") }
    for run in runs {
      guard run.level <= FormatLimits.runLevelMax else {
        throw .overLimit(
          field: "run level", found: run.level, limit: FormatLimits.runLevelMax, offset: 0)
      }
      try Self.checkInteger(run.firstRecord, "run first record")
      try Self.checkInteger(run.recordCount, "run record count")
      try Self.checkInteger(run.entryCount, "run entry count")
    }
    for slot in slots {
      try Self.checkInteger(slot.record, "slot record")
      guard slot.body < UInt64(FormatLimits.bodyCountMax) else {
        throw .overLimit(
          field: "slot body", found: slot.body, limit: UInt64(FormatLimits.bodyCountMax - 1),
          offset: 0)
      }
    }
    for (slot, next) in zip(slots, slots.dropFirst()) where slot >= next {
      throw .notAscending(field: "slots", offset: 0)
    }
  }

  private static func checkInteger(_ value: UInt64, _ field: String) throws(FormatError) {
    guard value <= FormatLimits.integerMax else {
      throw .overLimit(field: field, found: value, limit: FormatLimits.integerMax, offset: 0)
    }
  }

  /// Printable ASCII with spaces allowed inside (`application/json; charset=utf-8`).
  public static func isContentType(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard (1...FormatLimits.tokenByteCountMax).contains(bytes.count), bytes[0] != 0x20,
      bytes[bytes.count - 1] != 0x20
    else { return false }
    for position in bytes.indices where !(0x20...0x7E).contains(bytes[position]) { return false }
    return true
  }

  private static func check(_ identity: LedgerIdentity) throws(FormatError) {
    guard LedgerOrigin.isValid(identity.origin) else {
      throw .inconsistent(field: "origin", offset: 0)
    }
    guard identity.formatVersion == FormatLimits.formatVersion else {
      throw .unsupportedVersion(found: identity.formatVersion)
    }
    guard !identity.verifierKeys.isEmpty else {
      throw .emptyCollection(field: "verifier keys", offset: 0)
    }
    guard identity.verifierKeys.count <= FormatLimits.verifierKeyCountMax else {
      throw .overLimit(
        field: "verifier keys", found: UInt64(identity.verifierKeys.count),
        limit: UInt64(FormatLimits.verifierKeyCountMax), offset: 0)
    }
    for key in identity.verifierKeys { try checkName(key, "verifier key", least: 1) }
  }
}
