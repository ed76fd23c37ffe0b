internal import LedgerCryptography
internal import LedgerFormat
internal import SegmentStorage
internal import Synchronization

/// What the readers of a process remember of the index: runs that are open, those in memory that
/// were asked often, and the entities of the newest records, which no run covers yet.
///
/// All of it follows from files that are only ever replaced by what the log gives, and is bounded.
final class IndexMemory: Sendable {
  /// Of the records behind the last run.
  private struct Recent {
    var builder: RunBuilder?
    /// Where the records began that were asked for last.
    var askedFirst: UInt64?
  }

  /// Bytes of runs in memory: those of about two million records with an entity of their own each.
  private static let loadedByteCountMax = 128 << 20
  private let runs = Mutex<[IndexRunExtent: RememberedRun]>([:])
  private let recent = Mutex(Recent())
  /// The index record that was read last, and its runs.
  private let listed = Mutex<(record: UInt64, runs: [IndexRunExtent: IndexRunCommitment])?>(nil)
  private let budget = LoadingBudget(byteCount: loadedByteCountMax)

  /// The run of `extent`, opened unless it is open.
  func run(_ extent: IndexRunExtent, open: () throws -> RunReader) throws -> RememberedRun {
    if let known = runs.withLock({ $0[extent] }) { return known }
    let run = RememberedRun(try open(), budget)
    return runs.withLock { runs in
      if let known = runs[extent] { return known }
      runs[extent] = run
      return run
    }
  }

  /// Lets go of a run, which is opened again when it is asked for.
  func forget(_ extent: IndexRunExtent) { runs.withLock { $0[extent] = nil } }

  /// What an index record commits to; nothing if it cannot be read.
  func runs(
    listedBy record: UInt64, in log: LogReader
  ) -> [IndexRunExtent: IndexRunCommitment] {
    if let known = listed.withLock({ $0 }), known.record == record { return known.runs }
    guard let header = try? log.header(at: record),
      let content = try? RecordHeader.decode(header.bytes.rawSpan).content
    else { return [:] }
    let found = content.runsByExtent
    listed.withLock { $0 = (record, found) }
    return found
  }

  /// Lets go of runs that are no longer there, and of those that turned out to be damaged.
  func keep(only listed: Set<IndexRunExtent>) {
    runs.withLock { runs in
      runs = runs.filter { listed.contains($0.key) && !$0.value.isDamaged }
    }
  }

  /// The records of `part`, which lies behind the last run, that name the entity.
  ///
  /// - Returns: nil where going through them once is as good: they are more than a run holds, or
  ///   were not asked for before.
  func recentRecords(
    naming key: EntityKey, in part: Range<UInt64>, of log: LogReader
  ) throws -> [UInt64]? {
    let first = part.lowerBound
    guard part.count <= FormatLimits.runRecordCount else { return nil }
    return try recent.withLock { recent in
      guard recent.askedFirst == first else {
        recent = Recent(askedFirst: first)
        return nil
      }
      // Behind a failure it is begun anew.
      var builder = recent.builder.take() ?? RunBuilder(firstRecord: first)
      if builder.nextRecord < part.upperBound {
        try log.forEachHeader(in: builder.nextRecord..<part.upperBound) { _, header, _ in
          try builder.append(header: header)
        }
      }
      defer { recent.builder = builder }
      return builder.records(naming: key).filter(part.contains)
    }
  }
}

/// A run that is open, and all of it in memory once it was asked so often that reading it as a
/// whole would have been as cheap.
final class RememberedRun: Sendable {
  private struct State {
    var askCount: UInt64 = 0
    var loaded: LoadedRun?
    /// Its entries take more than such a file can have, as where several share a list.
    var isTooLarge = false
    var isDamaged = false
  }

  let reader: RunReader
  private let budget: LoadingBudget
  private let state = Mutex(State())

  init(_ reader: RunReader, _ budget: LoadingBudget) {
    self.reader = reader
    self.budget = budget
  }

  deinit {
    if let loaded = state.withLock({ $0.loaded }) { budget.giveBack(loaded.byteCount) }
  }

  /// Something in it did not fit its root.
  var isDamaged: Bool { state.withLock { $0.isDamaged } }

  /// As `RunReader.records`.
  func records(
    keyHash: SHA256Digest, in range: Range<UInt64>, limit: Int
  ) throws -> [UInt64] {
    try noticingDamage {
      if let loaded = try loaded(for: 1) {
        return loaded.records(keyHash: keyHash, in: range, limit: limit)
      }
      return try reader.records(keyHash: keyHash, in: range, limit: limit)
    }
  }

  /// The same for many entities: gives the place in `keyHashes` with each record, those of one
  /// entity ascending. What was given before an error does not count.
  func forEachRecord(
    keyHashes: [SHA256Digest], in range: Range<UInt64>, _ body: (_ place: Int, UInt64) -> Void
  ) throws {
    try noticingDamage {
      if let loaded = try loaded(for: keyHashes.count) {
        loaded.forEachRecord(keyHashes: keyHashes, in: range, body)
        return
      }
      for (place, keyHash) in keyHashes.enumerated() {
        for record in try reader.records(keyHash: keyHash, in: range) { body(place, record) }
      }
    }
  }

  private func noticingDamage<Answer>(_ body: () throws -> Answer) throws -> Answer {
    do {
      return try body()
    } catch {
      state.withLock { $0.isDamaged = true }
      throw error
    }
  }

  /// A question reads and hashes two blocks or three, some kibibytes together, so that as many
  /// questions as the file has pieces of 4 KiB cost what reading all of it does.
  ///
  /// Several runs may be loaded at once, so each takes what it can need from the budget before.
  private func loaded(for questionCount: Int) throws -> LoadedRun? {
    try state.withLock { state in
      if let loaded = state.loaded { return loaded }
      state.askCount += UInt64(questionCount)
      let most = LoadedRun.byteCountMax(of: reader)
      guard !state.isTooLarge, !state.isDamaged,
        state.askCount > reader.fileByteCount / 4_096, budget.take(most)
      else { return nil }
      var used = 0
      defer { budget.giveBack(most - used) }
      guard let loaded = try LoadedRun(reader, byteCountMax: most) else {
        state.isTooLarge = true
        return nil
      }
      used = loaded.byteCount
      state.loaded = loaded
      return loaded
    }
  }
}

/// Bytes that several runs share.
final class LoadingBudget: Sendable {
  private let left: Mutex<Int>

  init(byteCount: Int) { left = Mutex(byteCount) }

  /// False if there are not as many.
  func take(_ count: Int) -> Bool {
    left.withLock { left in
      guard count <= left else { return false }
      left -= count
      return true
    }
  }

  func giveBack(_ count: Int) { left.withLock { $0 += count } }
}
