/// The fields, and what they must not contradict.
extension CertificateFacts {
  static let members: [FactMember] = [
    .required("issuer", "A2", .object(issuer)),
    .required("request", "B1", .object(request)),
    .required("subject", "C1", .object(subject)),
    .required("data", "D3", .object(data)),
    .required("scope", "D1", .list(scope)),
    .required("outOfScope", "D2", .list(outOfScope)),
    .required("backups", "D2", .list(backups)),
    .required("performedBy", "E4", .object(party("E4"))),
    .required("verifiedBy", "F2", .object(party("F2"))),
    .required("verification", "F1", .object(verification)),
    .required("recipients", "G2", .list(recipients)),
    .optional("keyCopies", "H1", .list(keyCopies)),
    .required("signer", "J1", .object(signer)),
  ]

  private static let issuer: [FactMember] = [
    .required("legalEntity", "A2", .text),
    .required(
      "role", "A2",
      .choice([
        "controller", "joint-controller", "processor", "service-provider", "data-broker",
      ])),
    .contact("contact", "A2"),
    .contact("dataProtectionOfficer", "A2"),
  ]

  private static let request: [FactMember] = [
    .required("regulation", "B1", .text),
    .required("received", "B2", .date),
    .required("nature", "B2", .text),
    .required("manner", "B2", .text),
    .required("response", "B2", .object(response)),
    .optional("denialBasis", "B2", .text),
    .required("expectedCompletion", "B3", .date),
    .required("due", "B3", .date),
    .optional(
      "extension", "B3",
      .object([.required("until", "B3", .date), .required("reason", "B3", .text)])),
    .required(
      "requesterRole", "B4",
      .choice(["subject", "agent", "drop-work-item", "controller", "authority"])),
    .required(
      "identityVerification", "B4",
      .object([.required("level", "B4", .text), .required("result", "B4", .text)])),
    .required("ground", "B5", .text),
    // The status codes of California's deletion platform.
    .optional("dropStatus", "G3", .choice(["2", "3", "4", "5"])),
  ]

  private static let response: [FactMember] = [
    .required("date", "B2", .date), .required("nature", "B2", .text),
  ]

  private static let subject: [FactMember] = [
    .required("identityTypes", "C1", .texts),
    .optional("reference", "C1", .text),
    .optional(
      "relink", "C2", .object([.required("how", "C2", .text), .required("until", "C2", .date)])),
  ]

  private static let data: [FactMember] = [
    .required("categories", "D3", .texts), .required("subjects", "D3", .texts),
    .required("from", "D3", .date), .required("to", "D3", .date),
  ]

  static let roles = [
    "source", "derived", "feature", "index", "cache", "model", "backup", "recipient-copy",
  ]

  private static let scope: [FactMember] = [
    .required("entity", "D1", .entity), .required("location", "D1", .text),
    .optional("role", "E1", .choice(roles)), .optional("since", "D1", .record),
  ]

  private static let outOfScope: [FactMember] = [
    .required("what", "D2", .text), .required("reason", "D2", .text),
    .optional("entity", "D2", .entity), .optional("agesOut", "D2", .date),
  ]

  private static let backups: [FactMember] = [
    .required("what", "D2", .text), .required("location", "D2", .text),
    .required("agesOut", "D2", .date),
  ]

  private static func party(_ code: String) -> [FactMember] {
    [
      .required("name", code, .text), .required("position", code, .text),
      .required("location", code, .text), .contact("contact", code),
    ]
  }

  private static let verification: [FactMember] = [
    .required("level", "F1", .choice(["logical", "physical", "semantic", "model"])),
    .required("method", "F2", .text), .required("date", "F2", .date),
    .required("validUntil", "F3", .date),
  ]

  private static let recipients: [FactMember] = [
    .required("who", "G2", .text), .optional("entity", "G2", .entity),
    .optional("told", "G2", .date), .optional("acknowledgement", "G2", .text),
    .optional("whyNot", "G2", .text),
  ]

  private static let keyCopies: [FactMember] = [
    .required("what", "H1", .text), .required("location", "H1", .text),
    .required("agesOut", "H1", .date),
  ]

  private static let signer: [FactMember] = [
    .required("name", "J1", .text), .required("title", "J1", .text),
    .required("place", "J1", .text), .required("date", "J1", .date),
  ]

  /// What is wrong with facts whose every field is right by itself.
  var contradictions: [CertificateProblem] {
    var problems: [CertificateProblem] = []
    func require(_ holds: Bool, _ code: String, _ path: String, _ reason: String) {
      if !holds { problems.append(CertificateProblem(code: code, path: path, reason: reason)) }
    }
    func isEmpty(_ name: String) -> Bool { self[name]?.elements?.isEmpty ?? true }
    require(!isEmpty("scope"), "D1", "scope", "at least one dataset or model is in scope")
    require(
      Set(scope.map(\.entity)).count == scope.count, "D1", "scope", "names an entity twice")
    require(
      !isEmpty("outOfScope"), "D2", "outOfScope",
      "must not be empty: nobody has looked everywhere")
    require(
      scope.allSatisfy { !outOfScope.contains($0.entity) }, "D2", "outOfScope",
      "names an entity that is in scope")
    let performer = self["performedBy", "name"]?.string ?? ""
    let verifier = self["verifiedBy", "name"]?.string ?? ""
    require(
      !performer.utf8.elementsEqual(verifier.utf8), "F2", "verifiedBy.name",
      "is who performed the deletion; somebody else verifies it")
    for (number, recipient) in (self["recipients"]?.elements ?? []).enumerated() {
      require(
        recipient["told"] != nil || recipient["whyNot"] != nil, "G2", "recipients[\(number)]",
        "says neither when they were told nor why not")
    }
    let isBroker = self["issuer", "role"]?.string.map { $0 == "data-broker" } ?? false
    require(
      !isBroker || self["request", "dropStatus"] != nil, "G3", "request.dropStatus",
      "missing; a data broker states 2, 3, 4 or 5")
    return problems
  }
}
