import Foundation
import LedgerCryptography
import LedgerFormat
import Ledgerstone

/// A reader of many records in one process, for the fault tests to compare with what they sent:
///
///     FaultSession read DIR [INDEX …]
///
/// opens DIR as any reader over the library does, and says of each record, or of those given, one
/// JSON object a line: `{"index": n, "entry": header, "bodies": [body or null]}`, bytes in
/// hexadecimal, null for a body that was erased. Only what the ledger holds is said: hashes are the
/// caller's to compute.
struct RecordReading {
  private struct Found: Encodable {
    var index: UInt64
    var entry: String
    var bodies: [String?]
  }

  static func run(directory: String, indexes: [UInt64]?) throws {
    let reader = try LedgerReader.open(at: LedgerLocation(directory: directory))
    let encoder = JSONEncoder()
    var output = Data()
    for index in indexes ?? Array(0..<reader.size) {
      output += try encoder.encode(found(index, reader))
      output.append(UInt8(ascii: "\n"))
    }
    try FileHandle.standardOutput.write(contentsOf: output)
  }

  private static func found(_ index: UInt64, _ reader: LedgerReader) throws -> Found {
    let record = try reader.record(at: index)
    var bodies: [String?] = []
    for body in record.header.content.bodies.indices {
      do throws(LedgerError) {
        bodies.append(Hexadecimal.encode(try reader.body(record: index, body: body)))
      } catch {
        guard error.code == .erased else { throw error }
        bodies.append(nil)
      }
    }
    return Found(index: index, entry: Hexadecimal.encode(record.bytes), bodies: bodies)
  }
}
