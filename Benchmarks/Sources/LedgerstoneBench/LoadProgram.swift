import Foundation

/// Programs that put load on a server, and what they send.
enum LoadProgram {
  /// The program `name` beside this one.
  static func sibling(_ name: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: name).path
  }

  /// The program `name` of the search path; nil without one.
  static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program to its end; what it printed.
  ///
  /// - Throws: if its status is not 0.
  static func run(_ program: String, _ arguments: String...) throws -> String {
    try run(program, arguments)
  }

  static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchFailure("\(program) ended with \(process.terminationStatus)")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Native record `number`, 350 bytes and no two alike.
  static func record(_ number: Int) -> [UInt8] {
    var random = SplitMix64(state: UInt64(number))
    let query = String(decoding: Workload.identifier(&random), as: UTF8.self)
    return Array(
      """
      {"kind":"access","entities":[{"role":"target","type":"dataset","namespace":"warehouse",\
      "name":"table_\(number % 1_000)"},{"role":"actor","type":"service","namespace":"acme",\
      "name":"report"}],"attributes":{"action":"read","purpose":"audit","outcome":"ok"},\
      "bodies":[{"contentType":"application/json","value":{"query":"\(query)","rows":\(number)}}]}
      """.utf8)
  }

  /// What of a log is asked for: tiles of hashes, or bundles of entries, by their paths.
  enum TileKind: String {
    case hashes = "0"
    case entries
  }

  /// For `wrk`: full tiles of the lowest level, or full bundles, one after the other.
  static func tiles(_ kind: TileKind, count: Int) -> String {
    """
    local count = 0
    function request()
      count = count + 1
      local index = count % \(count)
      local path = string.format("%03d", index % 1000)
      if index >= 1000 then path = string.format("x%03d/", math.floor(index / 1000)) .. path end
      return wrk.format("GET", "/tile/\(kind.rawValue)/" .. path)
    end
    """
  }

  /// For `wrk`: the same, but each connection waits between two requests, so that 256 of them send
  /// about 15,000 a second.
  static let pacedPosts =
    posts + """

      function delay()
        return math.random(5, 20)
      end
      """

  /// For `wrk`: OpenLineage events of 700 bytes, no two alike. All but the run's id is made before
  /// the clock runs, as the load shares the machine with what is measured.
  static let posts = """
    local threads = 0
    function setup(thread)
      threads = threads + 1
      thread:set("number", threads)
    end
    local count = 0
    local head, id
    local tails = {}
    function init(arguments)
      math.randomseed(os.time() * 16 + number)
      id = string.format("%08x-%04x-4%03x-8%03x-", math.random(0, 0x7fffffff),
        math.random(0, 0xffff), math.random(0, 0xfff), number)
      local mark = "<id>"
      for i = 0, 99 do
        local body = string.format('{"eventTime":"2026-01-02T03:04:05.678Z",' ..
          '"eventType":"COMPLETE","producer":"https://bench.example/wrk",' ..
          '"schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",' ..
          '"run":{"runId":"' .. mark .. '"},"job":{"namespace":"bench","name":"job-%03d"},' ..
          '"inputs":[{"namespace":"warehouse","name":"raw.table_%03d"}],' ..
          '"outputs":[{"namespace":"warehouse","name":"mart.table_%03d"}],"padding":"',
          i, i * 7, i * 9)
        body = body .. string.rep("x", 698 - 36 + #mark - #body) .. '"}'
        local whole = wrk.format("POST", "/api/v1/lineage",
          { ["Content-Type"] = "application/json" }, body)
        local from, to = whole:find(mark, 1, true)
        head = whole:sub(1, from - 1):gsub("Content%-Length: %d+", "Content-Length: 700")
        tails[i] = whole:sub(to + 1)
      end
    end
    function request()
      count = count + 1
      return head .. id .. string.format("%012x", count) .. tails[count % 100]
    end
    """
}
