import LedgerFormat
import Provenance

extension ClosureCases {
  static let timing = [
    ClosureCase("run still in flight", ["curated": .inFlight, "report": .notRebuilt]) {
      tree(&$0)
      $0.event(.start, "c2", at: 110, to: [.init("curated")])
      $0.run("x", at: 120, from: ["a"], to: [.init("b")])
    },
    ClosureCase("in flight, named by its job alone", ["curated": .inFlight]) {
      tree(&$0)
      $0.event(.start, "c2", job: "curate", at: 110)
      $0.run("x", at: 120, from: ["a"], to: [.init("b")])
    },
    ClosureCase("producer gone silent", ["curated": .unknown]) {
      tree(&$0)
      $0.event(.start, "c2", job: "curate", at: 110)
      $0.run("x", at: 200, from: ["a"], to: [.init("b")])
    },
    ClosureCase("clean, then the producer goes silent", ["curated": .unknown]) {
      tree(&$0)
      $0.run("c2", job: "curate", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.start, "c3", job: "curate", at: 120)
      $0.run("x", at: 200, from: ["a"], to: [.init("b")])
    },
    ClosureCase("a dropped event: COMPLETE never came", ["curated": .unknown]) {
      tree(&$0)
      $0.event(.start, "c2", job: "curate", at: 110)
      $0.run("r2", at: 120, from: ["curated"], to: [.init("report", .overwrite)])
      $0.run("x", at: 300, from: ["a"], to: [.init("b")])
    },
    ClosureCase("a dropped event: a gap in the numbering", ["curated": .unknown]) {
      tree(&$0)
      $0.event(.start, "c2", job: "curate", at: 110, sequence: 1)
      $0.event(
        .complete, "c2", job: "curate", at: 111, from: ["raw"], to: [.init("curated", .overwrite)],
        sequence: 2)
      $0.event(.other, "c2", job: "curate", at: 111, sequence: 5)
    },
    ClosureCase("no gap in the numbering", ["curated": .clean]) {
      tree(&$0)
      $0.event(.start, "c2", job: "curate", at: 110, sequence: 1)
      $0.event(
        .complete, "c2", job: "curate", at: 111, from: ["raw"], to: [.init("curated", .overwrite)],
        sequence: 2)
      $0.event(.other, "c2", job: "curate", at: 111, sequence: 3)
    },
    ClosureCase("concurrent with the erasure", ["curated": .rebuiltFromStale]) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.start, "c2", at: 99)
      $0.erase("raw", at: 100)
      $0.event(
        .complete, "c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("two writers at once, one of them stale", ["report": .unknown]) {
      tree(&$0)
      $0.event(.start, "r2", job: "a", at: 110)
      $0.event(.start, "r3", job: "b", at: 111)
      $0.event(
        .complete, "r2", job: "a", at: 120, from: ["curated"], to: [.init("report", .overwrite)])
      $0.event(
        .complete, "r3", job: "b", at: 121, from: ["other"], to: [.init("report", .overwrite)])
    },
    ClosureCase("two writers one after the other", ["report": .clean]) {
      tree(&$0)
      $0.run(
        "r2", at: 110, until: 120, from: ["curated"], to: [.init("report", .overwrite)])
      $0.run("r3", at: 120, until: 130, from: ["other"], to: [.init("report", .overwrite)])
    },
    ClosureCase(
      "out of order: the rebuild is recorded before the erasure", ["curated": .notRebuilt]
    ) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.erase("raw", at: 100)
    },
    ClosureCase("out of order: COMPLETE before START", ["curated": .clean]) {
      tree(&$0)
      $0.event(
        .complete, "c2", at: 111, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.start, "c2", at: 110)
    },
    ClosureCase("a late START that began too early", ["curated": .rebuiltFromStale]) {
      tree(&$0)
      $0.event(
        .complete, "c2", at: 111, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.start, "c2", at: 90)
    },
    ClosureCase("START never came", ["curated": .rebuiltFromStale]) {
      tree(&$0)
      $0.event(
        .complete, "c2", at: 111, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("no claimed time", ["curated": .rebuiltFromStale]) {
      tree(&$0)
      $0.event(.start, "c2", at: nil)
      $0.event(
        .complete, "c2", at: nil, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("inputs in START, outputs in COMPLETE", ["curated": .notRebuilt]) {
      $0.event(.start, "c1", at: 10, from: ["raw"])
      $0.event(.complete, "c1", at: 11, to: [.init("curated", .overwrite)])
    },
    ClosureCase("COMPLETE under another job name", ["curated": .notRebuilt]) {
      $0.event(.start, "c1", job: "a", at: 10, from: ["raw"])
      $0.event(.complete, "c1", job: "b", at: 11, to: [.init("curated", .overwrite)])
    },
    ClosureCase("further events under another job", ["curated": .notRebuilt]) {
      $0.event(.start, "c1", job: "b", at: 10, from: ["raw"])
      $0.event(.complete, "c1", job: "b", at: 12, from: ["raw"])
      $0.event(.running, "c1", job: "a", at: 11, to: [.init("curated", .overwrite)])
    },
    ClosureCase("one record of two jobs", ["curated": .notRebuilt, "more": .notRebuilt]) {
      for (run, jobs) in [("c1", ["a", "b"]), ("c2", ["b", "a"])] {
        let output = run == "c1" ? "curated" : "more"
        $0.event(.start, run, job: jobs[0], at: 10, from: ["raw"]) {
          $0.entities.append(Estate.entity(jobs[1], .job, .job))
        }
        $0.event(.complete, run, job: jobs[0], at: 12, from: ["raw"])
        $0.event(.running, run, job: "b", at: 11, to: [.init(output, .overwrite)])
      }
    },
    ClosureCase("one record of two runs", ["first": .notRebuilt, "second": .notRebuilt]) {
      $0.event(.complete, "c1", job: "a", at: 10, from: ["raw"]) {
        $0.entities.append(Estate.entity("c2", .run, .run))
      }
      $0.event(.complete, "c2", job: "b", at: 11, to: [.init("first")])
      $0.event(.complete, "c1", job: "b", at: 11, to: [.init("second")])
    },
    ClosureCase("an event that names no run", ["curated": .notRebuilt, "open": .unknown]) {
      $0.event(.complete, "c1", at: 10, from: ["raw"], to: [.init("curated", .overwrite)]) {
        $0.entities.removeFirst()
      }
      $0.event(.start, "c2", at: 10, from: ["raw"], to: [.init("open", .overwrite)]) {
        $0.entities.removeFirst()
      }
    },
    ClosureCase("a policy of one of two jobs", ["curated": .unknown]) {
      tree(&$0)
      $0.policy("curate", at: 101)
      $0.event(.start, "c2", job: "other", at: 110)
      $0.event(
        .complete, "c2", job: "curate", at: 111, from: ["raw"],
        to: [.init("curated", .unknown, .overwrite)])
    },
    ClosureCase("ended under another job", ["curated": .notRebuilt]) {
      $0.event(.start, "x", job: "curate", at: 1)
      $0.event(.complete, "x", job: "other", at: 2)
      $0.run("c1", job: "curate", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.complete, "later", at: 500, from: ["other"])
    },
    ClosureCase("silent under the other of its jobs", ["curated": .unknown]) {
      $0.event(.start, "x", job: "other", at: 1) {
        $0.entities.append(Estate.entity("curate", .job, .job))
      }
      $0.run("c1", job: "curate", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.event(.complete, "later", at: 500, from: ["other"])
    },
    ClosureCase("a dataset that is dropped and written", ["z": .notRebuilt, "c": .notRebuilt]) {
      $0.event(.start, "w", at: 10)
      $0.event(.running, "w", at: 11, to: [.init("z", nil, .drop)])
      $0.event(
        .complete, "w", at: 12, from: ["raw"], to: [.init("z", .overwrite)],
        edges: [("z", "raw", .explicit, [])])
      $0.run("r", at: 20, from: ["z"], to: [.init("c")])
    },
    ClosureCase("a rename that another event contradicts", ["before": .notRebuilt]) {
      $0.run("c", at: 1, from: ["raw"], to: [.init("before", .overwrite)])
      $0.event(.start, "w", at: 10, to: [.init("after", nil, .rename)]) {
        $0.entities.append(Estate.entity("before", .previous))
        $0.renames = [EntityPair(entity: 2, other: 3)]
      }
      $0.event(.complete, "w", at: 11, to: [.init("after", nil, .create)])
    },
    ClosureCase("a gap of who sent an event that names no run", ["curated": .unknown]) {
      $0.event(.start, "c", at: 10, sequence: 1)
      $0.event(
        .complete, "c", at: 11, from: ["raw"], to: [.init("curated", .overwrite)], sequence: 2)
      $0.erase("raw", at: 100)
      $0.event(.start, "c2", at: 110)
      $0.event(
        .complete, "c2", at: 111, from: ["clean"], to: [.init("curated", .overwrite)], sequence: 3)
      $0.event(.complete, "c3", at: 120, from: ["clean"], to: [.init("curated")], sequence: 5) {
        $0.entities.removeFirst()
      }
    },
    ClosureCase("streaming", ["live": .inFlight, "late": .notRebuilt]) {
      $0.event(.start, "s", at: 10, from: ["raw"], to: [.init("live", .append)])
      $0.event(.running, "s", at: 20, from: ["raw"], to: [.init("live", .append)])
      $0.run("l", at: 30, from: ["live"], to: [.init("late", .overwrite)])
    },
    ClosureCase("read before the data came", ["after": .notRebuilt], absent: ["before"]) {
      $0.run("x1", at: 1, from: ["raw"], to: [.init("ignored")])
      $0.run("x2", at: 2, from: ["clean"], to: [.init("before")])
      $0.run("a", at: 20, from: ["raw"], to: [.init("after", .overwrite)])
    },
  ]
}
