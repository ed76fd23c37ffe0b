/// Every way to leave out, repeat, move or replace one line of a proof file.
struct LineEdits {
  struct Edit {
    var words: String
    var bytes: [UInt8]
  }

  let edits: [Edit]

  /// - Parameter other: the same proof of another ledger, whose lines are put in.
  init(of file: [UInt8], other: [UInt8]) {
    let (own, foreign) = (Self.lines(file), Self.lines(other))
    var found: [Edit] = []
    func add(_ words: String, _ lines: [[UInt8]]) {
      let bytes = Array(lines.joined(separator: [0x0A]))
      if bytes != file { found.append(Edit(words: words, bytes: bytes)) }
    }
    for (place, line) in own.enumerated() {
      var lines = own
      lines.remove(at: place)
      add("without line \(place)", lines)
      for target in [0, place, lines.count] {
        var moved = lines
        moved.insert(line, at: target)
        add("line \(place) moved to \(target)", moved)
      }
      if place + 1 < own.count {
        var swapped = own
        swapped.swapAt(place, place + 1)
        add("line \(place) behind the next", swapped)
      }
      // Readers of signed notes pass over a signature that they have checked already.
      if !line.starts(with: "— ".utf8) {
        add("line \(place) twice", own[...place] + [line] + own[(place + 1)...])
        add("line \(place) once more at the end", own + [line])
      }
      let word = line.prefix { $0 != 0x20 }
      for foreignLine in foreign
      where !word.isEmpty && foreignLine.prefix(while: { $0 != 0x20 }) == word {
        var replaced = own
        replaced[place] = foreignLine
        add("line \(place) of another ledger", replaced)
      }
      if place < foreign.count {
        var replaced = own
        replaced[place] = foreign[place]
        add("line \(place) of the same place elsewhere", replaced)
      }
    }
    edits = found
  }

  private static func lines(_ file: [UInt8]) -> [[UInt8]] {
    file.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
  }
}
