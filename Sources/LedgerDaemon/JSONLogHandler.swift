internal import Foundation
internal import LedgerFormat
internal import Ledgerstone
internal import Logging
internal import Provenance

/// One JSON object per line on stderr: time, level, message, and the metadata as texts.
struct JSONLogHandler: LogHandler {
  let label: String
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(label: String, level: Logger.Level) {
    self.label = label
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("time", SystemClock().now().description)
      writer.member("level", event.level.rawValue)
      writer.member("message", event.message.description)
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      for (name, value) in all.sorted(by: { $0.key < $1.key }) {
        writer.member(name, "\(value)")
      }
    }
    FileHandle.standardError.write(Data(writer.bytes + [0x0A]))
  }
}
