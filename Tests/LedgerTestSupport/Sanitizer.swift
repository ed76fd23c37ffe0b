import Foundation

/// The sanitizer that the tests run under, if any (`Tests/Sanitizers/run`). It maps terabytes,
/// starts under no limit of memory or file size, and has an allocator of its own.
public enum Sanitizer {
  public static var isPresent: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["ASAN_OPTIONS"] != nil || environment["TSAN_OPTIONS"] != nil
  }
}
