import Foundation
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Provenance
import SegmentStorage
import SubjectVault

/// A ledger on the real file system, with the vault's real database.
struct ErasureFixture {
  let folder: TemporaryFolder
  let location: LedgerLocation
  var options: LedgerOptions

  init() throws {
    folder = try TemporaryFolder()
    location = LedgerLocation(
      absoluteDirectory: folder.path + "/L", absoluteVault: folder.path + "/L.vault")
    options = LedgerOptions(keyEncryptionKey: .vaultFile)
  }

  func create() async throws -> Ledger {
    try await Ledger.create(at: location, origin: EngineFixture.origin, options: options)
    return try open()
  }

  func open() throws -> Ledger { try Ledger.open(at: location, options: options) }

  func reader() throws -> LedgerReader { try LedgerReader.open(at: location) }

  func verify() throws -> VerificationReport {
    LedgerVerification.verify(directory: location.directory, options: VerificationOptions())
  }

  /// One body of a record: its bytes, and whose it is.
  typealias Body = (text: String, subject: String?)

  @discardableResult
  static func append(
    _ bodies: [Body], to ledger: Ledger, dataset: String = "table", id: String? = nil
  ) async throws -> Receipt {
    var batch = ledger.makeBatch()
    var content = RecordContent(kind: "access", source: "test")
    content.entities = [
      Entity(role: .target, type: .dataset, namespace: "warehouse", name: dataset)
    ]
    try batch.append(
      content,
      bodies: bodies.map {
        RecordBatch.Body(
          contentType: "text/plain", bytes: Array($0.text.utf8), subject: $0.subject)
      }, duplicates: id.map { .identifier($0) } ?? .none)
    guard case .recorded(let receipt)? = try await ledger.append(batch).first else {
      throw EngineFixture.Unexpected.conflict
    }
    return receipt
  }

  /// Every file below the ledger and the vault, raw, and every block of the log expanded.
  func everything() throws -> [(name: String, bytes: [UInt8])] {
    var found: [(name: String, bytes: [UInt8])] = []
    for root in [location.directory, location.vault] {
      let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      for name in names {
        let url = URL(fileURLWithPath: root + "/" + name)
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
        let bytes = Array(try Data(contentsOf: url))
        found.append((name, bytes))
        found += Self.expanded(bytes).map { (name + " expanded", $0) }
      }
    }
    return found
  }

  /// Every block that stands anywhere in `bytes`, found by its magic and expanded.
  static func expanded(_ bytes: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    for kind in [BlockKind.headers, .bodies] {
      let magic = Array((kind == .headers ? "LSTHBLK1" : "LSTBBLK1").utf8)
      for start in Self.places(of: magic, in: bytes) {
        var reader = ByteReader(bytes.rawSpan.extracting(start...))
        var raw: [UInt8] = []
        if (try? Block.decode(kind, from: &reader, into: &raw)) != nil { found.append(raw) }
      }
    }
    return found
  }

  static func places(of wanted: [UInt8], in bytes: [UInt8]) -> [Int] {
    guard let first = wanted.first, bytes.count >= wanted.count else { return [] }
    return (0...(bytes.count - wanted.count)).filter { start in
      bytes[start] == first && bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
  }

  /// The files in which `wanted` stands.
  func files(with wanted: [UInt8]) throws -> [String] {
    try everything().filter { !Self.places(of: wanted, in: $0.bytes).isEmpty }.map(\.name)
  }

  static func erase(
    _ request: String, _ targets: [ErasureRequest.Target], _ ledger: Ledger
  ) async throws -> ErasureReport {
    try await ledger.erase(ErasureRequest(identifier: request, targets: targets))
  }
}
