internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import Provenance

/// What opens a body's commitment, as `show --opening` prints it:
/// `{"body":K,"bytes":BASE64,"record":N,"salt":HEX}`.
struct BodyOpening {
  var record: UInt64
  var body: Int
  /// 16 bytes.
  var salt: [UInt8]
  var bytes: [UInt8]

  /// Nil unless exactly these four members are there and well formed.
  init?(parsing json: [UInt8]) {
    guard let document = try? JSONDocument(parsing: json),
      let members = document.root.members, members.count == 4,
      let record = document.root["record"]?.number.flatMap({ UInt64($0) }),
      let body = document.root["body"]?.number.flatMap({ Int($0) }),
      let salt = document.root["salt"]?.string.flatMap({ Hexadecimal.decode($0) }),
      salt.count == BodyEntry.saltByteCount,
      let bytes = document.root["bytes"]?.string.flatMap({ Base64.decode($0.utf8) })
    else { return nil }
    self.record = record
    self.body = body
    self.salt = salt
    self.bytes = bytes
  }
}
