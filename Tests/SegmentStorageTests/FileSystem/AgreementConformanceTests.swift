import LedgerTestSupport
import SegmentStorage
import Testing

/// The same random operations on the system's disk and on the simulated one: every result, error
/// number, listing and byte must be the same, or the simulation has drifted.
@Suite("the system's disk and the simulated one agree")
struct AgreementConformanceTests {
  @Test(arguments: 1...40) func onRandomOperations(seed: Int) throws {
    var logs: [[String]] = []
    for kind in FileSystemUnderTest.allCases {
      try kind.use { fileSystem, folder in
        var work = RandomOperations(fileSystem, folder, seed: UInt64(seed))
        for _ in 0..<250 { try work.step() }
        logs.append(try work.finish())
      }
    }
    for (step, (system, simulated)) in zip(logs[0], logs[1]).enumerated() {
      try #require(system == simulated, "seed \(seed), step \(step)")
    }
    #expect(logs[0].count == logs[1].count)
    let failed = logs[0].filter { $0.contains("errno") }.count
    #expect(failed > 20 && failed < 230, "both successes and errors: \(failed)")
  }
}

/// Operations on a few names in three folders, and on files that stay open meanwhile.
private struct RandomOperations: ~Copyable {
  private let fileSystem: any FileSystem
  private let folder: String
  private var random: Lehmer
  private var log: [String] = []
  private var open: StorageFile?
  private var lock: ExclusiveLock?

  init(_ fileSystem: any FileSystem, _ folder: String, seed: UInt64) {
    self.fileSystem = fileSystem
    self.folder = folder
    random = Lehmer(seed: seed &* 7_919)
  }

  /// One of a dozen paths, some of which are below files or missing folders.
  private mutating func path() -> String {
    let name = ["a", "b", "c"][random.next(below: 3)]
    switch random.next(below: 4) {
    case 0: return "d/\(name)"
    case 1: return "d/e/\(name)"
    case 2: return ["d", "d/e", "a/b"][random.next(below: 3)]
    default: return name
    }
  }

  private mutating func note(_ what: String, _ body: () throws(StorageError) -> String) {
    do throws(StorageError) {
      log.append("\(what): \(try body())")
    } catch {
      let number = error.errno.map { "\($0.rawValue)" } ?? "none"
      log.append("\(what): \(error.operation) errno \(number), end \(error.isEndOfFile)")
    }
  }

  mutating func step() throws {
    let path = path()
    let full = "\(folder)/\(path)"
    let fileSystem = fileSystem
    switch random.next(below: 13) {
    case 0, 1:
      let byte = UInt8(random.next(below: 200))
      let offset = random.next(below: 6_000)
      note("create \(path)") { () throws(StorageError) in
        try fileSystem.withFile(full, .createNew(permissions: .file)) {
          file throws(StorageError) in
          try file.write([byte, byte], at: offset)
        }
        return "done"
      }
    case 2:
      note("make \(path)") { () throws(StorageError) in
        try fileSystem.makeDirectory(full, permissions: .directory)
        return "done"
      }
    case 3, 4:
      let other = self.path()
      let target = "\(folder)/\(other)"
      note("rename \(path) to \(other)") { () throws(StorageError) in
        try fileSystem.rename(from: full, to: target)
        return "done"
      }
    case 5:
      note("remove \(path)") { () throws(StorageError) in
        try fileSystem.remove(full)
        return "done"
      }
    case 6:
      note("list \(path)") { () throws(StorageError) in
        try fileSystem.list(full).map { "\($0.name) \($0.kind)" }.joined(separator: ", ")
      }
    case 7:
      note("look at \(path)") { () throws(StorageError) in
        guard let found = try fileSystem.information(full) else { return "nothing" }
        return "\(found.kind) \(found.kind == .file ? found.sizeBytes : 0)"
      }
    case 8:
      let count = random.next(below: 9_000)
      let offset = random.next(below: 9_000)
      note("read \(path) \(offset) \(count)") { () throws(StorageError) in
        try fileSystem.withFile(full, .readOnly) { file throws(StorageError) in
          "\(try file.readOnce(capacity: count, at: offset)), \(try file.size())"
        }
      }
    case 9: reopen(full, path)
    case 10: changeOpen()
    case 11: takeLock(full, path)
    default:
      note("synchronize \(path)") { () throws(StorageError) in
        try fileSystem.synchronizeDirectory(full)
        return "done"
      }
    }
  }

  /// Keeps another file open from now on.
  private mutating func reopen(_ full: String, _ path: String) {
    if let file = open.take() { file.abandon() }
    do throws(StorageError) {
      open = try fileSystem.open(full, .readWrite)
      log.append("open \(path): done")
    } catch {
      log.append("open \(path): errno \(error.errno.map { "\($0.rawValue)" } ?? "none")")
    }
  }

  /// Writes to, cuts or lengthens the open file, whatever has become of its name.
  private mutating func changeOpen() {
    guard let file = open.take() else { return }
    let size = random.next(below: 12_000)
    let isWrite = random.next(below: 2) == 0
    let error =
      isWrite ? file.writingFailure([1, 2, 3], at: size) : file.truncationFailure(to: size)
    let synchronizing = file.synchronizationFailure()
    let bytes = try? file.allBytes(limitBytes: 1 << 20)
    log.append("change \(size) \(isWrite): \(error == nil) \(synchronizing == nil) \(bytes ?? [])")
    open = consume file
  }

  /// Takes the lock there, if it is free; the one held before is given back first, or not.
  private mutating func takeLock(_ full: String, _ path: String) {
    if random.next(below: 2) == 0, let held = lock.take() { held.abandon() }
    do throws(StorageError) {
      switch try fileSystem.lockExclusively(full) {
      case .acquired(let held):
        log.append("lock \(path): acquired")
        if let old = lock.take() { old.abandon() }
        lock = consume held
      case .heldByAnother(let contents):
        log.append("lock \(path): held \(contents.count)")
      }
    } catch {
      log.append("lock \(path): errno \(error.errno.map { "\($0.rawValue)" } ?? "none")")
    }
  }

  /// Closes what is open, and adds everything below the folder to the log.
  consuming func finish() throws -> [String] {
    if let file = open.take() { file.abandon() }
    if let held = lock.take() { held.abandon() }
    var waiting = [""]
    while let place = waiting.popLast() {
      for entry in try fileSystem.list(folder + place) {
        let path = "\(place)/\(entry.name)"
        log.append("\(path) \(entry.kind)")
        if entry.kind == .directory { waiting.append(path) }
        if entry.kind == .file { log.append("\(try fileSystem.read(folder + path))") }
      }
    }
    return log
  }
}
