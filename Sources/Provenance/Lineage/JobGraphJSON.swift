internal import LedgerFormat

/// A ``JobGraph`` as Marquez answers `GET /api/v1/lineage`: `{"graph":[…]}`, nodes by identifier,
/// each with the edges that lead to it and from it.
///
/// What headers do not hold is empty or null: fields and tags, descriptions, locations, facets.
public enum JobGraphJSON {
  public static func write(_ graph: JobGraph, to writer: inout JSONWriter) {
    var nodes: [(identifier: String, write: (inout JSONWriter) -> Void)] = []
    var writers: [EntityKey: [EntityKey]] = [:]
    var readers: [EntityKey: [EntityKey]] = [:]
    for job in graph.jobs {
      for input in job.inputs { readers[input, default: []].append(job.key) }
      for output in job.outputs { writers[output, default: []].append(job.key) }
      nodes.append(
        (
          JobGraph.identifier(of: job.key),
          { writer in
            write(job.key, "JOB", from: job.inputs, to: job.outputs, &writer) { data(job, &$0) }
          }
        ))
    }
    for dataset in graph.datasets {
      let (sources, targets) = (writers[dataset.key] ?? [], readers[dataset.key] ?? [])
      nodes.append(
        (
          JobGraph.identifier(of: dataset.key),
          { writer in
            write(dataset.key, "DATASET", from: sources, to: targets, &writer) {
              data(dataset, &$0)
            }
          }
        ))
    }
    nodes.sort { $0.identifier.utf8.lexicographicallyPrecedes($1.identifier.utf8) }
    writer.object { writer in
      writer.list("graph", nodes) { $1.write(&$0) }
    }
  }

  private static func write(
    _ key: EntityKey, _ type: String, from sources: [EntityKey], to targets: [EntityKey],
    _ writer: inout JSONWriter, data: (inout JSONWriter) -> Void
  ) {
    let identifier = JobGraph.identifier(of: key)
    writer.object { writer in
      writer.member("id", identifier)
      writer.member("type", type)
      writer.name("data")
      writer.object(data)
      writer.list("inEdges", sources) { writer, source in
        writer.object { writer in
          writer.member("origin", JobGraph.identifier(of: source))
          writer.member("destination", identifier)
        }
      }
      writer.list("outEdges", targets) { writer, target in
        writer.object { writer in
          writer.member("origin", identifier)
          writer.member("destination", JobGraph.identifier(of: target))
        }
      }
    }
  }

  private static func name(_ key: EntityKey, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("namespace", key.namespace)
      writer.member("name", key.name)
    }
  }

  /// The members that both kinds of nodes have.
  private static func begin(
    _ key: EntityKey, type: String, created: Timestamp, updated: Timestamp,
    _ writer: inout JSONWriter
  ) {
    writer.name("id")
    name(key, &writer)
    writer.member("type", type)
    writer.member("name", key.name)
    writer.member("namespace", key.namespace)
    writer.member("createdAt", created.description)
    writer.member("updatedAt", updated.description)
  }

  private static func data(_ job: JobGraph.Job, _ writer: inout JSONWriter) {
    begin(job.key, type: "BATCH", created: job.created, updated: job.updated, &writer)
    writer.member("simpleName", job.key.name)
    for absent in ["parentJobName", "parentJobUuid", "location", "description"] {
      writer.name(absent)
      writer.null()
    }
    writer.list("inputs", job.inputs) { name($1, &$0) }
    writer.list("outputs", job.outputs) { name($1, &$0) }
    writer.name("latestRun")
    if let run = job.latestRun { write(run, &writer) } else { writer.null() }
  }

  private static func data(_ dataset: JobGraph.Dataset, _ writer: inout JSONWriter) {
    begin(
      dataset.key, type: "DB_TABLE", created: dataset.created, updated: dataset.updated, &writer)
    writer.member("physicalName", dataset.key.name)
    writer.member("sourceName", dataset.key.namespace)
    for empty in ["fields", "tags"] {
      writer.name(empty)
      writer.array { _ in }
    }
    for absent in ["lastModifiedAt", "description", "lastLifecycleState"] {
      writer.name(absent)
      writer.null()
    }
  }

  private static func write(_ run: JobGraph.Run, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", run.name)
      writer.member("createdAt", run.created.description)
      writer.member("updatedAt", run.updated.description)
      writer.member("state", run.state.rawValue)
      writer.member("startedAt", run.started?.description)
      writer.member("endedAt", run.ended?.description)
      var milliseconds: Int64?
      if let started = run.started, let ended = run.ended {
        let (time, isBeyond) = ended.microseconds.subtractingReportingOverflow(
          started.microseconds)
        milliseconds = isBeyond ? nil : time / 1_000
      }
      writer.member("durationMs", milliseconds)
      for absent in ["nominalStartTime", "nominalEndTime"] {
        writer.name(absent)
        writer.null()
      }
      for empty in ["args", "facets"] {
        writer.name(empty)
        writer.object { _ in }
      }
    }
  }
}
