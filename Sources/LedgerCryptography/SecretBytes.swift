/// Bytes that are overwritten when their last owner lets go of them.
///
/// Copies made through `bytes` are the business of who makes them.
@safe public final class SecretBytes: Sendable {
  // Own memory, written in `init` and `deinit` only: an array could be shared without notice.
  nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

  /// Copies `bytes`.
  public init(copying bytes: RawSpan) {
    unsafe storage = .allocate(byteCount: bytes.byteCount, alignment: 16)
    unsafe bytes.withUnsafeBytes { unsafe storage.copyMemory(from: $0) }
  }

  /// Moves `bytes` here and overwrites them there.
  public convenience init(clearing bytes: inout [UInt8]) {
    self.init(copying: bytes.rawSpan)
    OpenSSL.cleanse(&bytes)
  }

  /// `count` bytes from the system's generator.
  public static func random(count: Int) throws(CryptographyError) -> SecretBytes {
    var bytes = try SecureRandom.bytes(count: count)
    return SecretBytes(clearing: &bytes)
  }

  deinit {
    unsafe OpenSSL.cleanse(storage)
    unsafe storage.deallocate()
  }

  /// How many there are.
  public var count: Int { unsafe storage.count }

  /// The bytes, borrowed.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(storage))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
