/// Gathers findings up to a limit and counts the rest.
struct FindingCollector {
  let limit: Int
  private(set) var findings: [Finding] = []
  private(set) var count = 0
  private(set) var remarks: [Remark] = []

  init(limit: Int) { self.limit = max(1, limit) }

  var isEmpty: Bool { count == 0 }

  /// The same finding as one that is kept is none: a file may be compared with several things.
  mutating func add(_ finding: Finding) {
    guard !findings.contains(finding) else { return }
    count += 1
    if findings.count < limit { findings.append(finding) }
  }

  mutating func add(_ more: [Finding]) {
    for finding in more { add(finding) }
  }

  mutating func add(_ remark: Remark) {
    // A folder full of foreign files must not fill the memory.
    if remarks.count < limit { remarks.append(remark) }
  }

  /// The findings with the first bad record first, then those that concern no record, each in the
  /// order of discovery.
  var ordered: [Finding] {
    findings.enumerated().sorted { left, right in
      let first = (left.element.records?.lowerBound ?? .max, left.offset)
      let second = (right.element.records?.lowerBound ?? .max, right.offset)
      return first < second
    }.map(\.element)
  }
}
