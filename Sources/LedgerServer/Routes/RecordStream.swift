internal import AsyncAlgorithms
internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import NIOCore
internal import Provenance

/// Newline-delimited records in, newline-delimited receipts out, in the same order, while the
/// client is still sending. The last line sums up; a stream without it was cut off, and what has a
/// receipt is safe.
///
///     {"line":1,"index":17,"leafHash":"…","recordedTime":"…"}
///     {"line":2,"error":{"code":"rejected","message":"…"}}
///     {"summary":{"recorded":1,"duplicates":0,"rejected":1}}
struct RecordStream: Sendable {
  let appender: Appender
  let caller: Caller

  /// A line that got no place in a batch, or the one that did.
  private enum Line: Sendable {
    case record(number: Int)
    case rejected(number: Int, reason: String)
  }

  /// Lines that came together, read into a batch.
  private struct Gathering: Sendable {
    var batch: RecordBatch
    var lines: [Line] = []
  }

  /// Lines on their way, in order, and the append that is under way for their records.
  private struct Portion: Sendable {
    var lines: [Line]
    var outcomes: AppendUnderWay
  }

  private struct Tally {
    var recorded = 0
    var duplicates = 0
    var rejected = 0
  }

  private static let batchByteCountMax = 1 << 20
  private static let batchLineCountMax = 4_096
  /// The longest line: a body of the largest size in base64, with its record.
  private static let lineByteCountMax = 24 << 20

  func respond(to request: Request) throws -> Response {
    let coding = try BodyReceiver.coding(of: request)
    let body = request.body
    return Response(
      status: .ok,
      headers: [.contentType: Answer.linesType, .cacheControl: "no-store"],
      body: ResponseBody { writer in
        try await run(body, coding, &writer)
        try await writer.finish(nil)
      })
  }

  private func run(
    _ body: RequestBody, _ coding: BodyReceiver.Coding, _ writer: inout any ResponseBodyWriter
  ) async throws {
    let gatherings = AsyncThrowingChannel<Task<Gathering, any Error>, any Error>()
    let portions = AsyncThrowingChannel<Portion, any Error>()
    // Reads ahead, so that two portions are parsed while others are written and answered: one that
    // waits to be taken, and one that was taken.
    let reading = Task {
      do {
        try await read(body, coding) { lines in
          await gatherings.send(Task { try gather(lines) })
        }
        gatherings.finish()
      } catch {
        gatherings.fail(error)
      }
    }
    let appending = Task {
      do {
        for try await gathering in gatherings {
          let gathered = try await gathering.value
          // Queued here, one after the other, so that records are in the order of their lines.
          let outcomes = try await appender.queueWhenThereIsRoom(gathered.batch)
          await portions.send(Portion(lines: gathered.lines, outcomes: outcomes))
        }
        portions.finish()
      } catch {
        portions.fail(error)
      }
    }
    defer {
      reading.cancel()
      appending.cancel()
    }
    var tally = Tally()
    do {
      for try await portion in portions {
        let outcomes = try await portion.outcomes.value()
        for outcome in outcomes { appender.metrics.count(outcome) }
        try await writer.write(
          ByteBuffer(bytes: Self.text(portion.lines, outcomes, &tally)))
      }
    } catch let error as ServerError {
      return try await writer.write(Self.end(error))
    } catch let error as LedgerError {
      return try await writer.write(Self.end(ServerError(error)))
    } catch let error as GzipInflater.Failure {
      return try await writer.write(Self.end(BodyReceiver.error(of: error)))
    }
    try await writer.write(Self.summary(tally))
  }

  // MARK: - Reading

