import LedgerCryptography
import LedgerFormat
import Provenance
import Testing

/// Keys of entities and of duplicates, against values computed with Python's `hashlib` and `hmac`.
struct KeyTests {
  private let key = HMACSHA256Key(Array(UInt8(0)..<32).rawSpan)

  @Test(arguments: [
    (
      EntityType.dataset, "s3://lake", "orders", "83016973333a2f2f6c616b65666f7264657273",
      "beea487b1668c156c660800cce5ecec1b8cb9780006247e882c6aaadeab72b3e"
    ),
    (
      .run, "", "r", "8303606172",
      "3b836cb3c10c734a4a212941f839d173c7311386f0306c8c2dcc26ed5802ac41"
    ),
    (
      .job, "n", String(repeating: "x", count: 24),
      "8302616e7818" + String(repeating: "78", count: 24),
      "f753aa91c154151c268ba45036888bc6c37a1d4c4270f2216d5b2393bddd3d11"
    ),
    (
      .dataset, "n", String(repeating: "x", count: 300),
      "8301616e79012c" + String(repeating: "78", count: 300),
      "1822d28009d0c5166022d75f33fb7d16d6990b45aaef1e21867ce2fabe686893"
    ),
  ])
  func entityKeysAreDeterministicCBOR(
    type: EntityType, namespace: String, name: String, bytes: String, digest: String
  ) {
    let key = EntityKey(type: type, namespace: namespace, name: name)
    #expect(Hexadecimal.encode(key.bytes) == bytes)
    #expect(key.digest.description == digest)
  }

  @Test func entityKeysCompareByBytesWithoutRoleOrVersion() {
    let plain = Entity(role: .input, type: .dataset, namespace: "n", name: "\u{E9}")
    let other = Entity(
      role: .output, type: .dataset, namespace: "n", name: "\u{E9}", version: "1")
    let decomposed = Entity(role: .input, type: .dataset, namespace: "n", name: "e\u{301}")
    #expect(EntityKey(plain) == EntityKey(other))
    #expect(EntityKey(plain) != EntityKey(decomposed))
    // Where one part ends and the next begins is part of the key.
    #expect(
      EntityKey(type: .dataset, namespace: "ab", name: "c")
        != EntityKey(type: .dataset, namespace: "a", name: "bc"))
  }

  @Test func duplicateKeysAreWhatTheDocumentSays() {
    let event = DuplicateIdentity.event(Array("{}".utf8)).keys(source: "local", key: key)
    #expect(
      event?.key.description
        == "c7f814a43866cbb2b62c7b9a6997c1eaf84027c085cea726edeb2a51622b05e6")
    #expect(event?.recordKey == nil)
    // The id spelled like the event above is another key.
    let native = DuplicateIdentity.identifier("{}", record: []).keys(source: "local", key: key)
    #expect(
      native?.key.description
        == "0002c9d19961daa6fc6b50ebe8a194c9bbbdf9172feb330a5b2c7b3d85b9688b")
    let record = DuplicateIdentity.identifier("a", record: Array(#"{"id":"a"}"#.utf8))
      .keys(source: "\u{E9}", key: key)
    #expect(
      record?.recordKey?.description
        == "7daff70991cf2e1a14912941bfde313245f60ada8a6533a943e55c9228402b64")
    #expect(DuplicateIdentity.none.keys(source: "local", key: key) == nil)
  }

  @Test func nothingMovesBetweenSourceAndBytes() {
    let shifted = [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", "")].map {
      DuplicateKey.prefix(.openLineageEvent, source: $0) + Array($1.utf8)
    }
    #expect(Set(shifted).count == 4)
    #expect(
      DuplicateKey.prefix(.nativeRecord, source: "\u{E9}")
        == [3, 0, 0, 0, 0, 0, 0, 0, 2, 0xC3, 0xA9])
  }
}
