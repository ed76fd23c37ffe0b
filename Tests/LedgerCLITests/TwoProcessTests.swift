import Foundation
import Testing

/// Two processes on one ledger, started at the same moment.
@Suite struct TwoProcessTests {
  /// Exactly one `init` makes the ledger; the other says that it is made or being made.
  @Test func twoInitsAtOnce() throws {
    let messages: Set<String> = [
      "ledgerstone: $DIR/L is a ledger already\n",
      "ledgerstone: $DIR/L.vault is in use by another process\n",
      "ledgerstone: $DIR/L is being written by another process (pid PID)\n",
    ]
    for _ in 0..<25 {
      let scratch = try Scratch()
      let both = try (1...2).map { number in
        try scratch.process(["init", "L", "--origin", Sample.origin], run: "\(number)")
      }
      for process in both { try process.run() }
      let outcomes = try both.enumerated().map {
        try scratch.result(of: $0.element, run: "\($0.offset + 1)")
      }
      #expect(outcomes.count { $0.status == 0 } == 1, "\(outcomes)")
      for outcome in outcomes where outcome.status != 0 {
        #expect([1, 11].contains(outcome.status), "\(outcome)")
        #expect(messages.contains(outcome.errors), "\(outcome)")
        #expect(outcome.output.isEmpty)
      }
      #expect(try scratch.append().status == 0)
      try scratch.run("checkpoint", "L")
      try scratch.shell("cat .1.out .2.out >vkey")
      #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
    }
  }

  /// Of many writers at once each one either appends or says who is at work.
  @Test func manyAppendsAtOnce() throws {
    let scratch = try Scratch.withLedger()
    let arguments = ["append", "L"] + Sample.appendArguments
    let all = try (1...12).map { try scratch.process(arguments, run: "\($0)") }
    for process in all { try process.run() }
    var count = 0
    for (number, process) in all.enumerated() {
      let outcome = try scratch.result(of: process, run: "\(number + 1)")
      if outcome.status == 0 {
        count += 1
      } else {
        #expect(outcome.status == 11)
        // The lock is taken before it says by whom.
        #expect(outcome.errors.contains(" by another process"), "\(outcome)")
      }
    }
    #expect(count > 0)
    try scratch.run("checkpoint", "L")
    let report = try scratch.run("verify", "L", "--key", "@vkey")
    #expect(report.status == 0)
    #expect(report.output.hasPrefix("valid: \(count + 1) records "), "\(report)")
  }
}
