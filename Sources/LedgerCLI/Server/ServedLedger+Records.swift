internal import Provenance

extension ServedLedger {
  /// What became of one input.
  enum Outcome: Sendable {
    /// The receipt, as the command prints it.
    case recorded(receipt: String, isDuplicate: Bool)
    /// Another record has its id.
    case conflict(String)
    case rejected(String)
  }

  /// What became of inputs, in their order, as far as it is known; the rest failed for `failure`.
  struct Outcomes: Sendable {
    var known: [Outcome] = []
    var failure: CommandFailure?
  }

  /// Appends native records. Those on one line go together in one stream; another goes alone, as
  /// its bytes are kept and its line feeds with them.
  func appendRecords(_ records: [[UInt8]]) async -> Outcomes {
    var outcomes = Outcomes()
    var start = 0
    while start < records.count, outcomes.failure == nil {
      let end = records[start...].firstIndex { $0.contains(0x0A) } ?? records.count
      let answered: Outcomes
      if end == start {
        answered = await appendAlone(records[start])
        start += 1
      } else {
        answered = await appendLines(records[start..<end])
        start = end
      }
      outcomes.known += answered.known
      outcomes.failure = answered.failure
    }
    return outcomes
  }

  private func appendAlone(_ record: [UInt8]) async -> Outcomes {
    let reply: HTTPReply
    do throws(CommandFailure) {
      reply = try await self.reply(to: HTTPCall(path: "/v1/records", body: record))
    } catch {
      return Outcomes(failure: error)
    }
    guard let object = (try? JSONDocument(parsing: reply.body))?.root, object.isObject else {
      return Outcomes(failure: stranger(reply))
    }
    if let error = object["error"] {
      guard [400, 409, 413].contains(reply.status), let outcome = Self.refused(error) else {
        return Outcomes(failure: refusal(object) ?? stranger(reply))
      }
      return Outcomes(known: [outcome])
    }
    guard object["leafHash"] != nil else { return Outcomes(failure: stranger(reply)) }
    return Outcomes(known: [Self.recorded(object)])
  }

  private static func recorded(_ receipt: JSONValue) -> Outcome {
    .recorded(
      receipt: String(decoding: receipt.bytes, as: UTF8.self),
      isDuplicate: receipt["duplicate"]?.boolean == true)
  }

  private func appendLines(_ records: ArraySlice<[UInt8]>) async -> Outcomes {
    var call = HTTPCall(path: "/v1/records", contentType: "application/x-ndjson")
    for record in records { call.body += record + [0x0A] }
    let reply: HTTPReply
    do throws(CommandFailure) {
      reply = try await self.reply(to: call)
    } catch {
      return Outcomes(failure: error)
    }
    var outcomes = Outcomes()
    for line in reply.body.split(separator: 0x0A) {
      guard let object = (try? JSONDocument(parsing: Array(line)))?.root, object.isObject else {
        break
      }
      if object["summary"] != nil, outcomes.known.count == records.count { return outcomes }
      guard let number = object["line"]?.number else {
        outcomes.failure = refusal(object) ?? stranger(reply)
        return outcomes
      }
      guard number == String(outcomes.known.count + 1), let outcome = outcome(object, number) else {
        outcomes.failure = stranger(reply)
        return outcomes
      }
      outcomes.known.append(outcome)
    }
    outcomes.failure =
      reply.status == 200
      ? CommandFailure(
        .failed, "\(address.base): the answer was cut off; what has a receipt is safe")
      : stranger(reply)
    return outcomes
  }

  private func outcome(_ object: JSONValue, _ number: String) -> Outcome? {
    if let error = object["error"] { return Self.refused(error) }
    let text = String(decoding: object.bytes, as: UTF8.self)
    let prefix = "{\"line\":\(number),"
    guard text.hasPrefix(prefix), object["leafHash"] != nil else { return nil }
    return .recorded(
      receipt: "{" + text.dropFirst(prefix.count),
      isDuplicate: object["duplicate"]?.boolean == true)
  }

  /// As the command says it of an input of its own.
  private static func refused(_ error: JSONValue) -> Outcome? {
    guard let code = error["code"]?.string, let message = error["message"]?.string else {
      return nil
    }
    let end = "; nothing was appended"
    let reason = message.hasSuffix(end) ? String(message.dropLast(end.count)) : message
    return code == "conflict" ? .conflict(reason) : .rejected(reason)
  }

  /// Appends OpenLineage events, in requests that the server takes.
  func appendEvents(_ events: [[UInt8]]) async -> Outcomes {
    var outcomes = Outcomes()
    var start = 0
    while start < events.count, outcomes.failure == nil {
      var end = start
      var byteCount = 0
      while end < events.count, end == start || byteCount + events[end].count <= Self.requestBytes {
        byteCount += events[end].count
        end += 1
      }
      let answered = await appendBatch(events[start..<end])
      outcomes.known += answered.known
      outcomes.failure = answered.failure
      start = end
    }
    return outcomes
  }

  /// Below what a server takes by default.
  private static let requestBytes = 8 << 20

  private func appendBatch(_ events: ArraySlice<[UInt8]>) async -> Outcomes {
    var call = HTTPCall(path: "/api/v1/lineage/batch")
    call.body = Array("[".utf8) + events.joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)
    let reply: HTTPReply
    do throws(CommandFailure) {
      reply = try await self.reply(to: call)
    } catch {
      return Outcomes(failure: error)
    }
    guard let object = (try? JSONDocument(parsing: reply.body))?.root, object.isObject else {
      return Outcomes(failure: stranger(reply))
    }
    if object["error"]?["code"]?.string == "bodyOverLimit" {
      guard events.count > 1 else {
        return Outcomes(known: [object["error"].flatMap(Self.refused)].compactMap(\.self))
      }
      let middle = events.startIndex + events.count / 2
      var first = await appendBatch(events[..<middle])
      guard first.failure == nil else { return first }
      let second = await appendBatch(events[middle...])
      first.known += second.known
      first.failure = second.failure
      return first
    }
    guard let receipts = object["receipts"]?.elements,
      let failed = object["failed_events"]?.elements
    else { return Outcomes(failure: refusal(object) ?? stranger(reply)) }
    return merged(receipts, failed, count: events.count) ?? Outcomes(failure: stranger(reply))
  }

  /// Receipts come in the order of the events that got one; failures name their places.
  private func merged(
    _ receipts: [JSONValue], _ failed: [JSONValue], count: Int
  ) -> Outcomes? {
    var reasons: [Int: String] = [:]
    for failure in failed {
      guard let place = failure["index"]?.number.flatMap({ Int($0) }),
        let reason = failure["reason"]?.string
      else { return nil }
      reasons[place] = reason
    }
    guard receipts.count + reasons.count == count else { return nil }
    var outcomes = Outcomes()
    var next = receipts.makeIterator()
    for place in 0..<count {
      if let reason = reasons[place] {
        outcomes.known.append(.rejected(reason))
      } else if let receipt = next.next() {
        outcomes.known.append(Self.recorded(receipt))
      } else {
        return nil
      }
    }
    return outcomes
  }
}
