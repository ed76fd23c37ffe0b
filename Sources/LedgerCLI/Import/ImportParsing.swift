internal import Dispatch
internal import Foundation
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance
internal import Synchronization

/// Inputs in the order of the files, before they are parsed.
struct ImportPieces: Sendable {
  enum Content: Sendable {
    case bytes([UInt8])
    /// It cannot be one: the reason.
    case rejected(String)
  }

  var pieces: [(content: Content, file: String, line: Int)] = []
  private(set) var byteCount = 0

  var isEmpty: Bool { pieces.isEmpty }

  mutating func add(_ content: Content, _ file: String, line: Int) {
    pieces.append((content, file, line))
    if case .bytes(let bytes) = content { byteCount += bytes.count }
  }
}

/// Parses and maps portions of the inputs on all processors, and hands the batches over in order.
final class ImportParsing: Sendable {
  private let reader: ImportReader
  private let parsing = DispatchQueue(label: "ledgerstone.import.parse", attributes: .concurrent)
  private let delivering = DispatchQueue(label: "ledgerstone.import.deliver")
  /// Portions that are parsed or wait to be handed over: what reading ahead costs.
  private let room: DispatchSemaphore
  private let isStopped = Mutex(false)

  init(_ reader: ImportReader) {
    self.reader = reader
    room = DispatchSemaphore(value: 2 * ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Takes a portion; waits while too many are under way.
  ///
  /// - Returns: false once nobody takes batches any more.
  func submit(_ portion: ImportPieces) -> Bool {
    room.wait()
    guard !isStopped.withLock({ $0 }) else {
      room.signal()
      return false
    }
    let slot = Slot()
    parsing.async { [reader] in slot.fill(reader.parse(portion)) }
    delivering.async { [self] in
      let parsed = slot.take()
      defer { room.signal() }
      guard !isStopped.withLock({ $0 }) else { return }
      if !reader.deliver(parsed) { isStopped.withLock { $0 = true } }
    }
    return true
  }

  /// Waits until everything was handed over.
  func finish() { delivering.sync {} }

  private final class Slot: Sendable {
    private let value = Mutex<ParsedPortion?>(nil)
    private let isFilled = DispatchSemaphore(value: 0)

    func fill(_ portion: ParsedPortion) {
      value.withLock { $0 = portion }
      isFilled.signal()
    }

    func take() -> ParsedPortion {
      isFilled.wait()
      guard let portion = value.withLock({ $0.take() }) else {
        preconditionFailure("a slot is filled before it is taken")
      }
      return portion
    }
  }
}

/// What came of a portion.
struct ParsedPortion: Sendable {
  enum Remark: Sendable {
    case rejected(file: String, line: Int, reason: String)
    case nameLikeMail(String)
  }

  var batch: ImportBatch
  /// In the order of the inputs.
  var remarks: [Remark] = []
}

extension ImportReader {
  /// Parses and maps each piece; a pure function of it and the arguments of the command.
  func parse(_ portion: ImportPieces) -> ParsedPortion {
    var parsed = ParsedPortion(batch: ImportBatch(batch: emptyBatch))
    for (content, file, line) in portion.pieces {
      switch content {
      case .rejected(let reason):
        parsed.remarks.append(.rejected(file: file, line: line, reason: reason))
      case .bytes(let bytes):
        add(bytes, file, line: line, to: &parsed)
      }
    }
    return parsed
  }

  private func add(
    _ bytes: [UInt8], _ file: String, line: Int, to parsed: inout ParsedPortion
  ) {
    do {
      var draft = try format.draft(bytes, source: source)
      if let names { names.rules.apply(to: &draft.content, key: names.key) }
      for entity in draft.content.entities
      where NamePrivacy.looksLikeElectronicMail(entity.name) {
        parsed.remarks.append(.nameLikeMail(entity.name))
      }
      if emptyBatch == nil {
        parsed.batch.inputs.append(bytes)
      } else {
        try parsed.batch.batch?.append(draft)
      }
      parsed.batch.places.append((file, line))
    } catch {
      let rejection = InputRejection(error, line: line)
      parsed.remarks.append(
        .rejected(file: file, line: rejection.line, reason: rejection.reason))
    }
  }

  /// Says what was rejected and hands the batch over; false once nobody takes batches any more.
  func deliver(_ parsed: ParsedPortion) -> Bool {
    for remark in parsed.remarks {
      switch remark {
      case .rejected(let file, let line, let reason): report.reject(file, line: line, reason)
      case .nameLikeMail(let name): report.warnOfName(name)
      }
    }
    return parsed.batch.places.isEmpty || channel.send(parsed.batch)
  }
}
