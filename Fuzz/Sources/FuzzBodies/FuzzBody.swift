import Foundation

/// One decoder of foreign bytes, with what must hold of whatever it accepts.
///
/// A body stops the process where an oracle fails; anything it is given may be refused, quietly.
/// Callable without a fuzzer: the ordinary tests replay all corpora through it.
public struct FuzzBody: Sendable {
  public let name: String
  public let run: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }

  /// All bodies, and what their corpora are called.
  public static let all: [FuzzBody] = [
    .header, .block, .groupFrame, .segment, .activeHeader, .ledgerFile, .signedNote,
    .inclusionProof, .consistencyProof, .completenessProof, .omissionProof, .closureProof,
    .certificate, .runFile, .nameDictionary, .opening, .nameRules, .openLineage, .nativeRecord,
    .json, .operations, .damagedLedger,
  ]

  public static func named(_ name: String) -> FuzzBody? { all.first { $0.name == name } }
}

/// Stops the process unless an oracle holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fail(message()) }
}

/// Says what failed, which a release build would keep to itself, and stops the process.
func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("FAILED: \(message)\n".utf8))
  fatalError(message)
}
