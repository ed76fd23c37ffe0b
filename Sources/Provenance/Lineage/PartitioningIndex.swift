extension RandomAccessCollection where Index == Int {
  /// The place of the first element for which `isBehind` holds, where it holds for all after it;
  /// `endIndex` if for none.
  @inline(__always)
  func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
