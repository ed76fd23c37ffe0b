public import LedgerFormat

/// A code of the header that has a name in native records, on the command line and in JSON output.
///
/// Names are part of the public interface: they do not change and are compared byte for byte.
public protocol NamedCode: CaseIterable, Sendable {
  /// The name; unique within the type.
  var codeName: String { get }
}

extension NamedCode {
  /// The code called `codeName`, or nil.
  public init?(codeName: String) {
    // Equal for Unicode and equally long is byte for byte, as all names are ASCII.
    guard
      let code = Self.allCases.first(where: {
        $0.codeName == codeName && $0.codeName.utf8.count == codeName.utf8.count
      })
    else { return nil }
    self = code
  }

  /// All names, for messages.
  static var codeNames: String { allCases.map(\.codeName).joined(separator: ", ") }
}

extension EntityRole: NamedCode {
  public var codeName: String {
    switch self {
    case .run: "run"
    case .job: "job"
    case .input: "input"
    case .output: "output"
    case .target: "target"
    case .symlink: "symlink"
    case .previous: "previous"
    case .actor: "actor"
    case .recipient: "recipient"
    case .parent: "parent"
    case .scope: "scope"
    case .request: "request"
    case .related: "related"
    }
  }
}

extension EntityType {
  /// Whether such an entity has content that is read and written, and so lineage.
  public var holdsData: Bool { self == .dataset || self == .model }
}

extension EntityType: NamedCode {
  public var codeName: String {
    switch self {
    case .dataset: "dataset"
    case .job: "job"
    case .run: "run"
    case .model: "model"
    case .request: "request"
    case .service: "service"
    }
  }
}

/// The names are those of OpenLineage.
extension EventType: NamedCode {
  public var codeName: String {
    switch self {
    case .start: "START"
    case .running: "RUNNING"
    case .complete: "COMPLETE"
    case .abort: "ABORT"
    case .fail: "FAIL"
    case .other: "OTHER"
    }
  }
}

/// The names are those of the OpenLineage facet `lifecycleStateChange`.
extension Lifecycle: NamedCode {
  public var codeName: String {
    switch self {
    case .alter: "ALTER"
    case .create: "CREATE"
    case .drop: "DROP"
    case .overwrite: "OVERWRITE"
    case .rename: "RENAME"
    case .truncate: "TRUNCATE"
    }
  }
}

extension WriteMode: NamedCode {
  public var codeName: String {
    switch self {
    case .append: "append"
    case .overwrite: "overwrite"
    case .partition: "partition"
    case .truncate: "truncate"
    case .merge: "merge"
    case .unknown: "unknown"
    case .mergeOnReadDelete: "merge-on-read-delete"
    }
  }
}

extension EdgeBasis: NamedCode {
  public var codeName: String {
    switch self {
    case .explicit: "explicit"
    case .column: "column"
    }
  }
}

extension ReferenceRelation: NamedCode {
  public var codeName: String {
    switch self {
    case .supersedes: "supersedes"
    case .answers: "answers"
    case .residual: "residual"
    case .cites: "cites"
    }
  }
}

/// Sets of bits as lists of names, lowest bit first.
enum FlagNames {
  static let header: [(name: String, flag: HeaderFlags)] = [
    ("eventTimeWithoutZone", .eventTimeWithoutZone),
    ("eventTimeUnreadable", .eventTimeUnreadable),
    ("runIdentifierNotUUID", .runIdentifierNotUUID),
    ("namesReplaced", .namesReplaced),
    ("factsIncomplete", .factsIncomplete),
    ("eventTimeTruncated", .eventTimeTruncated),
  ]
  static let subset: [(name: String, flag: SubsetFlags)] = [
    ("partition", .partition), ("location", .location), ("compare", .compare),
    ("other", .other),
  ]
  static let edge: [(name: String, flag: EdgeFlags)] = [
    ("masked", .masked), ("indirect", .indirect),
  ]
}
