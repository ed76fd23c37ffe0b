import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Synchronization
import Testing

/// A group log that a writer goes on with while it is verified.
@Suite struct LiveLogTests {
  /// `active` from moment to moment. Each read sees a later one than the read before; and the end
  /// of what it reads may be of a later one than the beginning.
  private final class LiveFile: EvidenceFile {
    private struct State {
      var moment: Int
      var random: DiskGenerator
    }

    let moments: [[UInt8]]
    let stepMax: Int
    private let state: Mutex<State>

    init(_ moments: [[UInt8]], from moment: Int, stepMax: Int, seed: Int) {
      self.moments = moments
      self.stepMax = stepMax
      state = Mutex(State(moment: moment, random: DiskGenerator(seed: UInt64(seed))))
    }

    var byteCount: Int { moments[0].count }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(EvidenceError) {
      let (first, second, split) = state.withLock { state in
        func next() -> Int {
          let step = Int.random(in: 0...stepMax, using: &state.random)
          state.moment = min(state.moment + step, moments.count - 1)
          return state.moment
        }
        let first = next()
        let split = Int.random(
          in: range.lowerBound...range.upperBound, using: &state.random)
        return (first, next(), split)
      }
      buffer += moments[first][range.lowerBound..<split]
      buffer += moments[second][split..<range.upperBound]
    }
  }

  private struct LiveEvidence: Evidence {
    var still: MemoryEvidence
    var active: LiveFile

    func entries(of folder: String) throws(EvidenceError) -> [EvidenceEntry] {
      try still.entries(of: folder)
    }

    func open(_ path: String) throws(EvidenceError) -> (any EvidenceFile)? {
      path == "active" ? active : try still.open(path)
    }
  }

  /// Where the frames of a group log begin, and its end.
  private func boundaries(_ file: [UInt8]) throws -> [Int] {
    var offsets = [ActiveFileHeader.byteCount]
    while let last = offsets.last, last < file.count {
      var reader = ByteReader(file.rawSpan.extracting(last...))
      offsets.append(last + (try GroupFrameHeader.decode(from: &reader).frameByteCount))
    }
    return offsets
  }

  /// Groups are written into a reserve: whole ones, one of which a part is there, zeros behind.
  @Test(arguments: [0, 1, 3, 9]) func isNeverCalledDamaged(_ stepMax: Int) throws {
    let builder = try EvidenceBuilder.withEvents(39)
    let sound = try builder.build(.init(active: 0..<40, recordsPerGroup: 1), checkpointSize: 5)
    let file = try #require(sound.files["active"])
    let offsets = try boundaries(file)
    #expect(offsets.count == 41)
    var moments: [[UInt8]] = []
    for group in 5..<40 {
      for part in 0..<5 {
        let end = offsets[group] + (offsets[group + 1] - offsets[group]) * part / 5
        moments.append(
          Array(file[..<end]) + [UInt8](repeating: 0, count: file.count + 3_000 - end))
      }
    }
    for round in 0..<150 {
      let active = LiveFile(moments, from: round, stepMax: stepMax, seed: round)
      let report = verify(LiveEvidence(still: sound, active: active), builder)
      #expect(report.status == .valid, "\(round): \(report.lines)")
      #expect(report.summary.recordCount >= 5)
    }
  }

  /// What does not get better is damage.
  @Test func damageStaysDamage() throws {
    let builder = try EvidenceBuilder.withEvents(19)
    let sound = try builder.build(.init(active: 0..<20, recordsPerGroup: 1), checkpointSize: 5)
    let file = try #require(sound.files["active"])
    let offsets = try boundaries(file)
    for offset in stride(from: offsets[8], to: offsets[9], by: 7) {
      for isZero in [true, false] {
        var bytes = file + [UInt8](repeating: 0, count: 3_000)
        bytes[offset] ^= 1
        if isZero { for place in offset..<offsets[9] { bytes[place] = 0 } }
        let active = LiveFile([bytes], from: 0, stepMax: 0, seed: offset)
        let report = verify(LiveEvidence(still: sound, active: active), builder)
        #expect(report.status == .notValid, "\(offset)")
        // Inside that group, whose damaged bytes may name another record.
        let found = try #require(report.findings.first?.offset, "\(offset)")
        #expect((offsets[8]..<offsets[9]).contains(Int(found)), "\(offset): \(report.lines)")
      }
    }
  }
}
