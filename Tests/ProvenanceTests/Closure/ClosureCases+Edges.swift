import LedgerFormat
import Provenance

extension ClosureCases {
  static let edges = [
    ClosureCase(
      "explicit edges before inferred ones", ["a": .notRebuilt, "c": .notRebuilt], absent: ["b"]
    ) {
      $0.run(
        "x", at: 10, from: ["raw", "other"], to: [.init("a"), .init("b"), .init("c")],
        edges: [("a", "raw", .explicit, []), ("b", "other", .explicit, [])])
    },
    ClosureCase(
      "column lineage before inferred edges", ["a": .notRebuilt], absent: ["b"]
    ) {
      $0.run(
        "x", at: 10, from: ["raw", "other"], to: [.init("a"), .init("b")],
        edges: [("a", "raw", .column, []), ("b", "other", .column, [])])
    },
    ClosureCase("explicit edges before column lineage", [:], absent: ["a"]) {
      $0.run(
        "x", at: 10, from: ["raw", "other"], to: [.init("a")],
        edges: [("a", "other", .explicit, []), ("a", "raw", .column, [])])
    },
    ClosureCase("facts that could not be read", ["a": .notRebuilt]) {
      $0.run(
        "x", at: 10, from: ["raw", "other"], to: [.init("a")],
        edges: [("a", "other", .explicit, [])]
      ) { $0.flags.insert(.factsIncomplete) }
    },
    ClosureCase("edges complete with no edges", ["b": .notRebuilt], absent: ["a"]) {
      $0.run("x", at: 10, from: ["raw"], to: [.init("a", complete: true), .init("b")])
    },
    ClosureCase("edges complete with no edges cleans", ["curated": .clean]) {
      tree(&$0)
      $0.run("c2", at: 110, to: [.init("curated", .overwrite, complete: true)])
    },
    ClosureCase("an indirect edge taints", ["a": .notRebuilt]) {
      $0.run(
        "x", at: 10, from: ["raw"], to: [.init("a")],
        edges: [("a", "raw", .explicit, .indirect)])
    },
    ClosureCase("diamond", ["left": .clean, "right": .notRebuilt, "bottom": .rebuiltFromStale]) {
      $0.run("l1", at: 10, from: ["raw"], to: [.init("left", .overwrite)])
      $0.run("r1", at: 10, from: ["raw"], to: [.init("right", .overwrite)])
      $0.run("b1", at: 20, from: ["left", "right"], to: [.init("bottom", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("l2", at: 110, from: ["raw"], to: [.init("left", .overwrite)])
      $0.run("b2", at: 120, from: ["left", "right"], to: [.init("bottom", .overwrite)])
    },
    ClosureCase(
      "two versions of one output, the earlier read later",
      ["z": .clean, "late": .notRebuilt, "later": .notRebuilt], absent: ["fresh"]
    ) {
      $0.event(.start, "w", at: 0)
      $0.event(.running, "w", at: 5, from: ["raw"], to: [.init("z@v1")])
      $0.event(.complete, "w", at: 10, from: ["raw"], to: [.init("z@v2")])
      $0.run("o", at: 30, from: ["clean"], to: [.init("z@v3", .overwrite)])
      $0.run("r1", at: 50, from: ["z@v1"], to: [.init("late")])
      $0.run("r2", at: 50, from: ["z@v2"], to: [.init("later")])
      $0.run("r3", at: 50, from: ["z@v3"], to: [.init("fresh")])
    },
    ClosureCase(
      "two versions of one output in one record",
      ["masked": .masked, "half": .notRebuilt, "mixed": .notRebuilt], absent: ["other"]
    ) {
      $0.run(
        "w", at: 10, from: ["raw", "clean"],
        to: [
          .init("masked@1"), .init("masked@2"), .init("half@1"), .init("half@2"),
          .init("mixed@1"), .init("mixed@2"), .init("other@1"), .init("other@2"),
        ],
        edges: [
          ("masked@1", "raw", .column, .masked), ("masked@2", "raw", .column, .masked),
          ("half@1", "clean", .column, []), ("mixed@1", "clean", .explicit, []),
          ("mixed@2", "raw", .column, []), ("other@1", "clean", .explicit, []),
          ("other@2", "clean", .column, []),
        ])
    },
    ClosureCase("the version before, named by START", ["z": .notRebuilt], absent: ["late"]) {
      $0.run("c", at: 0, from: ["clean"], to: [.init("z@v0", .overwrite)])
      $0.event(.start, "w", at: 10, to: [.init("z@v0")])
      $0.event(.complete, "w", at: 20, from: ["raw"], to: [.init("z@v1", .append)])
      $0.run("r", at: 30, from: ["z@v0"], to: [.init("late")])
    },
    ClosureCase("a version that only START names", ["z": .notRebuilt, "late": .notRebuilt]) {
      $0.event(.start, "w", at: 10, to: [.init("z@v1")])
      $0.event(.complete, "w", at: 20, from: ["raw"], to: [.init("z", .append)])
      $0.run("o", at: 30, from: ["clean"], to: [.init("z@v2", .append)])
      $0.run("r", at: 40, from: ["z@v1"], to: [.init("late")])
    },
    ClosureCase("through a table of the run's own", ["out": .notRebuilt, "end": .notRebuilt]) {
      $0.run(
        "w", at: 10, from: ["raw"], to: [.init("tmp"), .init("out"), .init("end")],
        edges: [
          ("tmp", "raw", .explicit, []), ("out", "tmp", .explicit, []),
          ("end", "out", .column, []),
        ])
    },
    ClosureCase("through a version of the run's own", ["out": .notRebuilt]) {
      $0.run(
        "w", at: 10, from: ["raw", "tmp@v1"], to: [.init("tmp@v1"), .init("out")],
        edges: [("tmp@v1", "raw", .explicit, []), ("out", "tmp@v1", .explicit, [])])
    },
    ClosureCase("a version that only its erasure names", ["late": .notRebuilt]) {
      $0.run("c", at: 10, from: ["raw"], to: [.init("curated", .overwrite)])
      $0.run("l", at: 20, from: ["curated@snapshot-9"], to: [.init("late")])
      $0.erase("curated@snapshot-9", at: 130)
    },
    ClosureCase("a version that an unfinished run names at its start", ["e": .notRebuilt]) {
      $0.run("w", at: 10, from: ["raw"], to: [.init("d", .append)])
      $0.event(.start, "x", at: 20, to: [.init("d@v5")])
      $0.run("r", at: 30, from: ["d@v5"], to: [.init("e")])
    },
    ClosureCase("a version whose number is used again", ["e": .notRebuilt]) {
      $0.run("w", at: 10, from: ["raw"], to: [.init("d", .append)])
      $0.run("r", at: 30, from: ["d@1"], to: [.init("e")])
      $0.run("n", at: 50, from: ["clean"], to: [.init("d@1", .overwrite)])
    },
    ClosureCase("a name for two things, of which one version is erased", ["A": .notRebuilt]) {
      for name in ["A", "B"] {
        $0.record(
          .dataset, at: 1, [Estate.entity(name, .target), Estate.entity("table", .symlink)]
        ) { $0.symlinks = [EntityPair(entity: 0, other: 1)] }
      }
      $0.run("c1", at: 10, from: ["raw"], to: [.init("A@1", .overwrite)])
      $0.run("c2", at: 20, from: ["clean"], to: [.init("B@1", .overwrite)])
      $0.erase("B@1", at: 100)
    },
    ClosureCase("an edge into a version", ["late": .notRebuilt]) {
      $0.run(
        "w", at: 10, from: ["raw"], to: [.init("z@v2")],
        edges: [("z@v1", "raw", .explicit, [])])
      $0.run("o", at: 20, from: ["clean"], to: [.init("z@v3", .overwrite)])
      $0.run("r", at: 30, from: ["z@v1"], to: [.init("late")])
    },
    ClosureCase("self-loop", ["loop": .rebuiltFromStale]) {
      $0.run("l1", at: 10, from: ["raw"], to: [.init("loop", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("l2", at: 110, from: ["loop", "raw"], to: [.init("loop", .overwrite)])
    },
    ClosureCase("cycle between two datasets", ["a": .rebuiltFromStale, "b": .rebuiltFromStale]) {
      $0.run("a1", at: 10, from: ["raw"], to: [.init("a", .overwrite)])
      $0.run("b1", at: 20, from: ["a"], to: [.init("b", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("a2", at: 110, from: ["b"], to: [.init("a", .overwrite)])
      $0.run("b2", at: 120, from: ["a"], to: [.init("b", .overwrite)])
    },
    ClosureCase("cycle broken", ["a": .clean, "b": .clean]) {
      $0.run("a1", at: 10, from: ["raw"], to: [.init("a", .overwrite)])
      $0.run("b1", at: 20, from: ["a"], to: [.init("b", .overwrite)])
      $0.run("a2", at: 30, from: ["b"], to: [.init("a", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("a3", at: 110, from: ["raw"], to: [.init("a", .overwrite)])
      $0.run("b3", at: 120, from: ["a"], to: [.init("b", .overwrite)])
    },
    ClosureCase("wide job", ["out-0": .notRebuilt, "out-99": .notRebuilt]) {
      $0.run("w", at: 10, from: ["raw"], to: (0..<100).map { .init("out-\($0)") })
    },
    ClosureCase("a derivation without a run", ["view": .notRebuilt]) {
      $0.record(
        .derivation, at: 10, [Estate.entity("view", .output), Estate.entity("raw", .input)]
      ) { $0.edges = [Edge(target: 0, source: 1, basis: .explicit)] }
    },
    ClosureCase("a job event says what may flow", ["planned": .unknown]) {
      $0.record(
        .job, at: 10,
        [
          Estate.entity("j", .job, .job), Estate.entity("raw", .input),
          Estate.entity("planned", .output),
        ])
    },
    ClosureCase("a parent run is no flow", [:], absent: ["child"]) {
      $0.run("p", at: 10, from: ["raw"])
      $0.run("c", at: 11, to: [.init("child")]) {
        $0.entities.append(Estate.entity("p", .parent, .run))
      }
    },
    ClosureCase("access is no flow", [:], absent: ["reporting"]) {
      $0.record(
        .access, at: 10,
        [Estate.entity("reporting", .actor, .service), Estate.entity("raw", .target)])
    },
  ]

  static let naming = [
    ClosureCase("rename", ["curated": .dropped, "renamed": .notRebuilt, "late": .rebuiltFromStale])
    {
      tree(&$0)
      $0.run("n", at: 110, to: [.init("renamed", nil, .rename)]) {
        $0.entities.append(Estate.entity("curated", .previous))
        $0.renames = [EntityPair(entity: 2, other: 3)]
      }
      $0.run("l", at: 120, from: ["renamed"], to: [.init("late")])
      $0.run("r2", at: 130, from: ["renamed"], to: [.init("x", .overwrite)])
    },
    ClosureCase("rename, then rebuilt under the new name", ["renamed": .clean]) {
      tree(&$0)
      $0.run("n", at: 110, to: [.init("renamed", nil, .rename)]) {
        $0.entities.append(Estate.entity("curated", .previous))
        $0.renames = [EntityPair(entity: 2, other: 3)]
      }
      $0.run("c2", at: 120, from: ["raw"], to: [.init("renamed", .overwrite)])
    },
    ClosureCase(
      "renamed away and rebuilt under the old name", ["curated": .clean, "old": .notRebuilt]
    ) {
      tree(&$0)
      $0.record(
        .datasetRenamed, at: 110,
        [Estate.entity("old", .target), Estate.entity("curated", .previous)]
      ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
      $0.run("c2", at: 120, from: ["raw"], to: [.init("curated", .overwrite)])
    },
    ClosureCase("symlink", ["s3://curated": .notRebuilt, "late": .notRebuilt]) {
      $0.run("c", at: 10, from: ["raw"], to: [.init("s3://curated", .overwrite)]) {
        $0.entities.append(Estate.entity("db.curated", .symlink))
        $0.symlinks = [EntityPair(entity: 3, other: 4)]
      }
      $0.run("l", at: 20, from: ["db.curated"], to: [.init("late")])
    },
    ClosureCase("rebuilt under its symlink", ["s3://curated": .clean]) {
      $0.run("c", at: 10, from: ["raw"], to: [.init("s3://curated", .overwrite)]) {
        $0.entities.append(Estate.entity("db.curated", .symlink))
        $0.symlinks = [EntityPair(entity: 3, other: 4)]
      }
      $0.erase("raw", at: 100)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("db.curated", .overwrite)])
    },
    ClosureCase("a name that was pointed elsewhere", ["path-1": .notRebuilt]) {
      for (run, path, minute) in [("c1", "path-1", 10), ("c2", "path-2", 110)] {
        $0.run(run, at: minute, from: ["raw"], to: [.init(path, .overwrite)]) {
          $0.entities.append(Estate.entity("table", .symlink))
          $0.symlinks = [EntityPair(entity: 3, other: 4)]
        }
        if run == "c1" { $0.erase("raw", at: 100) }
      }
    },
    ClosureCase("the root has a symlink", ["late": .notRebuilt]) {
      $0.record(.dataset, at: 5, [Estate.entity("raw", .target), Estate.entity("t", .symlink)]) {
        $0.symlinks = [EntityPair(entity: 0, other: 1)]
      }
      $0.run("l", at: 20, from: ["t"], to: [.init("late")])
    },
    ClosureCase(
      "explicit and implicit versions", ["old": .notRebuilt, "new": .rebuiltFromStale],
      absent: ["fresh"]
    ) {
      $0.run("c1", at: 10, from: ["raw"], to: [.init("curated@v1", .overwrite)])
      $0.run("o", at: 20, from: ["curated@v1"], to: [.init("old", .overwrite)])
      $0.erase("raw", at: 100)
      $0.run("c2", at: 110, from: ["raw"], to: [.init("curated@v2", .overwrite)])
      $0.run("n", at: 120, from: ["curated@v1"], to: [.init("new", .overwrite)])
      $0.run("f", at: 120, from: ["curated@v2"], to: [.init("fresh", .overwrite)])
      $0.run("g", at: 130, from: ["curated"], to: [.init("fresh", .overwrite)])
    },
    ClosureCase("a version that nobody wrote", ["late": .rebuiltFromStale]) {
      tree(&$0)
      $0.run("l", at: 110, from: ["curated@snapshot-9"], to: [.init("late", .overwrite)])
    },
  ]
}
