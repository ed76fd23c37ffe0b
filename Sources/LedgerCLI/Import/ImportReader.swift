internal import Foundation
internal import LedgerCryptography
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// The form of the inputs.
enum ImportFormat: String, CaseIterable, Sendable {
  case openlineage
  case record

  /// One input as a record that is not numbered yet.
  ///
  /// - Throws: why it cannot be recorded.
  func draft(_ bytes: [UInt8], source: String) throws -> RecordDraft {
    switch self {
    case .openlineage: try OpenLineageEvent(parsing: bytes).draft(source: source)
    case .record: try NativeRecord.draft(parsing: bytes, source: source)
    }
  }
}

/// Records ready to be appended, and where each came from.
struct ImportBatch: Sendable {
  /// Nil where a server makes the records.
  var batch: RecordBatch?
  /// What the server gets, as it was read.
  var inputs: [[UInt8]] = []
  var places: [(file: String, line: Int)] = []
}

/// Reads and cuts the inputs, on a thread of its own; `ImportParsing` maps them on all processors
/// and hands batches over.
struct ImportReader: Sendable {
  let format: ImportFormat
  let source: String
  /// Which names become pseudonyms, and the key of these.
  let names: (rules: NameRules, key: HMACSHA256Key)?
  let report: ImportReport
  let channel: BoundedChannel<ImportBatch>
  /// Nil where a server makes the records.
  let emptyBatch: RecordBatch?

  /// The longest `.json` file that is held as a whole; longer ones are cut while they are read.
  private static let wholeByteCountMax = 8 << 20
  /// The longest line or element: a body of the largest size in base64, with its record.
  static let lineByteCountMax = 24 << 20
  /// How long what arrives without a pause is gathered.
  private static let gatheringTimeMax = Duration.milliseconds(20)
  private static let batchRecordCount = 4_096
  private static let batchByteCount = 1 << 20

  /// Reads all files, in order; ends early if the channel was finished.
  func run(_ files: [String]) {
    var gathered = Gathered(parsing: ImportParsing(self))
    for file in files {
      do {
        try read(file, into: &gathered)
      } catch is Stopped {
        return
      } catch {
        // Behind what the rejections before it say.
        try? hand(&gathered)
        gathered.parsing.finish()
        if let failure = error as? CommandFailure {
          report.unreadable(failure.message ?? "\(file) cannot be read")
        } else {
          report.unreadable("\(file): \(SystemFailure.reason(of: error))")
        }
      }
    }
    // The channel takes nothing more only where the command has ended already.
    try? hand(&gathered)
    gathered.parsing.finish()
    channel.finish()
  }

  /// What was cut and not handed on yet.
  private struct Gathered {
    let parsing: ImportParsing
    var portion = ImportPieces()
  }

  private struct Stopped: Error {}

  private func read(_ file: String, into gathered: inout Gathered) throws {
    let input = try ImportInput(file)
    var chunk = try input.first()
    var sniffer = InputShapeSniffer()
    var shape = InputShape.named(file) ?? sniffer.shape(of: chunk, isAtEnd: false)
    while shape == nil {
      let more = try input.next()
      chunk.append(contentsOf: more)
      shape = sniffer.shape(of: chunk, isAtEnd: more.isEmpty)
      // Without a line's end in sight it is a line that is too long, whatever it holds.
      if chunk.count > Self.lineByteCountMax { shape = shape ?? .lines }
    }
    if shape == .lines {
      var lines = LineSplitter(lineByteCountMax: Self.lineByteCountMax)
      var start = ContinuousClock.now
      while !chunk.isEmpty {
        try lines.take(chunk) { try add($0, file, &gathered) }
        if lines.isStopped { break }
        let arriving = input.arriving
        // What waits on a stream for more to come must not wait for its receipt.
        if input.isStream, arriving == nil || start.duration(to: .now) > Self.gatheringTimeMax {
          try hand(&gathered)
          start = .now
        }
        if let arriving {
          chunk = arriving
        } else {
          chunk = try input.next()
          start = .now
        }
      }
      try lines.finish { try add($0, file, &gathered) }
    } else {
      while chunk.count <= Self.wholeByteCountMax, InputShape.canBeJSON(chunk) {
        let more = try input.next()
        if more.isEmpty { return try addPieces(of: chunk, file, &gathered) }
        chunk.append(contentsOf: more)
      }
      if !InputShape.canBeJSON(chunk) { return try addPieces(of: chunk, file, &gathered) }
      try addElements(from: input, startingWith: chunk, file, &gathered)
    }
  }

  /// The elements of a file that is not held as a whole.
  private func addElements(
    from input: ImportInput, startingWith start: [UInt8], _ file: String,
    _ gathered: inout Gathered
  ) throws {
    var cutter = JSONElementCutter(byteCountMax: Self.lineByteCountMax)
    var chunk = start
    while !chunk.isEmpty, !cutter.isStopped {
      try cutter.take(chunk) { try add($0, file, &gathered) }
      chunk = try input.next()
    }
    try cutter.finish { try add($0, file, &gathered) }
  }

  private func add(
    _ piece: JSONElementCutter.Piece, _ file: String, _ gathered: inout Gathered
  ) throws {
    switch piece {
    case .broken(let error):
      let rejection = InputRejection(error, line: 1)
      try put(.rejected(rejection.reason), file, line: rejection.line, &gathered)
    case .element(let bytes?, _, let start):
      try put(.bytes(bytes), file, line: start.line, &gathered)
    case .element(nil, let byteCount, let start):
      try put(
        .rejected("the value has \(byteCount) bytes; the limit is \(Self.lineByteCountMax)"),
        file, line: start.line, &gathered)
    }
  }

  private func addPieces(
    of bytes: [UInt8], _ file: String, _ gathered: inout Gathered
  ) throws {
    var splitter = JSONSplitter(bytes.rawSpan)
    while let piece = splitter.next() {
      switch piece {
      case .broken(let error):
        let rejection = InputRejection(error, line: 1)
        try put(.rejected(rejection.reason), file, line: rejection.line, &gathered)
      case .value(let range, let start):
        try put(.bytes(Array(bytes[range])), file, line: start.line, &gathered)
      }
    }
  }

  private func add(_ line: InputLine, _ file: String, _ gathered: inout Gathered) throws {
    guard let bytes = line.bytes else {
      let reason =
        line.isGarbage
        ? "\(LineSplitter.zeroByteCountMax) zero bytes on a line that is too long; the rest of "
          + "the file is not read"
        : "the line has \(line.byteCount) bytes; the limit is \(Self.lineByteCountMax)"
      return try put(.rejected(reason), file, line: line.number, &gathered)
    }
    try put(.bytes(bytes), file, line: line.number, &gathered)
  }

  private func put(
    _ content: ImportPieces.Content, _ file: String, line: Int, _ gathered: inout Gathered
  ) throws {
    gathered.portion.add(content, file, line: line)
    if gathered.portion.pieces.count >= Self.batchRecordCount
      || gathered.portion.byteCount >= Self.batchByteCount
    {
      try hand(&gathered)
    }
  }

  private func hand(_ gathered: inout Gathered) throws {
    guard !gathered.portion.isEmpty else { return }
    let portion = gathered.portion
    gathered.portion = ImportPieces()
    guard gathered.parsing.submit(portion) else { throw Stopped() }
  }
}
