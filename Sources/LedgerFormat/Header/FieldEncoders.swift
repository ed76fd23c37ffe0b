internal import LedgerCryptography

extension ByteBuffer {
  mutating func appendCBOR(digest: SHA256Digest) {
    appendCBORHead(major: 2, argument: UInt64(SHA256Digest.byteCount))
    append(digest)
  }
}

extension Entity {
  /// `[role, type, namespace, name, ? version / null, ? facts]`
  func encode(into buffer: inout ByteBuffer) {
    let factCount = facts.fieldCount
    buffer.appendCBOR(arrayCount: factCount > 0 ? 6 : version != nil ? 5 : 4)
    buffer.appendCBOR(unsigned: UInt64(role.rawValue))
    buffer.appendCBOR(unsigned: UInt64(type.rawValue))
    buffer.appendCBOR(text: namespace)
    buffer.appendCBOR(text: name)
    if let version {
      buffer.appendCBOR(text: version)
    } else if factCount > 0 {
      buffer.appendCBORNull()
    }
    guard factCount > 0 else { return }
    buffer.appendCBOR(mapCount: factCount)
    if let lifecycle = facts.lifecycle {
      buffer.append(0)
      buffer.appendCBOR(unsigned: UInt64(lifecycle.rawValue))
    }
    if let writeMode = facts.writeMode {
      buffer.append(1)
      buffer.appendCBOR(unsigned: UInt64(writeMode.rawValue))
    }
    if !facts.subset.isEmpty {
      buffer.append(2)
      buffer.appendCBOR(unsigned: facts.subset.rawValue)
    }
    if facts.areEdgesComplete {
      buffer.append(3)
      buffer.appendCBOR(boolean: true)
    }
  }
}

extension Edge {
  /// `[target, source, basis, ? flags]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: flags.isEmpty ? 3 : 4)
    buffer.appendCBOR(unsigned: UInt64(target))
    buffer.appendCBOR(unsigned: UInt64(source))
    buffer.appendCBOR(unsigned: UInt64(basis.rawValue))
    if !flags.isEmpty { buffer.appendCBOR(unsigned: flags.rawValue) }
  }
}

extension EntityPair {
  /// `[entity, other]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: 2)
    buffer.appendCBOR(unsigned: UInt64(entity))
    buffer.appendCBOR(unsigned: UInt64(other))
  }
}

extension RecordReference {
  /// `[relation, index]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: 2)
    buffer.appendCBOR(unsigned: UInt64(relation.rawValue))
    buffer.appendCBOR(unsigned: index)
  }
}

extension IndexRunCommitment {
  /// `[level, first record, record count, entry count, root]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: 5)
    buffer.appendCBOR(unsigned: level)
    buffer.appendCBOR(unsigned: firstRecord)
    buffer.appendCBOR(unsigned: recordCount)
    buffer.appendCBOR(unsigned: entryCount)
    buffer.appendCBOR(digest: root)
  }
}

extension BodySlot {
  /// `[record, body]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: 2)
    buffer.appendCBOR(unsigned: record)
    buffer.appendCBOR(unsigned: body)
  }
}

extension BodyDescription {
  /// `[content type, byte count, commitment, ? tag]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: tag == nil ? 3 : 4)
    buffer.appendCBOR(text: contentType)
    buffer.appendCBOR(unsigned: byteCount)
    buffer.appendCBOR(digest: commitment)
    if let tag { buffer.appendCBOR(digest: tag) }
  }
}

extension LedgerIdentity {
  /// `[origin, ledger id, format version, [+ verifier key], hash of ledger.json]`
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendCBOR(arrayCount: 5)
    buffer.appendCBOR(text: origin)
    buffer.appendCBOR(bytes: ledgerID.bytes)
    buffer.appendCBOR(unsigned: UInt64(formatVersion))
    buffer.appendCBOR(arrayCount: verifierKeys.count)
    for key in verifierKeys { buffer.appendCBOR(text: key) }
    buffer.appendCBOR(digest: ledgerFileHash)
  }
}
