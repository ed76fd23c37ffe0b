import Foundation

/// Every value of a statement changed in turn, in the bytes and nowhere else.
enum StatementEdits {
  /// Where a value stands, as names joined by points, and the statement with another one there.
  static func all(_ statement: [UInt8]) -> [(place: String, changed: [UInt8])] {
    var scanner = Scanner(statement)
    scanner.value("")
    return scanner.found.map { place, range, replacement in
      (place, statement[..<range.lowerBound] + replacement + statement[range.upperBound...])
    }.map { ($0.0, Array($0.1)) }
  }

  /// What only the issuer's word stands for: any other value is as good.
  static func isIssuersWord(_ place: String) -> Bool {
    ["certificate", "tool", "verifierKey", "previous"].contains(place)
      || place.hasPrefix("facts.") && !place.hasPrefix("facts.scope[0].entity")
        && !place.hasPrefix("facts.request.regulation")
  }

  /// Walks JSON without white space, as statements are.
  private struct Scanner {
    let bytes: [UInt8]
    var place = 0
    var found: [(String, Range<Int>, [UInt8])] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func value(_ path: String) {
      switch bytes[place] {
      case UInt8(ascii: "{"):
        place += 1
        while bytes[place] != UInt8(ascii: "}") {
          let name = string()
          place += 1
          value(path.isEmpty ? name : path + "." + name)
          if bytes[place] == UInt8(ascii: ",") { place += 1 }
        }
        place += 1
      case UInt8(ascii: "["):
        place += 1
        var number = 0
        while bytes[place] != UInt8(ascii: "]") {
          value("\(path)[\(number)]")
          number += 1
          if bytes[place] == UInt8(ascii: ",") { place += 1 }
        }
        place += 1
      case UInt8(ascii: "\""):
        let start = place
        _ = string()
        found.append((path, start + 1..<start + 1, Array("x".utf8)))
      default:
        let start = place
        while ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(bytes[place]) {
          place += 1
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        let other =
          text == "null" ? "1" : text == "true" ? "false" : text == "false" ? "true" : "9\(text)"
        found.append((path, start..<place, Array(other.utf8)))
      }
    }

    private mutating func string() -> String {
      let start = place + 1
      place += 1
      while bytes[place] != UInt8(ascii: "\"") {
        place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      place += 1
      return String(decoding: bytes[start..<place - 1], as: UTF8.self)
    }
  }
}
