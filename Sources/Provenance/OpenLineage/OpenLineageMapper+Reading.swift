internal import LedgerFormat

/// A dataset's or job's namespace and name.
struct QualifiedName {
  var namespace: String
  var name: String
}

/// Reading members whose shape nobody guarantees.
extension OpenLineageMapper {
  /// Remarks that the body says more than could be read.
  mutating func noteIncomplete() { content.flags.insert(.factsIncomplete) }

  /// The text of a member; nil if it is absent or null, and flagged if it is something else.
  mutating func readText(_ value: JSONValue?) throws(OpenLineageRejection) -> String? {
    guard let value, !value.isNull else { return nil }
    if let text = try text(value) { return text }
    noteIncomplete()
    return nil
  }

  /// The text of a string; nil if it is none.
  ///
  /// - Throws: `notJSON` for a string that is no text, because left out it could be missed, and
  ///   shown with a replacement character it could be taken for another.
  func text(_ value: JSONValue?) throws(OpenLineageRejection) -> String? {
    do throws(JSONError) {
      return try value?.text()
    } catch {
      throw .notJSON(error)
    }
  }

  /// The elements of a member; none if it is absent or null, and flagged if it is something else.
  mutating func readElements(_ value: JSONValue?) -> [JSONValue] {
    guard let value, !value.isNull else { return [] }
    if let elements = value.elements { return elements }
    noteIncomplete()
    return []
  }

  /// A facet of `owner`; nil if it is absent, null or declared deleted, and flagged if it or its
  /// container is no object.
  mutating func facet(
    _ name: String, of owner: JSONValue?, in container: String = "facets"
  ) -> JSONValue? {
    guard let facets = owner?[container], !facets.isNull else { return nil }
    guard facets.isObject else {
      noteIncomplete()
      return nil
    }
    guard let facet = facets[name], !facet.isNull else { return nil }
    guard facet.isObject else {
      noteIncomplete()
      return nil
    }
    return facet["_deleted"]?.boolean == true ? nil : facet
  }

  /// The identity of the event's own job or dataset, without which there is no record.
  func identity(
    of value: JSONValue?, _ field: String
  ) throws(OpenLineageRejection) -> QualifiedName {
    guard let namespace = try text(value?["namespace"]) else {
      throw .noIdentity(field: "\(field).namespace")
    }
    guard let name = try text(value?["name"]), !name.isEmpty else {
      throw .noIdentity(field: "\(field).name")
    }
    return QualifiedName(
      namespace: try limited(namespace, "\(field).namespace"),
      name: try limited(name, "\(field).name"))
  }

  /// The namespace and name of something mentioned; nil and flagged if one is missing.
  mutating func readIdentifier(
    _ value: JSONValue?, _ field: String
  ) throws(OpenLineageRejection) -> QualifiedName? {
    guard let namespace = try text(value?["namespace"]), let name = try text(value?["name"]),
      !name.isEmpty
    else {
      noteIncomplete()
      return nil
    }
    return QualifiedName(
      namespace: try limited(namespace, "\(field).namespace"),
      name: try limited(name, "\(field).name"))
  }

  /// `name`, if the format can hold it.
  func limited(_ name: String, _ field: String) throws(OpenLineageRejection) -> String {
    let count = name.utf8.count
    guard count <= FormatLimits.nameByteCountMax else {
      throw .nameOverLimit(
        field: field, byteCount: count, limit: FormatLimits.nameByteCountMax)
    }
    return name
  }
}
