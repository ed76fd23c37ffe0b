/// Where the bytes of a ledger come from: a folder, or memory in tests.
///
/// Nothing here writes. Paths are relative to the ledger's folder, at most one folder deep.
public protocol Evidence: Sendable {
  /// The entries of the ledger's folder (`folder` is empty) or of one folder in it, in any order.
  ///
  /// Must give an empty list for a folder that is missing or not one, and must not follow links.
  func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry]

  /// Opens a regular file; nil if there is none under that name. Must not follow links.
  ///
  /// The bytes behind the open file must stay readable when the file is renamed or removed.
  func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)?
}

/// One open file of the evidence.
public protocol EvidenceFile: Sendable {
  /// The file's bytes when it was opened. A file that grows later is read up to here.
  var byteCount: Int { get }

  /// Appends the bytes of `range` to `buffer`.
  ///
  /// Must append exactly as many as asked for, or throw; `range` lies inside `byteCount`.
  func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError)
}

extension EvidenceFile {
  /// The bytes of `range`.
  func bytes(_ range: Range<Int>) throws(EvidenceError) -> [UInt8] {
    var buffer: [UInt8] = []
    try read(range, into: &buffer)
    return buffer
  }

  /// All bytes, or nil if there are more than `limit`.
  func allBytes(limit: Int) throws(EvidenceError) -> [UInt8]? {
    byteCount <= limit ? try bytes(0..<byteCount) : nil
  }
}

/// One name in a folder.
public struct EvidenceEntry: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case file
    case folder
    case symbolicLink
    case other
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// The system refused to show evidence: says nothing about the ledger itself.
public struct EvidenceError: Error, Hashable, Sendable {
  /// What was tried, such as `open` or `read`.
  public var operation: String
  public var path: String
  /// The system's error number (errno); 0 where the file ended early.
  public var number: Int32
  /// The system's words for it.
  public var reason: String
  /// Whether nothing is there under that name.
  public var isNotFound: Bool

  public init(
    operation: String, path: String, number: Int32, reason: String, isNotFound: Bool = false
  ) {
    self.operation = operation
    self.path = path
    self.number = number
    self.reason = reason
    self.isNotFound = isNotFound
  }
}

extension EvidenceError: CustomStringConvertible {
  public var description: String { "cannot \(operation) \(path): \(reason)" }
}
