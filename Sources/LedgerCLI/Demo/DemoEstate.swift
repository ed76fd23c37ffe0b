/// The example estate: a small clinic trains a model that predicts missed appointments.
///
/// All of it is made up here; the events have the form that pipelines send.
enum DemoEstate {
  /// OpenLineage run events: ingest → validate → features → model.
  static let events: [String] =
    [
      run("1f0c6a52-0001", "ingest_bookings", "2026-03-02T05:00:00Z", "START"),
      run(
        "1f0c6a52-0001", "ingest_bookings", "2026-03-02T05:04:10Z", "COMPLETE",
        outputs: ["raw.bookings"]),
    ] + pipelines(day: "2026-03-02", number: 2)

  /// The same pipelines after the deletion: each empties its output and makes it anew.
  static let rebuild: [String] = pipelines(day: "2026-03-06", number: 5)

  private static func pipelines(day: String, number: Int) -> [String] {
    let steps: [(job: String, inputs: [String], output: String)] = [
      ("validate_bookings", ["raw.bookings"], "clean.bookings"),
      ("build_features", ["clean.bookings", "clean.calendar"], "features.no_show"),
      ("train_no_show", ["features.no_show"], "models.no_show"),
    ]
    return steps.enumerated().flatMap { step, one in
      ["START", "COMPLETE"].enumerated().map { place, type in
        run(
          "1f0c6a52-000\(number + step)", one.job, "\(day)T0\(5 + step):\(1 + place)0:00Z", type,
          inputs: one.inputs, outputs: [one.output], emptiesOutputs: true)
      }
    }
  }

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
    "attributes":{"regulation":"eu-gdpr:A17","received":"2026-03-04","due":"2026-04-04"}}
    """,
    """
    {"kind":"erasure/execution","eventTime":"2026-03-05T02:15:00Z","entities":[\
    \(request),\(target("raw.bookings")),\(desk)],\
    "attributes":{"method":"row-erasure","rows":3}}
    """,
    """
    {"kind":"erasure/verification","eventTime":"2026-03-05T02:31:00Z","entities":[\
    \(request),\(target("raw.bookings")),\(desk)],\
    "attributes":{"method":"row-count","outcome":"verified","residual":0}}
    """,
  ]

  static let requestID = "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11"

  private static let request =
    #"{"role":"request","type":"request","name":"\#(requestID)"}"#

  /// A call of a patient, with a note that belongs to her.
  static func call(_ person: String, _ note: String) -> String {
    """
    {"kind":"access","eventTime":"2026-03-03T12:05:00Z","entities":[\
    \(target("clean.calendar")),{"role":"actor","type":"service","namespace":"clinic",\
    "name":"front-desk"}],"attributes":{"action":"read","purpose":"telephone call",\
    "outcome":"ok"},"bodies":[{"text":"\(note)","subject":"\(person)"}]}
    """
  }

  /// What only people know of the deletion.
  static let facts = """
    {"issuer":{"legalEntity":"Clinic Example","role":"controller",\
    "contact":"privacy@clinic.example","dataProtectionOfficer":"dpo@clinic.example"},\
    "request":{"regulation":"eu-gdpr:A17","received":"2026-03-04",\
    "nature":"erasure of all bookings","manner":"letter",\
    "response":{"date":"2026-03-07","nature":"confirmed in writing"},\
    "expectedCompletion":"2026-03-20","due":"2026-04-04","requesterRole":"subject",\
    "identityVerification":{"level":"identity document","result":"verified"},\
    "ground":"eu-gdpr:JustificationA17NonNecessity"},\
    "subject":{"identityTypes":["patient number"]},\
    "data":{"categories":["bookings","call notes"],"subjects":["patients"],\
    "from":"2025-01-01","to":"2026-03-04"},\
    "scope":[{"entity":"dataset:clinic:raw.bookings","location":"Frankfurt"}],\
    "outOfScope":[{"what":"paper files","reason":"no pipeline reads them"}],\
    "backups":[{"what":"nightly backups","location":"Munich","agesOut":"2026-06-06"}],\
    "performedBy":{"name":"privacy-desk","position":"data operations",\
    "location":"Frankfurt","contact":"privacy@clinic.example"},\
    "verifiedBy":{"name":"internal-audit","position":"audit","location":"Frankfurt",\
    "contact":"audit@clinic.example"},\
    "verification":{"level":"logical","method":"row count by patient number",\
    "date":"2026-03-05","validUntil":"2027-03-05"},"recipients":[],\
    "keyCopies":[{"what":"vault backup","location":"safe","agesOut":"2026-04-01"}],\
    "signer":{"name":"A. Example","title":"data protection officer",\
    "place":"Frankfurt","date":"2026-03-07"}}
    """

  private static let desk =
    #"{"role":"actor","type":"service","namespace":"clinic","name":"privacy-desk"}"#

  private static func target(_ name: String) -> String {
    #"{"role":"target","type":"dataset","namespace":"clinic","name":"\#(name)"}"#
  }

  private static func run(
    _ id: String, _ job: String, _ time: String, _ type: String, inputs: [String] = [],
    outputs: [String] = [], emptiesOutputs: Bool = false
  ) -> String {
    let emptied =
      emptiesOutputs
      ? #","facets":{"lifecycleStateChange":{"lifecycleStateChange":"TRUNCATE"}}"# : ""
    func datasets(_ names: [String], _ more: String = "") -> String {
      names.map { #"{"namespace":"clinic","name":"\#($0)"\#(more)}"# }.joined(separator: ",")
    }
    return """
      {"eventType":"\(type)","eventTime":"\(time)","run":{"runId":"\(id)-4000-8000-000000000000"},\
      "job":{"namespace":"clinic","name":"\(job)"},"inputs":[\(datasets(inputs))],\
      "outputs":[\(datasets(outputs, emptied))],"producer":"https://clinic.example/pipelines",\
      "schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json"}
      """
  }
}
