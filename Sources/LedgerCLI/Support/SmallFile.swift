internal import Foundation

/// Files named on the command line, read and written as a whole.
enum SmallFile {
  /// - Parameter limit: the most bytes that make sense; what is longer is refused unread.
  static func read(_ path: String, limit: Int = 64 << 20) throws(CommandFailure) -> [UInt8] {
    guard !path.isEmpty else { throw CommandFailure(.usage, "an empty path names no file") }
    do {
      let handle =
        path == "-"
        ? FileHandle.standardInput
        : try FileHandle(
          forReadingFrom: URL(fileURLWithPath: path))
      guard let data = try handle.read(upToCount: limit + 1) else { return [] }
      guard data.count <= limit else {
        throw CommandFailure(.failed, "\(path): longer than \(limit) bytes")
      }
      return Array(data)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.failed, "\(path): \(SystemFailure.reason(of: error))")
    }
  }

  /// The first line of a file that holds a secret.
  ///
  /// - Throws: `failed` if anybody but its owner can read or write it.
  static func secretLine(_ path: String, limit: Int) throws(CommandFailure) -> String {
    let bytes = try read(path, limit: limit)
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let permissions = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
    guard permissions & 0o077 == 0 else {
      throw CommandFailure(
        .failed, "\(path) can be read or written by other users; run: chmod 600 '\(path)'")
    }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// Whether something other than a folder is at `path`.
  static func isFile(_ path: String) -> Bool {
    let type = type(path)
    return type != nil && type != .typeDirectory
  }

  static func isFolder(_ path: String) -> Bool { type(path) == .typeDirectory }

  /// What is at `path`, links followed; nil if nothing is.
  static func type(_ path: String) -> FileAttributeType? {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return attributes?[.type] as? FileAttributeType
  }

  /// Writes `bytes` to `path`, or to stdout for nil and `-`. A file there is replaced in one step.
  static func write(_ bytes: [UInt8], to path: String?) throws(CommandFailure) {
    guard let path, path != "-" else { return try StandardOutput.print(bytes: bytes) }
    guard !path.isEmpty else { throw CommandFailure(.usage, "the path to write to is empty") }
    do {
      switch type(path) {
      case nil:
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      case .typeRegular:
        try replace(URL(fileURLWithPath: path).resolvingSymlinksInPath(), with: bytes)
      case .typeDirectory:
        throw CommandFailure(.failed, "\(path): Is a directory")
      default:
        // A device or a pipe is written to, as every other program does.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
      }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.failed, "\(path): \(SystemFailure.reason(of: error))")
    }
  }

  /// Replaces a file in one step, and keeps who may read it.
  private static func replace(_ target: URL, with bytes: [UInt8]) throws {
    let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
    try Data(bytes).write(to: target, options: .atomic)
    if let permissions = attributes[.posixPermissions] {
      try FileManager.default.setAttributes(
        [.posixPermissions: permissions], ofItemAtPath: target.path)
    }
  }

  /// An argument that is text, or `@file`, whose first line it is then,
  /// without blanks at its end.
  static func text(_ argument: String) throws(CommandFailure) -> String {
    guard argument.hasPrefix("@") else { return argument }
    let bytes = try read(String(argument.dropFirst()), limit: 65_536)
    // A carriage return is the rest of a line end, and blanks are nobody's.
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let blanks: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t")]
    let end = line.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? line.startIndex
    return String(decoding: line[..<end], as: UTF8.self)
  }
}