  /// Cuts the body into lines, and hands on those that came together.
  private func read(
    _ body: RequestBody, _ coding: BodyReceiver.Coding, _ send: ([InputLine]) async -> Void
  ) async throws {
    var splitter = LineSplitter(lineByteCountMax: Self.lineByteCountMax)
    // A stream may be of any length: what it may not do is grow in one piece.
    let inflater = coding == .gzip ? try GzipInflater(limit: .max) : nil
    var lines: [InputLine] = []
    var byteCount = 0
    func take(_ bytes: [UInt8]) async {
      var cut: [InputLine] = []
      splitter.take(bytes) { cut.append($0) }
      for line in cut {
        lines.append(line)
        byteCount += line.bytes?.count ?? 0
        guard byteCount >= Self.batchByteCountMax || lines.count >= Self.batchLineCountMax else {
          continue
        }
        await send(lines)
        (lines, byteCount) = ([], 0)
      }
    }
    for try await buffer in body {
      let received = Array(buffer.readableBytesView)
      if let inflater {
        // In small steps, because a few compressed bytes can be many.
        for start in stride(from: 0, to: received.count, by: Self.packedStepByteCount) {
          let end = min(start + Self.packedStepByteCount, received.count)
          var bytes: [UInt8] = []
          try inflater.take(Array(received[start..<end]), into: &bytes)
          await take(bytes)
        }
      } else {
        await take(received)
      }
      if !lines.isEmpty { await send(lines) }
      (lines, byteCount) = ([], 0)
    }
    try inflater?.finish()
    splitter.finish { lines.append($0) }
    if !lines.isEmpty { await send(lines) }
  }

  private static let packedStepByteCount = 4_096

  /// Reads lines into a batch.
  private func gather(_ lines: [InputLine]) throws -> Gathering {
    var gathering = Gathering(batch: appender.ledger.makeBatch())
    gathering.lines.reserveCapacity(lines.count)
    for line in lines { try add(line, to: &gathering) }
    return gathering
  }

  private func add(_ line: InputLine, to gathering: inout Gathering) throws {
    do {
      guard let bytes = line.bytes else {
        throw ServerError(
          .badRequest, "rejected",
          "the line has \(line.byteCount) bytes; the limit is \(Self.lineByteCountMax)")
      }
      try gathering.batch.append(
        try NativeRecord.draft(parsing: bytes, source: caller.source))
      gathering.lines.append(.record(number: line.number))
    } catch let error as LedgerError where error.code != .invalid {
      throw error
    } catch {
      appender.metrics.countRejected()
      let reason = (error as? ServerError)?.message ?? "\(error)"
      gathering.lines.append(.rejected(number: line.number, reason: reason))
    }
  }

  // MARK: - Answering

  private static func text(
    _ lines: [Line], _ outcomes: [AppendOutcome], _ tally: inout Tally
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = outcomes.makeIterator()
    for line in lines {
      switch line {
      case .rejected(let number, let reason):
        tally.rejected += 1
        bytes += Self.line(number, ServerError(.badRequest, "rejected", reason))
      case .record(let number):
        guard let outcome = next.next() else { continue }
        if let refusal = Appender.refusal(of: outcome) {
          tally.rejected += 1
          bytes += Self.line(number, refusal)
        } else if case .recorded(let receipt) = outcome {
          if receipt.isDuplicate { tally.duplicates += 1 } else { tally.recorded += 1 }
          var writer = JSONWriter()
          writer.object { writer in
            writer.member("line", number)
            receipt.writeMembers(to: &writer)
          }
          bytes += writer.bytes
          bytes.append(0x0A)
        }
      }
    }
    return bytes
  }

  private static func line(_ number: Int, _ error: ServerError) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("line", number)
      write(error, to: &writer)
    }
    return writer.bytes + [0x0A]
  }

  private static func end(_ error: ServerError) -> ByteBuffer {
    var writer = JSONWriter()
    writer.object { write(error, to: &$0) }
    return ByteBuffer(bytes: writer.bytes + [0x0A])
  }

  private static func write(_ error: ServerError, to writer: inout JSONWriter) {
    writer.name("error")
    writer.object { writer in
      writer.member("code", error.code)
      writer.member("message", error.message)
    }
  }

  private static func summary(_ tally: Tally) -> ByteBuffer {
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("summary")
      writer.object { writer in
        writer.member("recorded", tally.recorded)
        writer.member("duplicates", tally.duplicates)
        writer.member("rejected", tally.rejected)
      }
    }
    return ByteBuffer(bytes: writer.bytes + [0x0A])
  }
}
