internal import Foundation

/// Short reasons out of Foundation's errors.
enum SystemFailure {
  /// The system's words (`Permission denied`) where there is an error number, else the whole error.
  static func reason(of error: any Error) -> String {
    let outer = error as NSError
    let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError ?? outer
    if inner.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(inner.code)) {
      return describe(code)
    }
    guard let code = (error as? CocoaError)?.code, let code = systemCode(code) else {
      return shortened(outer.localizedDescription)
    }
    return describe(code)
  }

  /// The error number behind Foundation's code, where it keeps none itself.
  private static func systemCode(_ code: CocoaError.Code) -> POSIXErrorCode? {
    switch code {
    case .fileNoSuchFile, .fileReadNoSuchFile: .ENOENT
    case .fileReadNoPermission, .fileWriteNoPermission: .EACCES
    case .fileWriteFileExists: .EEXIST
    case .fileWriteOutOfSpace: .ENOSPC
    case .fileWriteVolumeReadOnly: .EROFS
    default: nil
    }
  }

  /// Without the words that every such text begins with.
  private static func shortened(_ text: String) -> String {
    let words = "The operation could not be completed. "
    return text.hasPrefix(words) ? String(text.dropFirst(words.count)) : text
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
    default: shortened(POSIXError(code).localizedDescription)
    }
  }
}
