/// The first 16 bytes of a SHA-256 value: the digest that guards stored bytes against damage.
///
/// It detects every accident and, being a cryptographic hash, costs an attacker 2^64 work for a
/// collision. What a signature covers is always the full `SHA256Digest`, never this.
public struct TruncatedDigest: Sendable {
  /// The bytes in their order in memory.
  @usableFromInline
  var words: InlineArray<2, UInt64>

  @inlinable
  init(words: InlineArray<2, UInt64>) {
    self.words = words
  }

  /// The number of bytes of every truncated digest: 16.
  public static let byteCount = 16

  /// 16 zero bytes.
  @inlinable
  public static var zero: TruncatedDigest {
    TruncatedDigest(words: InlineArray(repeating: 0))
  }

  /// Copies `bytes`, which must be exactly 16.
  @inlinable
  public init(_ bytes: RawSpan) {
    precondition(bytes.byteCount == 16, "a truncated digest has 16 bytes")
    words = [DigestWord.load(bytes, at: 0), DigestWord.load(bytes, at: 8)]
  }

  /// Copies `bytes`; nil if they are not exactly 16.
  public init?(copying bytes: some Collection<UInt8>) {
    let array = Array(bytes)
    guard array.count == Self.byteCount else { return nil }
    self.init(array.rawSpan)
  }

  /// Reads 32 lower-case hexadecimal digits; nil for anything else, upper case included.
  public init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(copying: bytes)
  }

  /// The first 16 bytes of the SHA-256 of `bytes`.
  public static func hash(_ bytes: RawSpan) -> TruncatedDigest {
    SHA256Hasher.hash(bytes).truncated
  }

  /// The 16 bytes, borrowed from this value.
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { DigestWord.bytes(of: words) }
  }

  /// Calls `body` with the 16 bytes.
  @inlinable
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(DigestWord.bytes(of: words))
  }

  /// Appends the 16 bytes to `buffer`.
  @inlinable
  public func append(to buffer: inout [UInt8]) {
    withBytes { buffer.append(copying: $0) }
  }
}

extension TruncatedDigest: Hashable, Comparable {
  @inlinable
  public static func == (left: TruncatedDigest, right: TruncatedDigest) -> Bool {
    (left.words[0] ^ right.words[0]) | (left.words[1] ^ right.words[1]) == 0
  }

  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words[0])
    hasher.combine(words[1])
  }

  @inlinable
  public static func < (left: TruncatedDigest, right: TruncatedDigest) -> Bool {
    if left.words[0] != right.words[0] {
      return left.words[0].bigEndian < right.words[0].bigEndian
    }
    return left.words[1].bigEndian < right.words[1].bigEndian
  }
}

extension TruncatedDigest: CustomStringConvertible {
  /// 32 lower-case hexadecimal digits.
  public var description: String {
    Hexadecimal.encode(DigestWord.bytes(of: words))
  }
}
