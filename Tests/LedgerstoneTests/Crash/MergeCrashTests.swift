import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import Ledgerstone

/// Power cuts and failures at every operation of a merge of index runs, and of the removal of the
/// runs that it replaces.
@Suite struct MergeCrashTests {
  private static let runCount = 16
  private static let ledgerID = LedgerID([UInt8](repeating: 5, count: 16))
  private static let folderPath = "/l/index"

  private static func key(_ number: Int) -> EntityKey {
    EntityKey(type: .dataset, namespace: "warehouse", name: "table \(number)")
  }

  /// A folder with sixteen runs of the lowest level, and what they say.
  private struct Start {
    let disk: SimulatedFileSystem
    var expected: [EntityKey: [UInt64]] = [:]
    var commitments: [IndexRunCommitment] = []

    init() throws {
      disk = SimulatedFileSystem()
      disk.addEntry(folderPath, .directory)
      let capacity = FormatLimits.runRecordCount
      let folder = MergeCrashTests.folder(disk)
      var builder = RunBuilder()
      for run in 0..<runCount {
        for number in 0..<capacity {
          var keys: [EntityKey] = []
          if number % 1_009 == run { keys = [key(number / 1_009), key(run), key(1_000 + run)] }
          builder.append(keys: keys)
          for key in Set(keys) { expected[key, default: []].append(builder.nextRecord - 1) }
        }
        let (file, commitment) = builder.run(ledgerID: ledgerID)
        let extent = try #require(commitment.extent)
        try folder.write(
          extent, run: file, names: builder.nameDictionary(ledgerID: ledgerID))
        commitments.append(commitment)
        builder.restart(at: extent.endRecord)
      }
    }

    /// An indexer that stands behind the runs, on a disk of the same contents.
    func indexer(_ disk: SimulatedFileSystem) -> Indexer {
      var catalog = IndexCatalog()
      for commitment in commitments { catalog.insert(commitment) }
      return Indexer(
        folder: MergeCrashTests.folder(disk), catalog: catalog, tails: [], listed: [])
    }
  }

  private static func folder(_ disk: SimulatedFileSystem) -> IndexFolder {
    IndexFolder(
      LedgerLocation(absoluteDirectory: "/l", absoluteVault: "/l.vault"), disk,
      ledgerID: ledgerID)
  }

  /// Merges what is due and lets the replaced runs go, as a writer does.
  private static func work(_ indexer: Indexer) {
    while let merge = indexer.dueMerge() {
      indexer.finish(merge, Result { () throws(LedgerError) in try merge.run { false } })
    }
  }

  /// Nothing is without a run, no run without names, and all of them say what the records say.
  private static func check(
    _ disk: SimulatedFileSystem, _ start: Start, _ place: String
  ) throws {
    let folder = folder(disk)
    let end = UInt64(runCount * FormatLimits.runRecordCount)
    let view = try IndexView(folder, endRecord: end, memory: IndexMemory())
    #expect(view.unusable.isEmpty, "\(place)")
    #expect(view.pieces.allSatisfy { $0.run != nil }, "\(place): \(view.pieces.map(\.records))")
    for (key, records) in start.expected {
      let found = try view.pieces.flatMap { piece in
        try piece.run?.records(keyHash: key.digest, in: piece.records, limit: .max) ?? []
      }
      #expect(found == records, "\(place): \(key)")
    }
    for extent in view.pieces.compactMap(\.extent) { _ = try folder.names(extent) }
  }

  private static func files(_ disk: SimulatedFileSystem) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for path in disk.filePaths(below: folderPath) where !path.hasSuffix(".tmp") {
      files[path] = disk.contents(path)
    }
    return files
  }

  /// Below the published checkpoint an opening reads the ends of files only, so that a merge may
  /// be who finds out. Indexing goes on from what is left.
  @Test(arguments: [".run", ".names"])
  func aDamagedInputIsLetGo(_ suffix: String) throws {
    let start = try Start()
    let disk = start.disk.snapshot()
    let path = "\(Self.folderPath)/0-2\(suffix)"
    let bytes = try #require(disk.contents(path))
    disk.flipBit(path, byte: bytes.count / 2, bit: 3)
    let indexer = start.indexer(disk)
    Self.work(indexer)
    #expect(indexer.failure == nil)
    #expect(indexer.nextRecord == 0)
    #expect(!Self.files(disk).keys.contains { $0.hasSuffix(".run") })
  }

  @Test func atEveryOperation() throws {
    let start = try Start()
    let whole = start.disk.snapshot()
    Self.work(start.indexer(whole))
    try Self.check(whole, start, "no fault")
    let merged = Self.files(whole)
    #expect(Set(merged.keys) == ["/l/index/1-0.run", "/l/index/1-0.names"])
    let operationCount = whole.operationCount()
    #expect(operationCount > 30)
    let faults: [SimulatedFault] = [
      .crashBefore, .crash, .crashTearing, .fail(.inputOutput), .failButPersist(.inputOutput),
      .tear(.inputOutput), .fillUp,
    ]
    var hitCount = 0
    // Each fault at every second operation; together they hit all.
    for (number, fault) in faults.enumerated() {
      for ordinal in stride(from: 1 + number % 2, through: operationCount, by: 2) {
        let disk = start.disk.snapshot()
        disk.inject(fault, at: ordinal)
        let indexer = start.indexer(disk)
        Self.work(indexer)
        if indexer.failure != nil { hitCount += 1 }
        for survival in [nil] + SimulatedSurvival.allCases.map(Optional.some) {
          // A failure without a power cut leaves the disk as it is.
          let isCut = disk.isPowerLost
          if isCut && survival == nil { continue }
          let place = "\(fault) at \(ordinal), \(survival.map { "\($0)" } ?? "as it is")"
          let found =
            survival.map { disk.crashed(seed: UInt64(ordinal), survival: $0) } ?? disk.snapshot()
          found.freeSizeBytes = nil
          try Self.check(found, start, place)
          // Whoever opens it next ends with the same bytes.
          let again = try Self.reopened(found, start)
          Self.work(again)
          again.keep([])
          #expect(again.failure == nil, "\(place)")
          try Self.check(found, start, "\(place), merged again")
          #expect(Self.files(found) == merged, "\(place)")
        }
      }
    }
    #expect(hitCount > operationCount * faults.count / 4)
  }

  /// As an opening finds it: temporary files go, and only runs with names count.
  private static func reopened(
    _ disk: SimulatedFileSystem, _ start: Start
  ) throws -> Indexer {
    let folder = folder(disk)
    let listing = try folder.listing()
    for name in listing.temporary { try disk.remove("\(folderPath)/\(name)") }
    var catalog = IndexCatalog()
    for extent in listing.runs {
      // One that a merged run has replaced may have lost its names first.
      guard listing.names.contains(extent) else {
        try folder.remove(extent)
        continue
      }
      catalog.insert(try folder.run(extent).commitment)
    }
    for extent in listing.names.subtracting(listing.runs) { try folder.remove(extent) }
    return Indexer(folder: folder, catalog: catalog, tails: [], listed: [])
  }
}
