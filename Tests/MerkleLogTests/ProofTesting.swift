import Foundation
import LedgerCryptography
import MerkleLog
import Testing

/// The error `check` ends with; nil if it accepts.
func refusal(_ check: () throws(ProofError) -> Void) -> ProofError? {
  do throws(ProofError) {
    try check()
    return nil
  } catch {
    return error
  }
}

/// Every way to damage a list of hashes by one: a bit of one flipped, one dropped, one added.
func damagedLists(_ hashes: [SHA256Digest]) -> [(damage: String, hashes: [SHA256Digest])] {
  var lists: [(String, [SHA256Digest])] = []
  for position in hashes.indices {
    var flipped = hashes
    flipped[position] = flippingBit(37 * position % 256, of: flipped[position])
    lists.append(("hash \(position) flipped", flipped))
    var dropped = hashes
    dropped.remove(at: position)
    lists.append(("hash \(position) dropped", dropped))
  }
  for position in 0...hashes.count {
    var added = hashes
    added.insert(hashes.first ?? MerkleHash.leaf([0]), at: position)
    lists.append(("hash added at \(position)", added))
  }
  return lists
}

/// `digest` with one of its 256 bits changed.
func flippingBit(_ bit: Int, of digest: SHA256Digest) -> SHA256Digest {
  var bytes: [UInt8] = []
  digest.append(to: &bytes)
  bytes[bit / 8] ^= 1 << (bit % 8)
  return SHA256Digest(bytes.rawSpan)
}

/// The folder of vectors and data that all tests share, which is not part of the package.
enum SharedFolder {
  /// `LEDGERSTONE_SHARED`, or else `shared` beside the package; nil, and a line on stderr, if the
  /// part asked for is not there.
  static func url(_ part: String) -> URL? {
    let root: URL
    if let path = ProcessInfo.processInfo.environment["LEDGERSTONE_SHARED"] {
      root = URL(fileURLWithPath: path)
    } else {
      root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared")
    }
    let url = root.appendingPathComponent(part)
    if (try? url.checkResourceIsReachable()) == true {
      return url
    }
    let message = "NOT RUN: no folder \(part) of shared test data; set LEDGERSTONE_SHARED\n"
    FileHandle.standardError.write(Data(message.utf8))
    return nil
  }
}
