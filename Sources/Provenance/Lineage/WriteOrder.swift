/// The writes to one thing in the order of their terminal records, made for the question which of
/// them a reader may have seen.
///
/// Version A *precedes* B if A's terminal record has the lower index and A ended no later than B
/// started. A reader sees every version that is not provably superseded: no completed version
/// that A precedes precedes the reader. A version that the reader precedes is not seen.
///
/// The answer is exact. Where versions cannot be told apart in time it may hold all of them; it
/// is then given in stretches, so that a million such readers do not list a million versions.
struct WriteOrder {
  struct Element {
    var vertex: Int32
    var terminal: Int64
    var start: Int64
    var end: Int64
    /// A version that takes the place of those that precede it.
    var supersedes: Bool
    /// It is never given in a stretch: whoever asks looks at it more closely.
    var standsAlone = false
  }

  /// What is known of an aligned stretch of elements.
  private struct Stretch {
    var endMax: Int64
    var endMin: Int64
    var startMin: Int64
    var startMax: Int64
    /// Of those that supersede.
    var supersederStartMax: Int64
    var supersederEndMin: Int64
    /// No element stands alone.
    var canBeGiven: Bool
  }

  private(set) var elements: [Element]
  /// A binary tree over the elements, the root at 1, without the leaves; empty for one element.
  private var tree: [Stretch] = []
  private let leafCount: Int
  /// Vertices that stand for a stretch, by its place in the tree; -1 where none was made.
  private(set) var junctions: [Int32] = []

  /// - Parameter elements: in any order.
  init(_ elements: [Element]) {
    let sorted = Self.sorted(elements)
    self.elements = sorted
    var count = 1
    while count < sorted.count { count *= 2 }
    leafCount = count
    makeTree()
  }

  /// By terminal record, then as the vertices were made.
  static func sorted(_ elements: [Element]) -> [Element] {
    func isBefore(_ left: Element, _ right: Element) -> Bool {
      left.terminal == right.terminal
        ? left.vertex < right.vertex : left.terminal < right.terminal
    }
    let isSorted = elements.indices.dropLast().allSatisfy {
      isBefore(elements[$0], elements[$0 + 1])
    }
    return isSorted ? elements : elements.sorted(by: isBefore)
  }

  private mutating func makeTree() {
    guard leafCount > 1 else { return }
    tree = Array(repeating: Self.nothing, count: leafCount)
    junctions = Array(repeating: -1, count: leafCount)
    for place in stride(from: leafCount - 1, to: 0, by: -1) {
      let (left, right) = (stretch(2 * place), stretch(2 * place + 1))
      tree[place] = Stretch(
        endMax: max(left.endMax, right.endMax), endMin: min(left.endMin, right.endMin),
        startMin: min(left.startMin, right.startMin),
        startMax: max(left.startMax, right.startMax),
        supersederStartMax: max(left.supersederStartMax, right.supersederStartMax),
        supersederEndMin: min(left.supersederEndMin, right.supersederEndMin),
        canBeGiven: left.canBeGiven && right.canBeGiven)
    }
  }

  private static var nothing: Stretch {
    Stretch(
      endMax: .min, endMin: .max, startMin: .max, startMax: .min, supersederStartMax: .min,
      supersederEndMin: .max, canBeGiven: true)
  }

  /// The stretch at a place of the tree, made of its element where it is a leaf.
  private func stretch(_ place: Int) -> Stretch {
    guard place >= leafCount else { return tree[place] }
    guard place - leafCount < elements.count else { return Self.nothing }
    let element = elements[place - leafCount]
    return Stretch(
      endMax: element.end, endMin: element.end, startMin: element.start,
      startMax: element.start,
      supersederStartMax: element.supersedes ? element.start : .min,
      supersederEndMin: element.supersedes ? element.end : .max,
      canBeGiven: !element.standsAlone)
  }

  /// The activity that reads.
  struct Reader {
    var terminal: Int64
    var start: Int64
    var end: Int64

    init(terminal: Int64, start: Int64, end: Int64) {
      (self.terminal, self.start, self.end) = (terminal, start, end)
    }

    /// What a job is made to do it may do at any time from then on.
    init(_ activity: Activity) {
      self.init(
        terminal: activity.isDesign ? Activity.openTerminal : activity.terminal,
        start: activity.start, end: activity.isDesign ? Activity.unknownEnd : activity.end)
    }
  }

