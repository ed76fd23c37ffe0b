/// What may not be written, file by file.
enum TextRules {
  /// Files that may hold `unsafe`, each with its reason.
  static let unsafeFiles: [String: String] = [
    "Sources/LedgerCLI/Server/Proxies.swift": "sets a variable of its own environment",
    "Sources/LedgerCryptography/ByteAccess.swift": "bytes of arrays and digests as raw spans",
    "Sources/LedgerCryptography/HMACSHA256.swift": "calls libcrypto",
    "Sources/LedgerCryptography/OpenSSL+AES.swift": "calls libcrypto",
    "Sources/LedgerCryptography/OpenSSL+Ed25519.swift": "calls libcrypto",
    "Sources/LedgerCryptography/OpenSSL.swift": "calls libcrypto",
    "Sources/LedgerCryptography/SHA256Hasher.swift": "calls libcrypto",
    "Sources/LedgerCryptography/SecretBytes.swift": "clears memory on release",
    "Sources/LedgerFormat/Block/LZ4.swift": "calls liblz4",
    "Sources/LedgerFormat/Bytes/ByteOutput.swift": "copies behind its own bounds check",
    "Sources/LedgerFormat/Bytes/ByteReader.swift": "loads behind its own bounds check",
    "Sources/LedgerServer/Transport/GzipInflater.swift": "calls zlib",
    "Sources/LedgerVerifier/DirectoryEvidence.swift": "the verifier's own system calls",
    "Sources/SegmentStorage/FileSystem/OwnedFile.swift": "system calls on a descriptor",
    "Sources/SegmentStorage/FileSystem/POSIXFileSystem.swift": "system calls on paths",
    "Sources/SegmentStorage/Reading/InParallel.swift": "asks for a limit of the process",
  ]

  static let lineCountMax = 400
  static let columnCountMax = 100

  static func unsafeUse(_ file: SourceFile) -> [Violation] {
    guard unsafeFiles[file.path] == nil, file.mentions(["unsafe"]) else { return [] }
    return find(in: file, file.code) { words(of: $0).contains("unsafe") }
      .map { at($0, file, "unsafe outside the allow-list") }
  }

  /// `print` belongs to the command line.
  static func printing(_ file: SourceFile) -> [Violation] {
    let calls = ["print(", "debugPrint(", "dump("]
    guard file.path.hasPrefix("Sources/"), file.target != "LedgerCLI", file.mentions(calls) else {
      return []
    }
    return find(in: file, file.code) { line in
      calls.contains { containsCall($0, line) }
    }.map { at($0, file, "a library does not print") }
  }

  static func forcing(_ file: SourceFile) -> [Violation] {
    guard file.path.hasPrefix("Sources/"), file.mentions(["try!", "as!"]) else { return [] }
    return find(in: file, file.code) { $0.contains("try!") || $0.contains("as!") }
      .map { at($0, file, "forced try or cast") }
  }

  /// Unfinished work. The words are put together so that this file does not name them.
  static func unfinished(_ file: SourceFile) -> [Violation] {
    let marks = ["TO" + "DO", "FIX" + "ME", "not " + "implemented"]
    guard file.mentions(marks) else { return [] }
    return find(in: file, file.lines) { line in marks.contains { line.contains($0) } }
      .map { at($0, file, "unfinished work") }
  }

  /// A path of one machine; written apart for the same reason.
  static func machinePaths(_ file: SourceFile) -> [Violation] {
    let folders = ["work", "root", "home", "opt", "Users"].map { "/" + $0 + "/" }
    guard file.mentions(folders) else { return [] }
    return find(in: file, file.lines) { line in
      folders.contains { folder in
        // Only at the start of a path: `a/root/b` is a name inside one.
        line.ranges(of: folder).contains { range in
          guard range.lowerBound > line.startIndex else { return true }
          let before = line[line.index(before: range.lowerBound)]
          return !(before.isLetter || before.isNumber || "._-/}".contains(before))
        }
      }
    }.map { at($0, file, "a path of one machine") }
  }

  static func fileLength(_ file: SourceFile) -> [Violation] {
    guard file.path.hasPrefix("Sources/") else { return [] }
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    return count > lineCountMax ? [at(count, file, "\(count) lines")] : []
  }

  static func lineLength(_ file: SourceFile) -> [Violation] {
    find(in: file, file.lines) { $0.utf8.count > columnCountMax && $0.count > columnCountMax }
      .map { at($0, file, "over \(columnCountMax) columns") }
  }

  private static func at(_ line: Int, _ file: SourceFile, _ reason: String) -> Violation {
    Violation(path: file.path, line: line, reason: reason)
  }

  private static func find(
    in file: SourceFile, _ lines: [String], where condition: (String) -> Bool
  ) -> [Int] {
    lines.indices.filter { condition(lines[$0]) }.map { $0 + 1 }
  }

  private static func words(of line: String) -> Set<Substring> {
    Set(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
  }

  /// Whether `call` stands in `line` on its own: no method, no declaration, no longer name.
  private static func containsCall(_ call: String, _ line: String) -> Bool {
    line.ranges(of: call).contains { range in
      let before = line[..<range.lowerBound]
      if before.hasSuffix("func ") { return false }
      guard let last = before.last else { return true }
      return !(last.isLetter || last.isNumber || last == "_" || last == ".")
    }
  }
}
