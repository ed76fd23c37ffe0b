/// The integer keys of a header's CBOR map; the CDDL in `Format.md` gives each value's type.
///
/// All keys were assigned with format version 1, also those that only later records fill. A key
/// that is not here is refused.
public enum HeaderKey: UInt8, CaseIterable, Sendable {
  /// The leaf hash of the previous record; 32 zero bytes in record 0.
  case previousLeafHash = 0
  case index = 1
  case recordedTime = 2
  case kind = 3
  case eventTime = 4
  case flags = 5
  case source = 6
  case producer = 7
  case producerSequence = 8
  case eventType = 9
  case part = 10
  case entities = 11
  case edges = 12
  case symlinks = 13
  case renames = 14
  case attributes = 15
  case references = 16
  case bodies = 17
  case runs = 18
  case slots = 19
  case identity = 20
  case head = 21
  case publicIdentifier = 22
}
