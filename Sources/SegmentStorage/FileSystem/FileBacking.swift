/// What a file system other than the operating system's puts behind a `StorageFile`.
///
/// Exactly one `StorageFile` owns a backing, and calls `close` once, last. The obligations are
/// those of the `StorageFile` method of the same name; the error number alone is thrown, operation
/// and path are added by the caller.
public protocol FileBacking: AnyObject, Sendable {
  /// Appends to `buffer` until it is full or the file ends; returns the count of bytes appended.
  func read(into buffer: inout OutputSpan<UInt8>, at offset: Int) throws(Errno) -> Int

  /// Writes the four spans one after the other, as one operation.
  func write(
    _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, _ fourth: Span<UInt8>,
    at offset: Int
  ) throws(Errno)

  /// Makes the bytes and the size durable.
  func synchronize() throws(Errno)

  /// The size in bytes.
  func size() throws(Errno) -> Int

  /// Cuts the file to `sizeBytes`, or lengthens it by zeros.
  func truncate(to sizeBytes: Int) throws(Errno)

  /// Gives the file back.
  func close() throws(Errno)
}
