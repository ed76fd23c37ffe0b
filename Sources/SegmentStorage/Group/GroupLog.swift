public import LedgerFormat
internal import Synchronization

/// The durable end of a ledger: appends groups to `active`, each with one write and one sync, and
/// now and then makes room for small ones (`GroupReserve`).
///
/// Owned by the one writer. It may be called from any thread, one call at a time: a second caller
/// waits. After a failed operation it is poisoned: what reached the medium is unknown, so every
/// later call throws `poisoned`, and only opening the ledger anew goes on.
public final class GroupLog: Sendable {
  struct State: ~Copyable {
    /// `active`, open for writing; nil once closed.
    var file: StorageFile?
    /// Behind the last group whose sync returned.
    var position: LogPosition
    /// Of `active`.
    var fileHeader: ActiveFileHeader
    /// The first failure.
    var poison: StorageEngineError?
    /// `active.sealing` is there.
    var isSealing: Bool
    /// Room in `active` for the next small groups.
    var reserve = GroupReserve()
    /// Of `commit`; reused.
    var encoded = EncodedGroup()
  }

  public let location: StorageLocation
  private let state: Mutex<State>

  /// Takes over `active`, open for writing, whose groups end durably at `position`.
  init(
    _ location: StorageLocation, file: consuming StorageFile, fileHeader: ActiveFileHeader,
    position: LogPosition, isSealing: Bool
  ) {
    self.location = location
    state = Mutex(
      State(
        file: file, position: position, fileHeader: fileHeader, poison: nil,
        isSealing: isSealing))
  }

  /// Behind the last durable group.
  public var position: LogPosition { state.withLock { $0.position } }

  /// An encoder for the groups after the last durable one.
  public func makeEncoder() -> FrameEncoder { FrameEncoder(at: position) }

  /// Whether a sealing has begun and is not yet retired.
  public var isSealing: Bool { state.withLock { $0.isSealing } }

  /// Whether the active file has reached `target` bytes and holds a group at all.
  public func isSealDue(target: Int = FormatLimits.segmentByteCountTarget) -> Bool {
    position.isSealDue(target: target)
  }

  /// Makes `encoded` durable: one pwrite(2), one fdatasync(2); now and then another pwrite(2) for
  /// the reserve.
  ///
  /// - Precondition: it was encoded for exactly the position after the last durable group.
  /// - Throws: what failed, and `poisoned` from then on. Whether the group is on the medium is not
  ///   known in that case.
  public func write(_ encoded: EncodedGroup) throws(StorageEngineError) {
    try performing { state throws(StorageEngineError) in
      try state.write(encoded)
    }
  }

  /// Encodes `group` behind the last durable group and makes it durable.
  ///
  /// - Returns: the frame's header.
  @discardableResult
  public func commit(_ group: RawGroup) throws(StorageEngineError) -> GroupFrameHeader {
    try performing { state throws(StorageEngineError) in
      var encoder = FrameEncoder(at: state.position)
      var encoded = EncodedGroup()
      swap(&encoded, &state.encoded)
      encoder.encode(group, into: &encoded)
      try state.write(encoded)
      let header = encoded.header
      swap(&encoded, &state.encoded)
      guard let header else { preconditionFailure("an encoded group has a header") }
      return header
    }
  }

  /// Runs one operation on the state; its failure poisons the log.
  func performing<Value>(
    _ body: (inout State) throws(StorageEngineError) -> Value
  ) throws(StorageEngineError) -> Value {
    let result: Result<Value, StorageEngineError> = state.withLock { state in
      precondition(state.file != nil, "the log is closed")
      if let first = state.poison {
        return .failure(
          StorageEngineError(
            .poisoned, path: location.activePath, detail: first.description, cause: first))
      }
      do throws(StorageEngineError) {
        return .success(try body(&state))
      } catch {
        state.poison = error
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Closes without a marker, as after a failure: the next opening is an unclean one.
  public func abandon() {
    state.withLock { state in
      state.file.take()?.abandon()
    }
  }

  /// Ends the writing: everything is durable already, so this only leaves the marker that lets
  /// the next opening skip the checks of recovery.
  ///
  /// No marker is left by a poisoned log or while a sealing is under way. The caller releases the
  /// lock afterwards.
  ///
  /// - Throws: a failure to close or to write the marker; the log is closed nevertheless.
  public func close(marking lock: borrowing ExclusiveLock) throws(StorageEngineError) {
    let failure: StorageEngineError? = state.withLock { state in
      guard let file = state.file.take() else { return nil }
      do throws(StorageError) {
        try file.close()
        return state.poison
      } catch {
        return StorageEngineError(error)
      }
    }
    if let failure { throw failure }
    if isSealing { return }
    let marker = CloseMarker(position)
    try onDisk { () throws(StorageError) in try lock.replaceContents(with: marker.encoded()) }
  }
}

extension GroupLog.State {
  mutating func write(_ encoded: EncodedGroup) throws(StorageEngineError) {
    guard let header = encoded.header else { preconditionFailure("nothing was encoded") }
    precondition(position.isContinued(by: header), "encoded for another position")
    do throws(StorageError) {
      try file?.write(encoded.frame.span, at: Int(position.nextOffset))
      try extendReserve(behind: position.nextOffset + UInt64(encoded.frame.count))
      try file?.synchronize()
    } catch {
      throw StorageEngineError(error)
    }
    position.advance(over: header)
  }

  /// Writes zeros behind a group that ends at `end`, if that is worth it; the group's own sync
  /// makes them durable.
  ///
  /// Without room for them there is no reserve, what there is room for stays free, and the group is
  /// none the worse.
  private mutating func extendReserve(behind end: UInt64) throws(StorageError) {
    guard let count = reserve.extent(behind: end, from: position.nextOffset) else { return }
    do throws(StorageError) {
      try file?.write([UInt8](repeating: 0, count: count), at: Int(end))
    } catch {
      guard error.isNoSpace || error.errno == .fileTooLarge else { throw error }
      reserve.giveUp()
      try file?.truncate(to: Int(end))
    }
  }
}
