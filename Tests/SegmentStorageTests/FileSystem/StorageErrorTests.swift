import SegmentStorage
import Testing

@Suite("errors of the file system")
struct StorageErrorTests {
  /// The numbers are those of Linux, asm-generic/errno.h.
  @Test func isClassifiedByItsNumber() {
    let classes: [(Int32, KeyPath<StorageError, Bool>)] = [
      (28, \.isNoSpace), (122, \.isNoSpace), (30, \.isReadOnly), (13, \.isPermissionDenied),
      (1, \.isPermissionDenied), (2, \.isNotFound), (17, \.isAlreadyExisting),
      (40, \.isSymbolicLink),
    ]
    let properties = [
      \StorageError.isNoSpace, \.isReadOnly, \.isPermissionDenied, \.isNotFound,
      \.isAlreadyExisting, \.isSymbolicLink, \.isEndOfFile,
    ]
    for (number, expected) in classes {
      let error = StorageError(.open, "/a", Errno(rawValue: number))
      for property in properties {
        #expect(error[keyPath: property] == (property == expected), "errno \(number)")
      }
    }
  }

  @Test func speaksPlainly() {
    #expect(
      StorageError(.open, "/a/b", .permissionDenied).description
        == "cannot open /a/b: Permission denied (errno 13)")
    #expect(
      StorageError(.rename, "/a", to: "/b", .noSpace).description
        == "cannot rename /a to /b: No space left on device (errno 28)")
    let cause = StorageError.Cause.endOfFile(offset: 7, expectedByteCount: 5, foundByteCount: 2)
    let short = StorageError(.read, "/a", cause)
    #expect(short.description == "cannot read /a: 5 bytes expected at offset 7, 2 found")
    #expect(short.errno == nil && short.isEndOfFile)
  }
}
