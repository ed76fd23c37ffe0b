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

  /// Readers, of which some see the folder through a read-only mount, while another process
  /// opens, appends, seals, signs and closes: never damage, never less than before, and every
  /// proof holds.
  @Test(arguments: [false, true]) func readersWhileAnotherWrites(isReadOnly: Bool) throws {
    guard !isReadOnly || MediumTests.canMount else {
      return StandardErrorNote.say("readers on a read-only mount were not tried: no mounting")
    }
    let scratch = try Scratch.withLedger()
    let readers = """
      set -e
      mkdir -p seen
      for round in $(seq 12); do
        "$LEDGERSTONE" verify R --key @../vkey >report || { cat report; false; }
        "$LEDGERSTONE" prove R 0 >proof
        "$LEDGERSTONE" show R 0 --entry >entry
        "$LEDGERSTONE" verify proof --entry entry --key @../vkey >report
        "$LEDGERSTONE" inspect R --json | grep -o '"recordCount":[0-9]*' | cut -d: -f2 >>counts
        cp R/checkpoint seen/$round
        "$LEDGERSTONE" prove R --since seen/1 >consistency
        "$LEDGERSTONE" verify consistency --key @../vkey >report
        "$LEDGERSTONE" history R dataset:w:t1 >/dev/null
      done
      sort -nc counts
      """
    try scratch.write("readers", readers)
    // Both in one mount namespace, because the mount is not to be seen outside.
    let outcome = try scratch.shell(
      """
      cat >both <<'END'
      mkdir view; cd view
      \(isReadOnly ? "mkdir R; mount --bind ../L R; mount -o remount,ro,bind R" : "ln -s ../L R")
      touch goes-on
      # One session after the other, with pauses, so that slow readers come to an end.
      for ((first = 0; ; first += 24)); do
        [ -e goes-on ] || break
        "$(dirname "$LEDGERSTONE")/FaultSession" ../L 16384 6 $first >>../receipts || exit 9
        sleep 0.2
      done &
      writer=$!
      while ! [ -s ../receipts ]; do sleep 0.01; done
      bash ../readers; status=$?
      rm goes-on
      wait $writer || status=9
      exit $status
      END
      \(isReadOnly ? "unshare --user --map-root-user --mount " : "")bash both
      """)
    #expect(outcome.status == 0, "\(outcome)")
    let counts = try scratch.text("view/counts").split(separator: "\n").compactMap { Int($0) }
    #expect(counts.count == 12 && (counts.last ?? 0) > (counts.first ?? 0), "nothing was written")
    let segments = try scratch.shell("ls L/log | wc -l").output
    #expect((Int(segments.dropLast()) ?? 0) > 1, "nothing was sealed")
    try scratch.run("checkpoint", "L")
    #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
  }

  /// With too few descriptors a command says so, and nothing is lost or half done.
  @Test func withFewDescriptors() throws {
    let scratch = try Scratch.withLedger()
    let session = try scratch.shell(
      """
      "$(dirname "$LEDGERSTONE")/FaultSession" L 8192 3 0 >receipts
      """)
    #expect(session.status == 0)
    let arguments = Sample.appendArguments.joined(separator: " ")
    var recorded = 0
    var refused = 0
    for command in ["append L \(arguments)", "checkpoint L", "verify L --key @vkey", "index L"] {
      for limit in stride(from: 3, through: 36, by: 3) {
        let outcome = try scratch.shell(
          "ulimit -n \(limit); exec \"$LEDGERSTONE\" \(command)")
        if outcome.status == 0 {
          recorded += 1
        } else {
          #expect([1, 127].contains(outcome.status), "\(limit), \(command): \(outcome)")
          refused += 1
        }
      }
      #expect(try scratch.append().status == 0, "after \(command)")
      #expect(try scratch.run("checkpoint", "L").status == 0)
      #expect(try scratch.run("verify", "L", "--key", "@vkey").status == 0)
    }
    #expect(recorded > 10 && refused > 10, "\(recorded) done, \(refused) refused")
  }
}
