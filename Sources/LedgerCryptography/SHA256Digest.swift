/// A SHA-256 value: 32 bytes, stored inline.
///
/// Two digests compare as their bytes do, first byte first, so that sorting digests and sorting
/// their hexadecimal forms give the same order.
public struct SHA256Digest: Sendable {
  /// The bytes in their order in memory; never interpreted as numbers except to compare.
  @usableFromInline
  var words: InlineArray<4, UInt64>

  @inlinable
  init(words: InlineArray<4, UInt64>) {
    self.words = words
  }

  /// The number of bytes of every digest: 32.
  public static let byteCount = 32

  /// 32 zero bytes. Not the digest of any known input; the link of a chain's first element.
  @inlinable
  public static var zero: SHA256Digest {
    SHA256Digest(words: InlineArray(repeating: 0))
  }

  /// Copies `bytes`, which must be exactly 32.
  @inlinable
  public init(_ bytes: RawSpan) {
    precondition(bytes.byteCount == 32, "a SHA-256 digest has 32 bytes")
    words = [
      DigestWord.load(bytes, at: 0), DigestWord.load(bytes, at: 8),
      DigestWord.load(bytes, at: 16), DigestWord.load(bytes, at: 24),
    ]
  }

  /// Copies `bytes`; nil if they are not exactly 32.
  public init?(copying bytes: some Collection<UInt8>) {
    let array = Array(bytes)
    guard array.count == Self.byteCount else { return nil }
    self.init(array.rawSpan)
  }

  /// Reads 64 lower-case hexadecimal digits; nil for anything else, upper case included.
  public init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(copying: bytes)
  }

  /// The 32 bytes, borrowed from this value.
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { DigestWord.bytes(of: words) }
  }

  /// Calls `body` with the 32 bytes.
  @inlinable
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(DigestWord.bytes(of: words))
  }

  /// Appends the 32 bytes to `buffer`.
  @inlinable
  public func append(to buffer: inout [UInt8]) {
    withBytes { buffer.append(copying: $0) }
  }

  /// The first 16 bytes: the form in which stored blocks name their digest.
  @inlinable
  public var truncated: TruncatedDigest {
    TruncatedDigest(words: [words[0], words[1]])
  }
}

extension SHA256Digest: Hashable, Comparable {
  @inlinable
  public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
    (left.words[0] ^ right.words[0]) | (left.words[1] ^ right.words[1])
      | (left.words[2] ^ right.words[2]) | (left.words[3] ^ right.words[3]) == 0
  }

  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words[0])
    hasher.combine(words[1])
    hasher.combine(words[2])
    hasher.combine(words[3])
  }

  @inlinable
  public static func < (left: SHA256Digest, right: SHA256Digest) -> Bool {
    for position in 0..<4 where left.words[position] != right.words[position] {
      return left.words[position].bigEndian < right.words[position].bigEndian
    }
    return false
  }
}

extension SHA256Digest: CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public var description: String {
    Hexadecimal.encode(DigestWord.bytes(of: words))
  }
}
