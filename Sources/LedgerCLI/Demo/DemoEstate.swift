/// The example estate: a small clinic trains a model that predicts missed appointments.
///
/// All of it is made up here; the events have the form that pipelines send.
enum DemoEstate {
  /// OpenLineage run events: ingest → validate → features → model.
  static let events: [String] = [
    run("1f0c6a52-0001", "ingest_bookings", "2026-03-02T05:00:00Z", "START"),
    run(
      "1f0c6a52-0001", "ingest_bookings", "2026-03-02T05:04:10Z", "COMPLETE",
      outputs: ["raw.bookings"]),
    run(
      "1f0c6a52-0002", "validate_bookings", "2026-03-02T05:10:00Z", "COMPLETE",
      inputs: ["raw.bookings"], outputs: ["clean.bookings"]),
    run(
      "1f0c6a52-0003", "build_features", "2026-03-02T05:30:00Z", "COMPLETE",
      inputs: ["clean.bookings", "clean.calendar"], outputs: ["features.no_show"]),
    run(
      "1f0c6a52-0004", "train_no_show", "2026-03-02T06:00:00Z", "COMPLETE",
      inputs: ["features.no_show"], outputs: ["models.no_show"]),
  ]

  /// Native records: two accesses and a deletion that was asked for, done and checked.
  static let records: [String] = [
    """
    {"kind":"access","eventTime":"2026-03-03T09:12:44Z","entities":[\
    \(target("clean.bookings")),{"role":"actor","type":"service","namespace":"clinic",\
    "name":"reporting"}],"attributes":{"action":"read","purpose":"monthly report",\
    "outcome":"ok","rows":1840}}
    """,
    """
    {"kind":"access","eventTime":"2026-03-03T11:40:02Z","entities":[\
    \(target("features.no_show")),{"role":"actor","type":"service","namespace":"clinic",\
    "name":"notebook-7"}],"attributes":{"action":"read","purpose":"model review",\
    "outcome":"ok","rows":200}}
    """,
    """
    {"kind":"erasure/request","eventTime":"2026-03-04T08:00:00Z","entities":[\(request)],\
    "attributes":{"regulation":"gdpr","received":"2026-03-04","due":"2026-04-04"}}
    """,
    """
    {"kind":"erasure/execution","eventTime":"2026-03-05T02:15:00Z","entities":[\
    \(request),\(target("raw.bookings")),\(desk)],\
    "attributes":{"method":"row-delete-and-compaction",\
    "rows":3}}
    """,
    """
    {"kind":"erasure/verification","eventTime":"2026-03-05T02:31:00Z","entities":[\
    \(request),\(target("raw.bookings")),\(desk)],\
    "attributes":{"method":"row-count","outcome":"VERIFIED","residual":0}}
    """,
  ]

  private static let request =
    #"{"role":"request","type":"request","namespace":"clinic","name":"6f1b0e6e-1d5c"}"#

  private static let desk =
    #"{"role":"actor","type":"service","namespace":"clinic","name":"privacy-desk"}"#

  private static func target(_ name: String) -> String {
    #"{"role":"target","type":"dataset","namespace":"clinic","name":"\#(name)"}"#
  }

  private static func run(
    _ id: String, _ job: String, _ time: String, _ type: String, inputs: [String] = [],
    outputs: [String] = []
  ) -> String {
    func datasets(_ names: [String]) -> String {
      names.map { #"{"namespace":"clinic","name":"\#($0)"}"# }.joined(separator: ",")
    }
    return """
      {"eventType":"\(type)","eventTime":"\(time)","run":{"runId":"\(id)-4000-8000-000000000000"},\
      "job":{"namespace":"clinic","name":"\(job)"},"inputs":[\(datasets(inputs))],\
      "outputs":[\(datasets(outputs))],"producer":"https://clinic.example/pipelines",\
      "schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json"}
      """
  }
}
