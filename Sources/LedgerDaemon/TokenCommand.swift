internal import ArgumentParser
internal import Foundation
internal import LedgerFormat
internal import LedgerServer

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make a token, print it once, and add its hash to a file.",
    discussion: """
      Remove a line of the file to revoke its token; SIGHUP makes a running server read it again. \
      The source is permanent: it stands in the header of every record that the token appends.
      """)

  @Option(help: "The file of tokens, identity.tokens of the server.")
  var file: String

  @Option(help: "Who the caller is: the source of its records.")
  var source: String

  @Option(
    name: .customLong("role"), help: "appender, auditor, legal or operator; repeatable.")
  var roles: [String]

  @Option(help: ArgumentHelp("When it ends, RFC 3339.", valueName: "time"))
  var expires: String?

  @Flag(help: "The caller is a person, who appears in records as a tag only.")
  var person = false

  mutating func run() throws {
    var caller = Caller(source: source, roles: [], isPerson: person)
    for name in roles {
      guard let role = Role(rawValue: name) else {
        throw DaemonFailure(64, "--role '\(name)': it is appender, auditor, legal or operator")
      }
      caller.roles.insert(role)
    }
    guard !caller.roles.isEmpty else { throw DaemonFailure(64, "--role is needed") }
    guard !source.isEmpty else { throw DaemonFailure(64, "--source must not be empty") }
    guard !person || !caller.roles.contains(.appender) else {
      throw DaemonFailure(
        64, "a person is no appender: its name would stand in every header")
    }
    var end: Timestamp?
    if let expires {
      guard let time = Timestamp.parse(expires), time.hasZone else {
        throw DaemonFailure(64, "--expires '\(expires)': no RFC 3339 time with a zone")
      }
      end = time.timestamp
    }
    let (token, entry) = try TokenTable.make(for: caller, expires: end)
    try append(entry.line)
    FileHandle.standardOutput.write(Data((token + "\n").utf8))
  }

  private func append(_ line: String) throws {
    let manager = FileManager.default
    if !manager.fileExists(atPath: file) {
      let isMade = manager.createFile(
        atPath: file, contents: nil, attributes: [.posixPermissions: 0o600])
      guard isMade else { throw DaemonFailure(1, "\(file) cannot be made") }
    }
    guard let handle = FileHandle(forWritingAtPath: file) else {
      throw DaemonFailure(1, "\(file) cannot be written")
    }
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((line + "\n").utf8))
    try handle.synchronize()
  }
}
