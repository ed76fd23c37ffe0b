internal import LedgerCryptography
internal import LedgerFormat
internal import Synchronization

/// Random salts, drawn in one call for many bodies and each given out once.
final class SaltSource: Sendable {
  private struct Stock {
    var bytes: ByteBuffer = []
    /// Of `bytes`.
    var usedByteCount = 0
  }

  private static let saltsPerDraw = 256
  private let stock = Mutex(Stock())

  /// Appends a salt that nobody was given before.
  ///
  /// - Throws: `storage` if the system has no randomness.
  func append(to buffer: inout ByteBuffer) throws(LedgerError) {
    try stock.withLock { stock throws(LedgerError) in
      if stock.usedByteCount == stock.bytes.count {
        do throws(CryptographyError) {
          stock.bytes = try SecureRandom.bytes(count: Self.saltsPerDraw * BodyEntry.saltByteCount)
        } catch {
          throw LedgerError(.storage, "the random source failed: \(error)")
        }
        stock.usedByteCount = 0
      }
      let end = stock.usedByteCount + BodyEntry.saltByteCount
      buffer.append(copying: stock.bytes.rawSpan.extracting(stock.usedByteCount..<end))
      stock.usedByteCount = end
    }
  }
}
