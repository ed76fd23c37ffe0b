internal import LedgerCryptography
internal import LedgerFormat

/// `active` or `active.sealing`, opened before anything is listed, so that a sealing that goes on
/// meanwhile cannot take it away.
struct ActiveFile: Sendable {
  static let names = ["active", "active.sealing"]

  let name: String
  let file: any EvidenceFile
  /// Nil if it is damaged.
  let header: ActiveFileHeader?
  let headerError: FormatError?

  /// Nil if there is no such file.
  init?(_ name: String, from evidence: any Evidence) throws(EvidenceError) {
    guard let file = try evidence.open(name) else { return nil }
    self.name = name
    self.file = file
    let bytes = try file.bytes(0..<min(ActiveFileHeader.byteCount, file.byteCount))
    var reader = ByteReader(bytes.rawSpan)
    do throws(FormatError) {
      header = try ActiveFileHeader.decode(from: &reader, ledger: nil)
      headerError = nil
    } catch {
      header = nil
      headerError = error
    }
  }
}
