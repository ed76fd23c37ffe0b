/// How an `erasure/execution` says that it removed data. A closed set where a person writes it
/// down, so that a misspelt method is an error and not one that removes nothing.
public enum ErasureMethod: String, CaseIterable, Hashable, Sendable {
  case dropAndPurge = "drop-and-purge"
  case truncate = "truncate"
  case keyDestruction = "key-destruction"
  case rowErasure = "row-erasure"
  case overwrite = "overwrite"
  case fullOverwrite = "full-overwrite"
  case mergeOnReadDelete = "merge-on-read-delete"

  /// What a closure concludes from it (<doc:Closure>, rule 4).
  public enum Effect: Hashable, Sendable {
    /// The data is gone, as stated.
    case removes
    /// It is gone if a later verification found it clean.
    case removesIfVerified
    /// It is hidden and still there.
    case removesNothing
  }

  public var effect: Effect {
    switch self {
    case .dropAndPurge, .truncate, .keyDestruction: .removes
    case .rowErasure, .overwrite, .fullOverwrite: .removesIfVerified
    case .mergeOnReadDelete: .removesNothing
    }
  }
}
