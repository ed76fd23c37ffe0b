import Foundation
import LedgerCryptography
import LedgerFormat
import Provenance
import Testing

/// Records and receipts as JSON: exact text, and the same through another parser.
struct RecordJSONTests {
  private func digest(_ byte: UInt8) throws -> SHA256Digest {
    try #require(SHA256Digest(copying: [UInt8](repeating: byte, count: 32)))
  }

  @Test func aPlainRecordHasAllItsStableKeys() throws {
    let header = RecordHeader(
      previousLeafHash: .zero, index: 0, recordedTime: Timestamp(microseconds: 1),
      content: RecordContent(kind: "dataset", source: "local"))
    let text = RecordJSON.text(header, leafHash: try digest(0xAB))
    #expect(
      text == #"{"index":0,"recordedTime":"1970-01-01T00:00:00.000001Z","kind":"dataset","#
        + #""eventTime":null,"source":"local","producer":null,"entities":[],"attributes":{},"#
        + #""bodies":[],"leafHash":"\#(String(repeating: "ab", count: 32))","#
        + #""previousLeafHash":"\#(String(repeating: "0", count: 64))"}"#)
  }

  @Test func everythingInAHeaderIsShown() throws {
    var content = RecordContent(kind: "run", source: "local")
    content.eventTime = Timestamp(microseconds: -1)
    content.flags = [.eventTimeTruncated, .runIdentifierNotUUID]
    content.producer = "p\"\\\u{1}\u{85}\u{2028}é"
    content.producerSequence = .max
    content.eventType = .fail
    content.part = Part(number: 1, count: 3)
    content.entities = [
      Entity(
        role: .output, type: .dataset, namespace: "n", name: "d", version: "v",
        facts: EntityFacts(
          lifecycle: .overwrite, writeMode: .partition, subset: [.partition, .other],
          areEdgesComplete: true)),
      Entity(role: .run, type: .run, namespace: "", name: "r"),
    ]
    content.edges = [Edge(target: 0, source: 5, basis: .column, flags: [.masked, .indirect])]
    content.symlinks = [EntityPair(entity: 0, other: 6)]
    content.renames = [EntityPair(entity: 0, other: 7)]
    content.attributes = [
      "z": .integer(.min), "a": .text("t"), "b": .boolean(false), "c": .bytes([0, 255]),
    ]
    content.references = [RecordReference(relation: .cites, index: 9)]
    content.bodies = [
      BodyDescription(
        contentType: "application/json", byteCount: 2, commitment: try digest(1),
        tag: try digest(2))
    ]
    content.runs = [
      IndexRunCommitment(
        level: 1, firstRecord: 2, recordCount: 3, entryCount: 4, root: try digest(3))
    ]
    content.slots = [BodySlot(record: 8, body: 0)]
    content.identity = LedgerIdentity(
      origin: "acme.example/p", ledgerID: LedgerID([UInt8](repeating: 4, count: 16)),
      formatVersion: 1, verifierKeys: ["k"], ledgerFileHash: try digest(5))
    content.head = TreeHead(size: 10, root: try digest(6), origin: "acme.example/q")
    content.publicIdentifier = "id-1"
    let header = RecordHeader(
      previousLeafHash: try digest(7), index: 11, recordedTime: Timestamp(microseconds: 0),
      content: content)
    func hex(_ byte: Int) -> String { String(repeating: "0\(byte)", count: 32) }
    let expected =
      #"{"index":11,"recordedTime":"1970-01-01T00:00:00.000000Z","kind":"run","#
      + #""eventTime":"1969-12-31T23:59:59.999999Z","source":"local","#
      + #""producer":"p\"\\\u0001\u0085"# + "\u{2028}é"
      + #"","producerSequence":18446744073709551615,"eventType":"FAIL","#
      + #""flags":["runIdentifierNotUUID","eventTimeTruncated"],"part":{"number":1,"count":3},"#
      + #""entities":[{"role":"output","type":"dataset","namespace":"n","name":"d","version":"v","#
      + #""lifecycle":"OVERWRITE","writeMode":"partition","subset":["partition","other"],"#
      + #""edgesComplete":true},{"role":"run","type":"run","namespace":"","name":"r","#
      + #""version":null}],"edges":[{"target":0,"source":5,"basis":"column","#
      + #""flags":["masked","indirect"]}],"symlinks":[{"entity":0,"other":6}],"#
      + #""renames":[{"entity":0,"other":7}],"attributes":{"a":"t","b":false,"#
      + #""c":{"hexadecimal":"00ff"},"z":-9223372036854775808},"#
      + #""references":[{"relation":"cites","index":9}],"bodies":[{"contentType":"#
      + #""application/json","byteCount":2,"commitment":"\#(hex(1))","tag":"\#(hex(2))"}],"#
      + #""runs":[{"level":1,"firstRecord":2,"recordCount":3,"entryCount":4,"root":"\#(hex(3))"}],"#
      + #""slots":[{"record":8,"body":0}],"identity":{"origin":"acme.example/p","ledgerId":""#
      + String(repeating: "04", count: 16)
      + #"","formatVersion":1,"verifierKeys":["k"],"ledgerFileHash":"\#(hex(5))"},"#
      + #""head":{"size":10,"root":"\#(hex(6))","origin":"acme.example/q"},"publicId":"id-1","#
      + #""leafHash":"\#(hex(8))","previousLeafHash":"\#(hex(7))"}"#
    let text = RecordJSON.text(header, leafHash: try digest(8))
    #expect(text == expected)
    let indented = RecordJSON.text(header, leafHash: try digest(8), isIndented: true)
    let objects = try [text, indented].map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary
    }
    #expect(objects[0] != nil && objects[0] == objects[1])
  }

  @Test func receiptsAreOneLine() throws {
    let time = Timestamp(microseconds: 1_000_000)
    let hash = String(repeating: "ab", count: 32)
    var receipt = Receipt(index: 7, leafHash: try digest(0xAB), recordedTime: time)
    #expect(
      receipt.json
        == #"{"index":7,"leafHash":"\#(hash)","recordedTime":"1970-01-01T00:00:01.000000Z"}"#)
    receipt.identifier = "a\nb"
    receipt.isDuplicate = true
    #expect(
      receipt.json
        == #"{"index":7,"leafHash":"\#(hash)","recordedTime":"1970-01-01T00:00:01.000000Z","#
        + #""id":"a\nb","duplicate":true}"#)
  }

  @Test func indentationIsTwoSpaces() {
    var writer = JSONWriter(isIndented: true)
    writer.object { writer in
      writer.member("a", 1)
      writer.name("b")
      writer.array {
        $0.null()
        $0.boolean(true)
        $0.object { _ in }
        $0.raw(Array("[1, 2]".utf8))
      }
      writer.name("c")
      writer.array { _ in }
    }
    #expect(
      writer.text == """
        {
          "a": 1,
          "b": [
            null,
            true,
            {},
            [1, 2]
          ],
          "c": []
        }
        """)
  }

  /// Every scalar from every plane's edge comes back through Foundation.
  @Test func stringsSurviveAnotherParser() throws {
    var text = String.UnicodeScalarView()
    for value in Array(0...0x2FF) + [0x2028, 0xD7FF, 0xE000, 0xFFFD, 0x1_0000, 0x10_FFFF] {
      text.append(try #require(Unicode.Scalar(UInt32(value))))
    }
    var writer = JSONWriter()
    writer.array { $0.string(String(text)) }
    let read = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String]
    #expect(read.map { $0.map { Array($0.utf8) } } == [Array(String(text).utf8)])
    #expect(!writer.bytes.contains { $0 < 0x20 || $0 == 0x7F })
    #expect(!writer.text.unicodeScalars.contains { (0x80...0x9F).contains($0.value) })
  }
}
