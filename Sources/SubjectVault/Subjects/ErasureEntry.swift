/// What the vault remembers of one erasure: which bodies, how far it got, and the plan's evidence.
///
/// Never an identifier, nor anything computed from one.
public struct ErasureEntry: Hashable, Sendable, Codable {
  /// How far the erasure got; each step is durable before the next begins.
  public enum State: String, Hashable, Sendable, Codable {
    /// Its subjects are fenced.
    case requested
    /// `slots` are what will be erased.
    case planned
    /// The plan is a record under a checkpoint, and `plans` proves it.
    case committed
    /// The keys are gone; bodies may still be there.
    case destroyed
    /// Done, refused, or there was nothing.
    case finished
  }

  /// One body of one record.
  public struct Slot: Hashable, Sendable, Codable {
    public var record: UInt64
    public var body: UInt64

    public init(record: UInt64, body: UInt64) {
      self.record = record
      self.body = body
    }
  }

  /// One part of the plan: what a `restore` needs so that the erased does not come back.
  public struct PlanEvidence: Hashable, Sendable, Codable {
    public var record: UInt64
    /// The header's exact bytes.
    public var header: [UInt8]
    /// A `c2sp.org/tlog-proof@v1` file.
    public var proof: [UInt8]

    public init(record: UInt64, header: [UInt8], proof: [UInt8]) {
      self.record = record
      self.header = header
      self.proof = proof
    }
  }

  public let request: String
  public var state = State.requested
  /// How many subjects the request named, or would have.
  public var subjectCount: Int
  /// Records before it do not belong to this attempt.
  public var firstRecord: UInt64
  public var requestRecord: UInt64?
  public var slots: [Slot] = []
  public var planRecord: UInt64?
  public var plans: [PlanEvidence] = []
  /// How many subjects had a key that was destroyed; nil before, and in entries of earlier
  /// programs.
  public var destroyedKeyCount: Int?
  /// The outcome's code, such as `ERASED`; set with `state == .finished`.
  public var outcome: String?
  public var outcomeRecord: UInt64?
  /// Records in which the scan still found an identifier.
  public var residualRecords: [UInt64] = []

  public init(request: String, subjectCount: Int, firstRecord: UInt64) {
    self.request = request
    self.subjectCount = subjectCount
    self.firstRecord = firstRecord
  }
}
