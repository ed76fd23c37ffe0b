internal import LedgerCryptography

/// A part of a header that is encoded by itself.
protocol HeaderField {
  /// At least as many bytes as `encode` writes; cheap, and no tighter than that makes it.
  var encodedByteCountMax: Int { get }
  func encode(into output: inout ByteOutput)
}

extension HeaderField {
  fileprivate static var head: Int { ByteOutput.cborHeadByteCountMax }
  fileprivate static var digest: Int { head + SHA256Digest.byteCount }
}

extension ByteBuffer {
  /// Appends one field.
  mutating func append(_ field: some HeaderField) {
    append(addingCapacity: field.encodedByteCountMax) { field.encode(into: &$0) }
  }
}

extension OutputSpan<UInt8> {
  /// The key of a list and the list, unless that is empty; gives the number of pairs, 0 or 1.
  @inline(__always)
  mutating func append<Field: HeaderField>(_ key: HeaderKey, _ fields: [Field]) -> Int {
    let fields = fields.span
    if fields.isEmpty { return 0 }
    append(key.rawValue)
    appendCBOR(arrayCount: fields.count)
    for position in fields.indices { fields[position].encode(into: &self) }
    return 1
  }
}

extension Array where Element: HeaderField {
  /// Of the list with its key and head.
  @inline(__always)
  var encodedByteCountMax: Int {
    let fields = span
    var count = 1 + ByteOutput.cborHeadByteCountMax
    for position in fields.indices { count += fields[position].encodedByteCountMax }
    return count
  }
}

extension Entity: HeaderField {
  var encodedByteCountMax: Int {
    6 * Self.head + namespace.utf8.count + name.utf8.count + (version?.utf8.count ?? 0)
      + 4 * (1 + Self.head) + 1
  }

  /// `[role, type, namespace, name, ? version / null, ? facts]`
  ///
  /// Inlined, as every record has a few and an element of a span is copied for a call.
  @inline(__always)
  func encode(into output: inout ByteOutput) {
    let factCount = facts.fieldCount
    output.appendCBOR(arrayCount: factCount > 0 ? 6 : version != nil ? 5 : 4)
    output.appendCBOR(unsigned: UInt64(role.rawValue))
    output.appendCBOR(unsigned: UInt64(type.rawValue))
    output.appendCBOR(text: namespace)
    output.appendCBOR(text: name)
    if let version {
      output.appendCBOR(text: version)
    } else if factCount > 0 {
      output.appendCBORNull()
    }
    if factCount > 0 { facts.encode(into: &output, fieldCount: factCount) }
  }
}

extension EntityFacts {
  fileprivate func encode(into output: inout ByteOutput, fieldCount: Int) {
    output.appendCBOR(mapCount: fieldCount)
    if let lifecycle {
      output.append(0)
      output.appendCBOR(unsigned: UInt64(lifecycle.rawValue))
    }
    if let writeMode {
      output.append(1)
      output.appendCBOR(unsigned: UInt64(writeMode.rawValue))
    }
    if !subset.isEmpty {
      output.append(2)
      output.appendCBOR(unsigned: subset.rawValue)
    }
    if areEdgesComplete {
      output.append(3)
      output.appendCBOR(boolean: true)
    }
  }
}

extension Edge: HeaderField {
  var encodedByteCountMax: Int { 5 * Self.head }

  /// `[target, source, basis, ? flags]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: flags.isEmpty ? 3 : 4)
    output.appendCBOR(unsigned: UInt64(target))
    output.appendCBOR(unsigned: UInt64(source))
    output.appendCBOR(unsigned: UInt64(basis.rawValue))
    if !flags.isEmpty { output.appendCBOR(unsigned: flags.rawValue) }
  }
}

extension EntityPair: HeaderField {
  var encodedByteCountMax: Int { 3 * Self.head }

  /// `[entity, other]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: 2)
    output.appendCBOR(unsigned: UInt64(entity))
    output.appendCBOR(unsigned: UInt64(other))
  }
}

extension RecordReference: HeaderField {
  var encodedByteCountMax: Int { 3 * Self.head }

  /// `[relation, index]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: 2)
    output.appendCBOR(unsigned: UInt64(relation.rawValue))
    output.appendCBOR(unsigned: index)
  }
}

extension IndexRunCommitment: HeaderField {
  var encodedByteCountMax: Int { 5 * Self.head + Self.digest }

  /// `[level, first record, record count, entry count, root]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: 5)
    output.appendCBOR(unsigned: level)
    output.appendCBOR(unsigned: firstRecord)
    output.appendCBOR(unsigned: recordCount)
    output.appendCBOR(unsigned: entryCount)
    output.appendCBOR(digest: root)
  }
}

extension BodySlot: HeaderField {
  var encodedByteCountMax: Int { 3 * Self.head }

  /// `[record, body]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: 2)
    output.appendCBOR(unsigned: record)
    output.appendCBOR(unsigned: body)
  }
}

extension BodyDescription: HeaderField {
  var encodedByteCountMax: Int { 3 * Self.head + contentType.utf8.count + 2 * Self.digest }

  /// `[content type, byte count, commitment, ? tag]`
  @inline(__always)
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: tag == nil ? 3 : 4)
    output.appendCBOR(text: contentType)
    output.appendCBOR(unsigned: byteCount)
    output.appendCBOR(digest: commitment)
    if let tag { output.appendCBOR(digest: tag) }
  }
}

extension LedgerIdentity: HeaderField {
  var encodedByteCountMax: Int {
    5 * Self.head + origin.utf8.count + ledgerID.bytes.count + Self.digest
      + verifierKeys.reduce(0) { $0 + Self.head + $1.utf8.count }
  }

  /// `[origin, ledger id, format version, [+ verifier key], hash of ledger.json]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: 5)
    output.appendCBOR(text: origin)
    output.appendCBOR(bytes: ledgerID.bytes.rawSpan)
    output.appendCBOR(unsigned: UInt64(formatVersion))
    output.appendCBOR(arrayCount: verifierKeys.count)
    for key in verifierKeys { output.appendCBOR(text: key) }
    output.appendCBOR(digest: ledgerFileHash)
  }
}

extension TreeHead: HeaderField {
  var encodedByteCountMax: Int { 3 * Self.head + Self.digest + (origin?.utf8.count ?? 0) }

  /// `[size, root, ? origin]`
  func encode(into output: inout ByteOutput) {
    output.appendCBOR(arrayCount: origin == nil ? 2 : 3)
    output.appendCBOR(unsigned: size)
    output.appendCBOR(digest: root)
    if let origin { output.appendCBOR(text: origin) }
  }
}