  /// What a look-up goes through.
  private struct Search {
    let reader: Reader
    let joins: Bool
    /// The latest start of a version that precedes the reader, among those looked at.
    var superseding = Int64.min
    /// The same with the record looked at, whose versions do not supersede each other.
    var pending = Int64.min
    var terminal = Int64.max
    var found: [Found]
  }

  /// One version, or a stretch of at least two.
  enum Found {
    case element(Int)
    case stretch(Int)
  }

  /// The versions that the reader may have seen, the last recorded first.
  ///
  /// - Parameters:
  ///   - joins: give stretches where all of them were seen.
  ///   - found: is emptied and gets them; handed in to be used again.
  func findSeen(by reader: Reader, joins: Bool, into found: inout [Found]) {
    found.removeAll(keepingCapacity: true)
    guard !elements.isEmpty else { return }
    var search = Search(reader: reader, joins: joins, found: [])
    swap(&search.found, &found)
    defer { swap(&search.found, &found) }
    let lower = elements.partitioningIndex { $0.terminal >= reader.terminal }
    let upper = elements.partitioningIndex { $0.terminal > reader.terminal }
    if upper < elements.count { collectLater(1, 0, leafCount, from: upper, &search) }
    // Of one record's runs none precedes another. What was there before a record, which never
    // began, was not there for a run that had ended.
    for place in stride(from: upper - 1, through: lower, by: -1)
    where elements[place].start != .max || reader.end == .max {
      search.found.append(.element(place))
    }
    if lower > 0 { collectEarlier(1, 0, leafCount, below: lower, &search) }
  }

  /// Versions recorded later, but for those that provably began after the reader's end.
  private func collectLater(
    _ place: Int, _ low: Int, _ high: Int, from first: Int, _ search: inout Search
  ) {
    guard high > first, low < elements.count else { return }
    let isEndless = search.reader.end == .max
    if high - low == 1 {
      if isEndless || elements[low].start < search.reader.end {
        search.found.append(.element(low))
      }
      return
    }
    let stretch = tree[place]
    guard isEndless || stretch.startMin < search.reader.end else { return }
    if search.joins, stretch.canBeGiven, low >= first,
      isEndless || stretch.startMax < search.reader.end
    {
      search.found.append(.stretch(place))
      return
    }
    let middle = (low + high) / 2
    collectLater(2 * place + 1, middle, high, from: first, &search)
    collectLater(2 * place, low, middle, from: first, &search)
  }

  /// Versions recorded earlier, but for those that are provably superseded.
  private func collectEarlier(
    _ place: Int, _ low: Int, _ high: Int, below last: Int, _ search: inout Search
  ) {
    guard low < last else { return }
    if high - low == 1 {
      visit(low, &search)
      return
    }
    let stretch = tree[place]
    // What ended before a superseding version began began before it too, and supersedes no more.
    guard stretch.endMax > search.superseding else { return }
    let bound = max(search.superseding, search.pending)
    if search.joins, stretch.canBeGiven, high <= last, stretch.endMin > bound,
      stretch.supersederStartMax <= bound || stretch.supersederEndMin > search.reader.start
    {
      search.found.append(.stretch(place))
      return
    }
    let middle = (low + high) / 2
    collectEarlier(2 * place + 1, middle, high, below: last, &search)
    collectEarlier(2 * place, low, middle, below: last, &search)
  }

  private func visit(_ place: Int, _ search: inout Search) {
    let element = elements[place]
    if element.terminal != search.terminal {
      search.superseding = max(search.superseding, search.pending)
      search.terminal = element.terminal
    }
    if element.end > search.superseding { search.found.append(.element(place)) }
    if element.supersedes, element.end <= search.reader.start {
      search.pending = max(search.pending, element.start)
    }
  }

  /// The halves of a stretch that hold anything.
  func halves(ofStretch place: Int) -> [Found] {
    [2 * place, 2 * place + 1].compactMap { half in
      var first = half
      while first < leafCount { first *= 2 }
      guard first - leafCount < elements.count else { return nil }
      return half < leafCount ? .stretch(half) : .element(half - leafCount)
    }
  }

  mutating func setJunction(_ vertex: Int32, ofStretch place: Int) { junctions[place] = vertex }
}
