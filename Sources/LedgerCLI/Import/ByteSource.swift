internal import Foundation

/// Where the bytes of one input come from, in pieces.
enum ByteSource {
  case file(FileHandle, isPatient: Bool)
  case standardInput

  private static let pieceByteCount = 1 << 20
  private static let linePieceByteCount = 1 << 16

  /// Whether all of it is there already, so that reading never waits for a producer.
  var isPatient: Bool {
    if case .file(_, let isPatient) = self { isPatient } else { false }
  }

  /// - Parameter name: a path, or `-` for stdin.
  static func open(_ name: String) throws(CommandFailure) -> ByteSource {
    if name == "-" { return .standardInput }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: name))
      let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: name).resolvingSymlinksInPath().path)
      let type = attributes[.type] as? FileAttributeType
      if type == .typeDirectory { throw CommandFailure(.failed, "Is a directory") }
      return .file(handle, isPatient: type == .typeRegular)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.failed, SystemFailure.reason(of: error))
    }
  }

  /// The next bytes; nil at the end.
  func next() throws(CommandFailure) -> [UInt8]? {
    guard case .file(let handle, _) = self else { return try Self.nextLineOfStandardInput() }
    do {
      guard let data = try handle.read(upToCount: Self.pieceByteCount), !data.isEmpty else {
        return nil
      }
      return Array(data)
    } catch {
      throw CommandFailure(.failed, SystemFailure.reason(of: error))
    }
  }

  /// Up to the end of a line, so that a line is passed on the moment it is there. `FileHandle`
  /// would wait for a full piece, or trap on an error.
  private static func nextLineOfStandardInput() throws(CommandFailure) -> [UInt8]? {
    var bytes: [UInt8] = []
    errno = 0
    while bytes.count < linePieceByteCount {
      let character = getchar_unlocked()
      guard let byte = UInt8(exactly: character) else { break }
      bytes.append(byte)
      if byte == UInt8(ascii: "\n") { break }
    }
    if bytes.isEmpty, errno != 0, let code = POSIXErrorCode(rawValue: errno) {
      throw CommandFailure(.failed, SystemFailure.describe(code))
    }
    return bytes.isEmpty ? nil : bytes
  }
}
