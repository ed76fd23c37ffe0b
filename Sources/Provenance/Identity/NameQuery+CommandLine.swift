public import LedgerFormat

extension NameQuery {
  /// Reads `TYPE`, `TYPE:NAMESPACE…` or `TYPE:NAMESPACE:NAME…`: the beginning of an entity as a
  /// user names it, percent-encoded like that, the last part a prefix.
  public init(commandLine text: String) throws(CommandLineEntityError) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 3 else { throw .partCount(found: parts.count) }
    let typeName = String(decoding: parts[0], as: UTF8.self)
    guard let type = EntityType(codeName: typeName) else { throw .unknownType(typeName) }
    switch parts.count {
    case 1: self.init(type: type, namespacePrefix: "")
    case 2: self.init(type: type, namespacePrefix: try PercentEncoding.decode(parts[1]))
    default:
      self.init(
        type: type, namespace: try PercentEncoding.decode(parts[1]),
        namePrefix: try PercentEncoding.decode(parts[2]))
    }
  }
}
