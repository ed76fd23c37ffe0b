internal import LedgerCryptography
internal import MerkleLog

/// Reads the lines of a closure proof one block after the other.
struct ClosureProofParser {
  /// A history before the runs are known: they stand in the header, which the note closes.
  struct Stated {
    var key: EntityKey
    var line: Int
    var answers: [[UInt8]] = []
  }

  /// The line that ended the question, which is the next block's first.
  private var pending: (content: ArraySlice<UInt8>, line: Int)?

  mutating func question(
    _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> ClosureProofFile.Question {
    let root = try IndexProofParts.entity(&lines)
    let origin = try origin(&lines)
    let size = try number("size", &lines)
    let time = try time(&lines)
    let silence = Int64(try number("silence", &lines))
    var erasure: UInt64?
    let line = try next("header", &lines)
    if let text = IndexProofParts.value("erasure", line.content) {
      erasure = try decimal(text, "erasure", line.line)
    } else {
      pending = line
    }
    return ClosureProofFile.Question(
      root: root, origin: origin, size: size, time: time, silence: silence, erasure: erasure)
  }

  private mutating func origin(
    _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> ClosureProofFile.Question.Origin {
    var versions: [String] = []
    while true {
      let line = try next("origin", &lines)
      if let text = IndexProofParts.value("version", line.content) {
        guard let bytes = Base64.decode(text), bytes.count <= FormatLimits.nameByteCountMax,
          let version = String(validating: bytes, as: UTF8.self)
        else { throw .malformedLine(field: "version", line: line.line) }
        versions.append(version)
        continue
      }
      if !versions.isEmpty {
        pending = line
        return .versions(versions)
      }
      guard let text = IndexProofParts.value("origin", line.content) else {
        throw .malformedLine(field: "origin", line: line.line)
      }
      return .record(try decimal(text, "origin", line.line))
    }
  }

  private mutating func time(
    _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> Timestamp {
    let line = try next("time", &lines)
    guard let bytes = IndexProofParts.value("time", line.content),
      let text = String(validating: bytes, as: UTF8.self),
      let time = Timestamp.parse(text)?.timestamp,
      time.description.utf8.elementsEqual(text.utf8)
    else { throw .malformedLine(field: "time", line: line.line) }
    return time
  }

  mutating func header(_ lines: inout LineCursor) throws(IndexProofFileError) -> [UInt8] {
    let line = try next("header", &lines)
    guard let text = IndexProofParts.value("header", line.content),
      let bytes = Base64.decode(text)
    else { throw .malformedLine(field: "header", line: line.line) }
    return bytes
  }

  /// Keys and answers up to the empty line.
  mutating func histories(_ lines: inout LineCursor) throws(IndexProofFileError) -> [Stated] {
    var found: [Stated] = []
    while let line = try nextInBlock(&lines) {
      if let text = IndexProofParts.value("asked", line.content) {
        guard let bytes = Base64.decode(text) else {
          throw .malformedLine(field: "asked", line: line.line)
        }
        do throws(FormatError) {
          found.append(Stated(key: try EntityKey(parsing: bytes), line: line.line))
        } catch {
          throw .entity(error)
        }
        continue
      }
      guard !found.isEmpty, let text = IndexProofParts.value("run", line.content),
        let bytes = Base64.decode(text)
      else { throw .malformedLine(field: found.isEmpty ? "asked" : "run", line: line.line) }
      found[found.count - 1].answers.append(bytes)
    }
    return found
  }

  /// The answers, now that the runs are known.
  func decode(
    _ stated: [Stated], _ evidence: IndexEvidence, line: Int
  ) throws(IndexProofFileError) -> [ClosureProofFile.History] {
    let numbers = evidence.runNumbers(since: 0)
    var histories: [ClosureProofFile.History] = []
    histories.reserveCapacity(stated.count)
    for history in stated {
      guard history.answers.count == numbers.count else {
        throw .wrongAnswerCount(expected: numbers.count, found: history.answers.count)
      }
      var answers: [RunAnswer] = []
      for (place, number) in numbers.enumerated() {
        answers.append(
          try IndexProofParts.answer(
            history.answers[place], run: evidence.runs[number], line: history.line + 1 + place))
      }
      histories.append(ClosureProofFile.History(key: history.key, answers: answers))
    }
    return histories
  }

  mutating func records(_ lines: inout LineCursor) throws(IndexProofFileError) -> [[UInt8]] {
    var records: [[UInt8]] = []
    while let line = try nextInBlock(&lines) {
      guard let text = IndexProofParts.value("record", line.content),
        let bytes = Base64.decode(text)
      else { throw .malformedLine(field: "record", line: line.line) }
      records.append(bytes)
    }
    return records
  }

  mutating func gaps(
    _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> [ClosureProofFile.Gap] {
    var gaps: [ClosureProofFile.Gap] = []
    while let line = try nextInBlock(&lines) {
      guard let text = IndexProofParts.value("gap", line.content),
        let space = text.firstIndex(of: UInt8(ascii: " "))
      else { throw .malformedLine(field: "gap", line: line.line) }
      gaps.append(
        ClosureProofFile.Gap(
          before: try decimal(text[..<space], "gap", line.line),
          after: try decimal(text[(space + 1)...], "gap", line.line)))
    }
    return gaps
  }

  /// As many hashes as there are; the file's own limit bounds them.
  mutating func hashes(_ lines: inout LineCursor) throws(IndexProofFileError) -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    while let line = try nextInBlock(&lines) {
      guard let hash = Base64.digest(line.content) else {
        throw .part(.malformedHash(line: line.line))
      }
      hashes.append(hash)
    }
    return hashes
  }

  private mutating func number(
    _ field: String, _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> UInt64 {
    let line = try next(field, &lines)
    guard let text = IndexProofParts.value(field, line.content) else {
      throw .malformedLine(field: field, line: line.line)
    }
    return try decimal(text, field, line.line)
  }

  private func decimal(
    _ text: ArraySlice<UInt8>, _ field: String, _ line: Int
  ) throws(IndexProofFileError) -> UInt64 {
    guard let value = CanonicalDecimal.parse(text), value <= FormatLimits.integerMax else {
      throw .malformedLine(field: field, line: line)
    }
    return value
  }

  /// The next line; `field` names what is missing at the end.
  private mutating func next(
    _ field: String, _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> (content: ArraySlice<UInt8>, line: Int) {
    if let line = pending {
      pending = nil
      return line
    }
    let number = lines.line
    guard let content = lines.next() else { throw .malformedLine(field: field, line: number) }
    return (content, number)
  }

  /// The next line of a block that an empty line ends; nil at its end.
  private mutating func nextInBlock(
    _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> (content: ArraySlice<UInt8>, line: Int)? {
    let number = lines.line
    guard let content = lines.next() else { throw .part(.missingEmptyLine(line: number)) }
    return content.isEmpty ? nil : (content, number)
  }
}
