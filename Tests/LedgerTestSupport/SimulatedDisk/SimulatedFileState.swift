/// One file of the simulated disk: what readers see, what the medium holds, and what lies between.
struct SimulatedFileState: Sendable {
  /// The page cache: what every reader sees.
  private(set) var cache = BlockBytes()
  /// What a power cut at a quiet moment would leave.
  private(set) var medium = BlockBytes()
  /// Per block, its contents after each change since it was last synchronised, oldest first. The
  /// system may have written back any one of them.
  private var versions: [Int: [[UInt8]]] = [:]
  /// The size after each change since the last synchronisation, oldest first.
  private var sizes: [Int] = []

  /// Whether something would be lost by a power cut.
  var hasUnsynchronized: Bool { !versions.isEmpty || !sizes.isEmpty }

  mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
    let oldSize = cache.size
    for index in cache.write(bytes, at: offset) { noteVersion(of: index) }
    if cache.size != oldSize { sizes.append(cache.size) }
  }

  /// Returns the blocks that were cut off.
  mutating func resize(to newSize: Int) -> [[UInt8]] {
    if newSize == cache.size { return [] }
    let oldCount = cache.blocks.count
    let newCount = BlockBytes.blockCount(of: newSize)
    let cut = newCount < oldCount ? Array(cache.blocks[newCount...]) : []
    let isShorter = newSize < cache.size
    cache.resize(to: newSize)
    sizes.append(newSize)
    if isShorter {
      if newSize % BlockBytes.blockSizeBytes != 0 { noteVersion(of: newCount - 1) }
      for index in newCount..<max(newCount, oldCount) {
        versions[index, default: []].append(BlockBytes.zeroBlock)
      }
    }
    return cut
  }

  private mutating func noteVersion(of index: Int) {
    versions[index, default: []].append(cache.blocks[index])
  }

  /// Writes back every changed page, and no page that a failed synchronisation marked clean.
  mutating func synchronize() {
    if !sizes.isEmpty { medium.resize(to: cache.size) }
    for (index, history) in versions { medium.setBlock(index, history[history.count - 1]) }
    markClean()
  }

  /// A synchronisation that reported failure: some pages arrived, the others are forgotten, so
  /// the next one succeeds without them.
  mutating func failSynchronization(using generator: inout DiskGenerator) {
    medium = survivor(.anySubset, stale: [], using: &generator)
    markClean()
  }

  private mutating func markClean() {
    versions = [:]
    sizes = []
  }

  /// Puts `bytes` into both cache and medium.
  mutating func set(_ bytes: BlockBytes) {
    cache = bytes
    medium = bytes
    markClean()
  }

  /// Inverts a bit of the medium, and of the cache where it has that byte; false if neither has.
  mutating func flipBit(_ bit: Int, atByte offset: Int) -> Bool {
    let (index, start) = offset.quotientAndRemainder(dividingBy: BlockBytes.blockSizeBytes)
    let mask = UInt8(1) << UInt8(bit)
    var isFlipped = false
    if offset < medium.size {
      var block = medium.blocks[index]
      block[start] ^= mask
      medium.setBlock(index, block)
      isFlipped = true
    }
    if offset < cache.size {
      var block = cache.blocks[index]
      block[start] ^= mask
      cache.setBlock(index, block)
      isFlipped = true
    }
    return isFlipped
  }

  /// What is on the medium when the power has failed.
  ///
  /// - Parameter stale: blocks of removed files, which may show up where a new block was allotted
  ///   and never written.
  func survivor(_ survival: SimulatedSurvival, stale: [[UInt8]], using random: inout DiskGenerator)
    -> BlockBytes
  {
    switch survival {
    case .everything: return cache
    case .onlySynchronized: return medium
    case .anySubset: break
    }
    if !hasUnsynchronized { return medium }
    var result = medium
    result.resize(to: survivingSize(using: &random))
    let percent = [5, 50, 95].randomElement(using: &random)!
    for index in versions.keys.sorted() {
      let history = [medium.block(index)] + versions[index]!
      var chosen = random.chance(percent: percent) ? history.count - 1 : 0
      if random.chance(percent: 25) { chosen = Int.random(in: 0..<history.count, using: &random) }
      var block = history[chosen]
      if chosen + 1 < history.count && random.chance(percent: 15) {
        block = Self.tear(block, history[chosen + 1], using: &random)
      }
      let isNeverWritten = chosen == 0 && index * BlockBytes.blockSizeBytes >= medium.size
      if isNeverWritten && random.chance(percent: 25), let old = stale.randomElement(using: &random)
      {
        block = old
      }
      result.setBlock(index, block)
    }
    return result
  }

  /// The size's own write-back: any size since the last synchronisation.
  private func survivingSize(using random: inout DiskGenerator) -> Int {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: medium.size
    case 1: cache.size
    default: ([medium.size] + sizes).randomElement(using: &random)!
    }
  }

  /// A block of which the disk had written only some sectors when the power failed.
  private static func tear(_ old: [UInt8], _ new: [UInt8], using random: inout DiskGenerator)
    -> [UInt8]
  {
    let sectorSizeBytes = 512
    let cut = sectorSizeBytes * Int.random(in: 1..<8, using: &random)
    return random.chance(percent: 75)
      ? Array(new[..<cut] + old[cut...]) : Array(old[..<cut] + new[cut...])
  }
}

extension BlockBytes {
  /// The block at `index`, zeros if the file does not reach it.
  func block(_ index: Int) -> [UInt8] { index < blocks.count ? blocks[index] : Self.zeroBlock }
}
