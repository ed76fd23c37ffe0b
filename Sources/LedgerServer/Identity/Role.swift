/// What a caller may do.
public enum Role: String, Hashable, Sendable, CaseIterable {
  /// Append records.
  case appender
  /// Read records, bodies and proofs.
  case auditor
  /// Hold and erase, and ask for certificates; read what an auditor reads.
  case legal
  /// Sign checkpoints and index records, rotate the key, make backups, read the metrics.
  case `operator`
}

/// Who makes a request.
public struct Caller: Hashable, Sendable {
  /// The authenticated producer: the source of the records that it appends.
  public var source: String
  public var roles: Set<Role>
  /// A person, whose name never stands in a header.
  public var isPerson: Bool

  public init(source: String, roles: Set<Role>, isPerson: Bool = false) {
    self.source = source
    self.roles = roles
    self.isPerson = isPerson
  }

  /// Whoever comes from this machine where no tokens are set up.
  public static let local = Caller(source: "local", roles: Set(Role.allCases))
}
