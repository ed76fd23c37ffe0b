internal import Foundation
internal import MerkleLog

/// The file of a cosigner's secret key: its text form on one line.
enum CosignerKeyFile {
  /// Makes a new key and puts its secret into a new file that only its owner can read.
  static func generate(name: String, at path: String) throws(CommandFailure) -> NoteVerifierKey {
    let key: NoteSignerKey
    do throws(NoteKeyError) {
      key = try NoteSignerKey.generate(name: name, algorithm: .cosignature)
    } catch {
      throw CommandFailure(.usage, "'\(name)' cannot name a key: \(error)")
    }
    let mask = umask(0o077)
    defer { _ = umask(mask) }
    do {
      try Data((key.privateText() + "\n").utf8)
        .write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    } catch {
      throw CommandFailure(.failed, "\(path): \(SystemFailure.reason(of: error))")
    }
    return key.verifierKey
  }

  /// Reads a key, if nobody but its owner can.
  static func read(_ path: String) throws(CommandFailure) -> NoteSignerKey {
    let line = try SmallFile.secretLine(path, limit: 65_536)
    do throws(NoteKeyError) {
      return try NoteSignerKey(privateText: line, algorithm: .cosignature)
    } catch {
      throw CommandFailure(.failed, "\(path) is no cosigner's key: \(error)")
    }
  }
}
