import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// Files that are missing, swapped, cut, repeated, or whose fields lie behind right digests.
struct StructureDamageTests {
  static let layout = EvidenceBuilder.Layout(
    segments: [0..<6, 6..<12], sealing: 12..<16, active: 16..<20, recordsPerGroup: 2)

  private func footer(_ kind: BlockKind, _ file: [UInt8]) throws -> (SegmentFooter, Int) {
    let count = try SegmentFooter.byteCount(trailer: file.rawSpan.extracting((file.count - 12)...))
    let start = file.count - count
    return (try SegmentFooter.decode(kind, file.rawSpan.extracting(start...)), start)
  }

  @Test func footerFieldsThatLie() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    let changes: [(inout SegmentFooter) -> Void] = [
      { $0.firstRecord += 1 }, { $0.recordCount += 1 }, { $0.recordCount -= 1 },
      { $0.chain?.firstRecordedTime.microseconds -= 1 },
      { $0.chain?.lastRecordedTime.microseconds += 1 },
      { $0.chain?.leafHashBefore = .zero }, { $0.chain?.lastLeafHash = .zero },
      { $0.chain?.frontier[0] = .zero }, { $0.blocks[1].offset += 1 },
      { $0.blocks[1].blockByteCount += 1 }, { $0.blocks.removeLast() },
      { $0.blocks[0].entryCount += 1 }, { $0.blocks[0].lastRecord += 1 },
    ]
    let path = segmentName("log", 6)
    let file = try #require(sound.files[path])
    let (footer, start) = try footer(.headers, file)
    for (number, change) in changes.enumerated() {
      var changed = footer
      change(&changed)
      var evidence = sound
      evidence.files[path] = file[..<start] + changed.encoded()
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "change \(number)")
      #expect(
        report.codes.contains(.footerDamaged) || report.codes.contains(.blockDamaged),
        "change \(number): \(report.lines)")
      #expect(report.findings.contains { $0.file == path }, "change \(number)")
    }
  }

  @Test func bodyFooterFieldsThatLie() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    let path = segmentName("bodies", 6)
    let file = try #require(sound.files[path])
    let (footer, start) = try footer(.bodies, file)
    let changes: [(inout SegmentFooter) -> Void] = [
      { $0.firstRecord -= 1 }, { $0.recordCount += 1 }, { $0.blocks[0].firstRecord += 1 },
      { $0.blocks[1].lastRecord += 1 }, { $0.blocks[1].entryCount += 1 },
      { $0.blocks.removeLast() }, { $0.blocks[0].blockByteCount -= 1 },
    ]
    for (number, change) in changes.enumerated() {
      var changed = footer
      change(&changed)
      var evidence = sound
      evidence.files[path] = file[..<start] + changed.encoded()
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "change \(number)")
    }
  }

  @Test func bytesBetweenBlocksAndFooter() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    for (folder, kind) in [("log", BlockKind.headers), ("bodies", .bodies)] {
      let path = segmentName(folder, 6)
      let file = try #require(sound.files[path])
      let (_, start) = try footer(kind, file)
      var evidence = sound
      evidence.files[path] = file[..<start] + [0] + file[start...]
      #expect(verify(evidence, builder).codes.contains(.footerDamaged))
    }
  }

  @Test func segmentsMissingOrSwapped() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    for first in [0, 6] {
      var evidence = sound
      evidence.files[segmentName("log", first)] = nil
      let report = verify(evidence, builder)
      #expect(report.codes.contains(.recordsMissing))
      #expect(report.firstRecords == UInt64(first)...UInt64(first + 5))
    }
    for folder in ["log", "bodies"] {
      var evidence = sound
      evidence.files[segmentName(folder, 0)] = sound.files[segmentName(folder, 6)]
      evidence.files[segmentName(folder, 6)] = sound.files[segmentName(folder, 0)]
      #expect(verify(evidence, builder).codes.contains(.fileHeaderDamaged))
    }
    var evidence = sound
    evidence.files["active"] = sound.files["active.sealing"]
    evidence.files["active.sealing"] = nil
    #expect(verify(evidence, builder).firstRecords == 16...19)
  }

  @Test func filesOfAnotherLedger() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    let foreign = try EvidenceBuilder.withEvents(19, seed: 2).build(Self.layout)
    for path in sound.files.keys where path.contains("/0") || path.hasPrefix("active") {
      if path.hasPrefix("tree") { continue }
      var evidence = sound
      evidence.files[path] = foreign.files[path]
      let report = verify(evidence, builder)
      #expect(report.codes.contains(.foreignLedger), "\(path): \(report.lines)")
    }
    var evidence = sound
    evidence.files["tree/0"] = foreign.files["tree/0"]
    #expect(verify(evidence, builder).codes == [.treeFileDiffers])
  }

  /// A group log cut into its header and its frames.
  private func frames(_ file: [UInt8]) throws -> [[UInt8]] {
    var parts = [Array(file[..<ActiveFileHeader.byteCount])]
    var offset = ActiveFileHeader.byteCount
    while offset < file.count {
      let rest = Array(file[offset...])
      var reader = ByteReader(rest.rawSpan)
      let count = try GroupFrameHeader.decode(from: &reader).frameByteCount
      parts.append(Array(file[offset..<offset + count]))
      offset += count
    }
    return parts
  }

  @Test func groupsDroppedRepeatedOrReordered() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let layout = EvidenceBuilder.Layout(active: 0..<8, recordsPerGroup: 2)
    let sound = try builder.build(layout)
    let parts = try frames(try #require(sound.files["active"]))
    try #require(parts.count == 5)
    let orders = [
      [0, 2, 3, 4], [0, 1, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3], [0, 2, 1, 3, 4], [0, 1, 3, 2, 4],
      [0, 1, 1, 2, 3, 4], [0, 1, 2, 3, 3, 4], [0],
    ]
    for order in orders {
      var evidence = sound
      evidence.files["active"] = order.flatMap { parts[$0] }
      let report = verify(evidence, builder)
      let intact = zip(order, 0...).prefix { $0 == $1 }.count - 1
      #expect(report.status == .notValid, "\(order)")
      #expect(report.firstRecords?.lowerBound == UInt64(2 * intact), "\(order): \(report.lines)")
    }
    // A repeated last group lies above the checkpoint, where it is a torn tail at most.
    var evidence = sound
    evidence.files["active"] = ([0, 1, 2, 3, 4, 4]).flatMap { parts[$0] }
    #expect(verify(evidence, builder).remarkCodes.contains(.tornTail))
  }

  @Test func damagedGroupBeforeOthersIsNamed() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(
      .init(active: 0..<8, recordsPerGroup: 2), checkpointSize: 1)
    let parts = try frames(try #require(sound.files["active"]))
    var start = parts[0].count
    for group in 1...4 {
      for place in [start, start + 50, start + 120, start + 200] {
        var evidence = sound
        evidence.files["active"]?[place] ^= 4
        let report = verify(evidence, builder)
        if group == 4 {
          // Above the checkpoint, damage to the last group cannot be told from a tear.
          #expect(report.status == .valid)
          #expect(report.remarkCodes.contains(.tornTail))
        } else {
          let records = try #require(report.firstRecords, "\(group) \(place) \(report.lines)")
          #expect(
            (2 * group - 2...2 * group - 1).contains(Int(records.lowerBound)),
            "\(group) \(place) \(report.lines)")
        }
      }
      start += parts[group].count
    }
  }

  @Test func tornTails() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(.init(active: 0..<8, recordsPerGroup: 2), checkpointSize: 6)
    let file = try #require(sound.files["active"])
    let parts = try frames(file)
    let start = file.count - parts[4].count
    for length in stride(from: start + 1, to: file.count, by: 5) {
      var evidence = sound
      evidence.files["active"] = Array(file[..<length])
      evidence.files["tree/0"] = Array(try #require(sound.files["tree/0"])[..<(6 * 32)])
      let report = verify(evidence, builder)
      #expect(report.status == .valid, "\(length): \(report.lines)")
      let remark = report.remarks.first { $0.code == .tornTail }
      #expect(remark?.message.hasPrefix("\(length - start) byte") == true)
      #expect(report.summary.recordCount == 6)
    }
    let zeros = [UInt8](repeating: 0, count: 262_144)
    let marked: [UInt8] = Array(zeros.dropLast()) + [1]
    for junk in [[1], zeros + [0], marked, Array("LSTGROUP".utf8), parts[1]] {
      var evidence = sound
      evidence.files["active"] = file + junk
      #expect(verify(evidence, builder).remarkCodes.contains(.tornTail))
    }
    // A group's header tells where it ends, and behind it lies a reserve at most.
    var torn = file
    torn[file.count - 1] ^= 1
    for (rest, isTear) in [([], true), (zeros, true), (zeros + [0], false)] {
      var evidence = sound
      evidence.files["active"] = torn + rest
      let report = verify(evidence, builder)
      #expect((report.status == .valid) == isTear, "\(rest.count): \(report.lines)")
      #expect(report.findings.isEmpty == isTear)
    }
    // Room for the groups to come.
    for reserve in [[0], [UInt8](repeating: 0, count: 5_000), zeros] {
      var evidence = sound
      evidence.files["active"] = file + reserve
      let report = verify(evidence, builder)
      #expect(report.status == .valid)
      #expect(!report.remarkCodes.contains(.tornTail))
      #expect(report.summary.recordCount == 8)
      // But not where a checkpoint says that groups are.
      evidence.files["active"] = Array(file.prefix(start - parts[3].count)) + reserve
      #expect(verify(evidence, builder).status == .notValid)
    }
    // The full log was handed over whole: junk in it is no tear.
    var sealing = try builder.build(.init(sealing: 0..<4, active: 4..<8))
    sealing.files["active.sealing"]? += [0, 0]
    #expect(verify(sealing, builder).status == .valid, "the reserve goes with it")
    sealing.files["active.sealing"]? += [1]
    #expect(verify(sealing, builder).codes == [.groupDamaged])
  }

  @Test func truncationOfEveryFile() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(Self.layout)
    for (path, bytes) in sound.files where path != "LOCK" {
      let lengths =
        Array(stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)))
        + [bytes.count - 1]
      for length in lengths {
        var evidence = sound
        evidence.files[path] = Array(bytes[..<length])
        let report = verify(evidence, builder)
        if path.hasPrefix("tree/") {
          #expect(report.status == .valid)
          #expect(report.remarkCodes.contains(.treeFileIncomplete))
        } else {
          #expect(report.status == .notValid, "\(path) at \(length)")
          #expect(!report.findings.isEmpty, "\(path) at \(length)")
        }
      }
    }
  }

  @Test func treeFiles() throws {
    let builder = try EvidenceBuilder.withEvents(299)
    let layout = EvidenceBuilder.Layout(
      segments: [0..<280], active: 280..<300, recordsPerGroup: 50, recordsPerBlock: 50)
    let sound = try builder.build(layout, checkpointSize: 290)
    #expect(Set(sound.files.keys).isSuperset(of: ["tree/0", "tree/1"]))
    #expect(verify(sound, builder).status == .valid)
    var evidence = sound
    evidence.files["tree/1"]?[5] ^= 1
    let level = verify(evidence, builder)
    #expect(level.codes == [.treeFileDiffers])
    #expect(level.firstRecords == 0...255)
    for record in [0, 279, 289] {
      evidence = sound
      evidence.files["tree/0"]?[32 * record + 31] ^= 1
      #expect(verify(evidence, builder).firstRecords == UInt64(record)...UInt64(record))
    }
    // Above the checkpoint it may be a page that was never synced.
    evidence = sound
    evidence.files["tree/0"]?[32 * 290] ^= 1
    let above = verify(evidence, builder)
    #expect(above.status == .valid)
    #expect(above.remarkCodes.contains(.treeFileAhead))
    evidence = sound
    evidence.files["tree/0"]? += [UInt8](repeating: 0, count: 33)
    evidence.files["tree/2"] = [1]
    let longer = verify(evidence, builder)
    #expect(longer.status == .valid)
    #expect(longer.remarks.count { $0.code == .treeFileAhead } == 2)
    evidence = sound
    evidence.files["tree/0"] = nil
    evidence.files["tree/1"] = nil
    #expect(verify(evidence, builder).remarks.count { $0.code == .treeFileIncomplete } == 2)
  }

  @Test func sealingThatStoppedHalfway() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    var repeated = Self.layout
    repeated.segments.append(12..<16)
    let sound = try builder.build(repeated)
    #expect(verify(sound, builder).status == .valid)
    for path in [segmentName("log", 12), segmentName("bodies", 12)] {
      var evidence = sound
      evidence.files[path] = nil
      let report = verify(evidence, builder)
      #expect(report.status == .valid, "\(report.lines)")
      #expect(report.remarkCodes.contains(.sealingUnfinished))
      #expect(report.summary.bodyCount == 18)
      // Nobody has those records then.
      evidence.files["active.sealing"] = nil
      #expect(verify(evidence, builder).status == .notValid)
    }
    // A group log that disagrees with what was sealed from it.
    var other = try EvidenceBuilder.withEvents(12)
    other.append(RecordContent(kind: "run", source: "forged"))
    other.appendEvents(6)
    var evidence = sound
    evidence.files["active.sealing"] = try other.build(Self.layout).files["active.sealing"]
    let report = verify(evidence, builder)
    #expect(report.codes.contains(.orderBroken))
    #expect(report.firstRecords == 13...13)
  }

  /// As a reader sees it that opened `active` just before it was renamed.
  @Test func sameFileUnderBothNames() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(.init(segments: [0..<4], active: 4..<8))
    evidence.files["active.sealing"] = evidence.files["active"]
    let report = verify(evidence, builder)
    #expect(report.status == .valid, "\(report.lines)")
    evidence.files["active"] = nil
    #expect(verify(evidence, builder).status == .valid)
  }

  @Test func foreignAndTemporaryFilesAreRemarked() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(HeadTests.layout)
    for path in ["notes.txt", "log/x.log", "log/4.log", "tree/9", "index/0", "active.tmp"] {
      evidence.files[path] = [1]
    }
    evidence.links = ["bodies/link"]
    let report = verify(evidence, builder)
    #expect(report.status == .valid)
    #expect(
      Set(report.remarks.compactMap(\.file))
        == [
          "notes.txt", "log/x.log", "log/4.log", "tree/9", "index/0", "active.tmp", "bodies/link",
        ])
    evidence.links.insert(segmentName("log", 0))
    #expect(verify(evidence, builder).codes.contains(.recordsMissing))
    evidence.files[segmentName("bodies", 17)] = [1]
    #expect(verify(evidence, builder).codes.contains(.bodyUnexpected))
  }

  @Test func unreadableFilesCouldNotBeChecked() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(HeadTests.layout)
    for path in sound.files.keys where path != "LOCK" {
      var evidence = sound
      evidence.unreadable = [path]
      let report = verify(evidence, builder)
      guard case .couldNotCheck(let obstacle) = report.status else {
        Issue.record("\(path): \(report.lines)")
        continue
      }
      #expect(obstacle.code == .unreadable)
      #expect(obstacle.message.contains(path))
    }
  }
}
