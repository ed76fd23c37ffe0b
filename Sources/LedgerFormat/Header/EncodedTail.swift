/// The encoded keys 3 to 22 of one header: all that a producer can encode before the writer has
/// assigned index, time and chain element.
public struct EncodedTail: Hashable, Sendable {
  /// The key–value pairs, without the map's head.
  public var bytes: ByteBuffer
  /// The number of pairs, 2 to 20: what `RecordHeader.encode` takes.
  public var pairCount: Int

  /// The longest tail that fits into a header whatever the writer assigns.
  public static let byteCountMax =
    FormatLimits.headerByteCountMax - RecordHeader.headByteCountMax

  public init(bytes: ByteBuffer, pairCount: Int) {
    self.bytes = bytes
    self.pairCount = pairCount
  }
}

extension RecordContent {
  /// Validates `content` and encodes it as one tail or, if it is too long for that, as the tails
  /// of its parts in order.
  ///
  /// The common case validates once and encodes once.
  ///
  /// - Throws: what `validate` and `split` throw.
  public static func prepare(_ content: RecordContent) throws(FormatError) -> [EncodedTail] {
    try content.checkIsWhole()
    let whole = content.tail()
    if whole.bytes.count <= EncodedTail.byteCountMax { return [whole] }
    return try content.splitParts().map { $0.tail() }
  }

  /// Validates `content` and appends its tail to `buffer`, which allocates nothing of its own: the
  /// common case of `prepare`.
  ///
  /// - Parameter bodies: what is encoded instead of the content's own, so that a producer need not
  ///   copy the content to describe them.
  /// - Returns: how many pairs the tail has; nil if it is too long for one header, and `buffer` is
  ///   then as before.
  /// - Throws: what `validate` throws.
  public static func prepareWhole(
    _ content: RecordContent, bodies: [BodyDescription], into buffer: inout ByteBuffer
  ) throws(FormatError) -> Int? {
    try content.checkIsWhole(bodies: bodies)
    let start = buffer.count
    let pairCount = content.encodeTail(bodies: bodies, into: &buffer)
    if buffer.count - start <= EncodedTail.byteCountMax { return pairCount }
    buffer.removeLast(buffer.count - start)
    return nil
  }

  /// This content if it fits into one header, else its parts in order (`Format.md`,
  /// "Continuations").
  ///
  /// In each part stand first the entities of roles `run` and `job`, then its share of the others.
  /// Positions in the parts count through the entity lists of all parts, one after the other.
  ///
  /// - Throws: what `validate` throws; `inconsistent` if this is a part already; `overLimit` of
  ///   `header` if what every part repeats, or what only the first part can hold, or one element
  ///   does not fit; `overLimit` of `part count`.
  /// - Complexity: one encoding if it fits, two encodings else.
  public func split() throws(FormatError) -> [RecordContent] {
    try checkIsWhole()
    if tail().bytes.count <= EncodedTail.byteCountMax { return [self] }
    return try splitParts()
  }

  private func checkIsWhole(bodies: [BodyDescription]? = nil) throws(FormatError) {
    guard part == nil else { throw .inconsistent(field: "part", offset: 0) }
    try validate(bodies: bodies ?? self.bodies)
  }

  private func splitParts() throws(FormatError) -> [RecordContent] {
    var splitter = try ContinuationSplitter(self)
    return try splitter.split(self)
  }

  private func tail() -> EncodedTail {
    var bytes: ByteBuffer = []
    let pairCount = encodeTail(into: &bytes)
    return EncodedTail(bytes: bytes, pairCount: pairCount)
  }
}
