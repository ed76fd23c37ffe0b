internal import Foundation

/// Short reasons out of Foundation's errors.
enum SystemFailure {
  /// The system's words (`Permission denied`) where there is an error number, else the whole error.
  static func reason(of error: any Error) -> String {
    if (error as? CocoaError)?.code == .fileWriteFileExists { return describe(.EEXIST) }
    let outer = error as NSError
    let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError ?? outer
    guard inner.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(inner.code))
    else { return outer.localizedDescription }
    return describe(code)
  }

  private static func describe(_ code: POSIXErrorCode) -> String {
    switch code {
    case .ENOENT: "No such file or directory"
    case .EACCES, .EPERM: "Permission denied"
    case .EISDIR: "Is a directory"
    case .EPIPE: "Broken pipe"
    case .ENOSPC: "No space left on device"
    case .EFBIG: "File too large"
    case .EROFS: "Read-only file system"
    case .EEXIST: "File exists"
    default: POSIXError(code).localizedDescription
    }
  }
}
