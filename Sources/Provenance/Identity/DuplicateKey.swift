public import LedgerCryptography

/// The keys by which the writer knows a second delivery of the same record.
///
/// Each is an HMAC-SHA256 under the ledger's deduplication key over
///
/// ```
/// bytes  1  domain: 1 an OpenLineage event, 2 the id of a native record, 3 a native record
///        8  byte count of the source, big-endian
///        …  the source, UTF-8
///        …  the event's bytes, the id in UTF-8, or the record's bytes
/// ```
///
/// The first byte keeps an event apart from an id of the same bytes; the length keeps
/// source and bytes apart. An HMAC and not a hash, because a key lies beside the log and a client's
/// id may name a person.
public enum DuplicateKey {
  /// What a key is over.
  public enum Domain: UInt8, Sendable {
    case openLineageEvent = 1
    case nativeIdentifier = 2
    case nativeRecord = 3
  }

  /// What precedes the bytes in the message.
  public static func prefix(_ domain: Domain, source: String) -> [UInt8] {
    var message = [domain.rawValue]
    let count = UInt64(source.utf8.count)
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      message.append(UInt8(truncatingIfNeeded: count >> shift))
    }
    message.append(contentsOf: source.utf8)
    return message
  }

  /// The key of `bytes` from `source`.
  public static func authenticate(
    _ bytes: [UInt8], _ domain: Domain, source: String, key: HMACSHA256Key
  ) -> SHA256Digest {
    var computation = key.begin()
    computation.update(prefix(domain, source: source).rawSpan)
    computation.update(bytes.rawSpan)
    return computation.finalize()
  }
}

/// A record's deduplication keys.
public struct DuplicateKeys: Hashable, Sendable {
  /// Equal for a second delivery.
  public var key: SHA256Digest
  /// Of a native record: differs if the same id comes with other bytes, which is a conflict.
  public var recordKey: SHA256Digest?
}

extension DuplicateIdentity {
  /// The keys under `key`; nil if the record has no identity.
  public func keys(source: String, key: HMACSHA256Key) -> DuplicateKeys? {
    switch self {
    case .none: nil
    case .event(let bytes):
      DuplicateKeys(
        key: DuplicateKey.authenticate(bytes, .openLineageEvent, source: source, key: key))
    case .identifier(let identifier, let record):
      DuplicateKeys(
        key: DuplicateKey.authenticate(
          Array(identifier.utf8), .nativeIdentifier, source: source, key: key),
        recordKey: DuplicateKey.authenticate(record, .nativeRecord, source: source, key: key))
    }
  }
}
