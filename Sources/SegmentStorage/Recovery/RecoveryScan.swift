public import LedgerFormat

/// Decides where a group log ends, and whether it was torn there or damaged: a state machine over
/// what is found in the file, without the file.
///
/// The driver performs the action returned last and reports the outcome as the next event. The
/// rule (design §5): a group is written only after the one before was synchronised, so a crash can
/// harm only the last group. What follows a bad group therefore tells: a later group behind it
/// means that acknowledged records were damaged; nothing behind it means a tear.
public struct RecoveryScan: Sendable {
  /// What the driver found.
  public enum Event: Sendable {
    /// A frame whose digests match; `linkFault` is what is wrong with the chain of leaf hashes in
    /// it, taking for granted that it is the next frame.
    case group(GroupFrameHeader, at: UInt64, linkFault: FormatError?)
    /// No whole group; `header` is the frame's header if at least that is valid.
    case unreadable(FormatError, at: UInt64, header: GroupFrameHeader?)
    /// The file ends here, or nothing but a reserve follows.
    case end(at: UInt64)
    /// The search came upon a valid frame header.
    case found(GroupFrameHeader, at: UInt64)
    /// The search reached the end of the file, which has so many bytes.
    case nothingFound(fileByteCount: UInt64)
  }

  /// What the driver is to do.
  public enum Action: Hashable, Sendable {
    /// Read the group at this offset: answer with `group`, `unreadable` or `end`.
    case readGroup(at: UInt64)
    /// Look for a valid frame header at every offset from here on: `found` or `nothingFound`.
    case search(from: UInt64)
    case stop
  }

  /// Why a log is damaged.
  public enum Damage: Hashable, Sendable {
    /// A later group lies behind a bad one.
    case laterGroup(number: UInt64, offset: UInt64, firstRecord: UInt64, FormatError)
    /// A whole group that does not continue the one before it.
    case discontinuous(number: UInt64, expected: UInt64)
    /// A whole group whose headers do not continue the chain of leaf hashes.
    case brokenChain(FormatError)
    /// No group, and more bytes than a write that was cut off leaves.
    case surplus(byteCount: UInt64, FormatError)
  }

  public enum Verdict: Hashable, Sendable {
    /// The file ends with a whole group, but for a reserve.
    case clean
    /// Everything from this offset on is a group that was never acknowledged.
    case tornTail(at: UInt64, FormatError)
    /// Acknowledged records are damaged from this offset on.
    case corrupt(Damage, at: UInt64)
  }

  /// Behind the last accepted group.
  public private(set) var position: LogPosition
  private var verdict: Verdict?
  /// The bad group, and how many bytes it and what a write leaves behind it can have.
  private var fault: (error: FormatError, offset: UInt64, byteCountMax: UInt64)?

  /// Begins behind the groups up to `position`.
  public init(from position: LogPosition) { self.position = position }

  /// What to do first.
  public var firstAction: Action { .readGroup(at: position.nextOffset) }

  /// The verdict; nil until the action was `stop`.
  public var finalVerdict: Verdict? { verdict }

  /// Takes note of what was found and says what to do next.
  public mutating func handle(_ event: Event) -> Action {
    switch event {
    case .group(let header, let offset, let linkFault):
      return group(header, at: offset, linkFault)
    case .unreadable(let error, let offset, let header):
      // Bytes inside the extent of a valid header are its own payload and prove nothing; behind it
      // no other group can have been begun.
      guard let header, position.isContinued(by: header) else {
        fault = (error, offset, UInt64(FormatLimits.tornTailByteCountMax))
        return .search(from: offset + 1)
      }
      let extent = UInt64(header.frameByteCount)
      fault = (error, offset, extent + UInt64(FormatLimits.reserveByteCountMax))
      return .search(from: offset + extent)
    case .end:
      verdict = .clean
      return .stop
    case .found(let header, let offset):
      return found(header, at: offset)
    case .nothingFound(let fileByteCount):
      guard let fault else { return .stop }
      let byteCount = fileByteCount - min(fault.offset, fileByteCount)
      verdict =
        byteCount > fault.byteCountMax
        ? .corrupt(.surplus(byteCount: byteCount, fault.error), at: fault.offset)
        : .tornTail(at: fault.offset, fault.error)
      return .stop
    }
  }

  private mutating func group(
    _ header: GroupFrameHeader, at offset: UInt64, _ linkFault: FormatError?
  ) -> Action {
    if position.isContinued(by: header), header.offset == offset {
      if let linkFault {
        verdict = .corrupt(.brokenChain(linkFault), at: offset)
        return .stop
      }
      position.advance(over: header)
      return .readGroup(at: position.nextOffset)
    }
    // A frame of another place or another ledger is what an old disk block may hold. One that
    // claims this very place in this log was put there.
    let isOurs =
      header.ledgerID == position.ledgerID && header.offset == offset
      && header.number >= position.nextGroup
    if isOurs {
      verdict = .corrupt(
        .discontinuous(number: header.number, expected: position.nextGroup), at: offset)
      return .stop
    }
    fault = (
      .inconsistent(field: "group number", offset: 40), offset,
      UInt64(FormatLimits.tornTailByteCountMax)
    )
    return .search(from: offset + 1)
  }

  private mutating func found(_ header: GroupFrameHeader, at offset: UInt64) -> Action {
    guard let fault, header.ledgerID == position.ledgerID, header.offset == offset,
      header.number > position.nextGroup
    else { return .search(from: offset + 1) }
    verdict = .corrupt(
      .laterGroup(
        number: header.number, offset: offset, firstRecord: header.firstRecord, fault.error),
      at: fault.offset)
    return .stop
  }
}

extension RecoveryScan.Verdict {
  /// The error that names what is damaged in the file at `path`, of which the first
  /// `position.nextRecord` records are whole; nil unless it is damage.
  func error(path: String, position: LogPosition) -> StorageEngineError? {
    guard case .corrupt(let damage, let offset) = self else { return nil }
    let next = position.nextRecord
    switch damage {
    case .laterGroup(let number, let later, let firstRecord, let error):
      return StorageEngineError(
        .damaged, path: path, offset: offset, records: next..<max(next + 1, firstRecord),
        detail: "group \(position.nextGroup) is damaged (\(error)), and group \(number), written "
          + "after it, lies at offset \(later)", cause: error)
    case .discontinuous(let number, let expected):
      return .damaged(
        path, offset: offset, records: next..<next + 1,
        "group \(number) lies where group \(expected) should continue the log")
    case .brokenChain(let error):
      return StorageEngineError(
        .damaged, path: path, offset: offset, records: next..<next + 1,
        detail: "the headers of group \(position.nextGroup) do not continue the chain: \(error)",
        cause: error)
    case .surplus(let byteCount, let error):
      return StorageEngineError(
        .damaged, path: path, offset: offset, records: next..<next + 1,
        detail: "\(counted(byteCount, "byte")) behind the last whole group (\(error)) are more "
          + "than a write leaves", cause: error)
    }
  }
}
