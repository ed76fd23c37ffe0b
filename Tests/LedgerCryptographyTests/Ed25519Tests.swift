import LedgerCryptography
import Testing

/// RFC 8032 §7.1, typed in from there.
@Suite struct Ed25519Tests {
  struct Vector: Sendable {
    let seed: String
    let publicKey: String
    let message: String
    let signature: String
  }

  static let published: [Vector] = [
    Vector(
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    Vector(
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      message: "af82",
      signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    Vector(
      seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
  ]

  static func bytes(_ hexadecimal: String) throws -> [UInt8] {
    try #require(Hexadecimal.decode(hexadecimal))
  }

  @Test(arguments: published.indices)
  func publishedVector(_ position: Int) throws {
    let vector = Self.published[position]
    let message = try Self.bytes(vector.message)
    let seed = try Self.bytes(vector.seed)
    let key = try Ed25519SigningKey(seed: seed.rawSpan)
    #expect(Hexadecimal.encode(key.publicKey.rawBytes) == vector.publicKey)
    let signature = try key.sign(message)
    #expect(Hexadecimal.encode(signature) == vector.signature)
    #expect(try key.publicKey.isValidSignature(signature, for: message))
  }

  @Test func everyDamagedBitOfSignatureMessageAndKeyIsRefused() throws {
    let vector = Self.published[2]
    let message = try Self.bytes(vector.message)
    let signature = try Self.bytes(vector.signature)
    let publicKey = try #require(Ed25519PublicKey(rawBytes: Self.bytes(vector.publicKey)))
    for bit in 0..<512 {
      var damaged = signature
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(try !publicKey.isValidSignature(damaged, for: message), "bit \(bit)")
    }
    for bit in 0..<16 {
      var damaged = message
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(try !publicKey.isValidSignature(signature, for: damaged), "bit \(bit)")
    }
    for bit in 0..<256 {
      var damaged = publicKey.rawBytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      let other = try #require(Ed25519PublicKey(rawBytes: damaged))
      #expect(try !other.isValidSignature(signature, for: message), "bit \(bit)")
    }
  }

  /// S and S + L name the same scalar; RFC 8032 §5.1.7 accepts only the one below the order L.
  @Test func refusesTheScalarPlusTheGroupOrder() throws {
    let vector = Self.published[0]
    let order = try Self.bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var signature = try Self.bytes(vector.signature)
    var carry = 0
    for offset in 0..<32 {
      let sum = Int(signature[32 + offset]) + Int(order[offset]) + carry
      signature[32 + offset] = UInt8(sum & 255)
      carry = sum >> 8
    }
    #expect(carry == 0)
    let publicKey = try #require(Ed25519PublicKey(rawBytes: Self.bytes(vector.publicKey)))
    #expect(try !publicKey.isValidSignature(signature, for: []))
  }

  @Test(arguments: [0, 1, 32, 63, 65, 128])
  func refusesASignatureOfAnotherLength(_ count: Int) throws {
    let vector = Self.published[0]
    let publicKey = try #require(Ed25519PublicKey(rawBytes: Self.bytes(vector.publicKey)))
    let whole = try Self.bytes(vector.signature) + [UInt8](repeating: 0, count: 64)
    let signature = Array(whole.prefix(count))
    #expect(try !publicKey.isValidSignature(signature, for: []))
  }

  @Test(arguments: [0, 31, 33])
  func refusesAPublicKeyOfAnotherLength(_ count: Int) {
    #expect(Ed25519PublicKey(rawBytes: [UInt8](repeating: 9, count: count)) == nil)
  }

  @Test func signsFromManyThreadsAlike() async throws {
    let vector = Self.published[1]
    let seed = try Self.bytes(vector.seed)
    let key = try Ed25519SigningKey(seed: seed.rawSpan)
    let expected = try Self.bytes(vector.signature)
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<32 {
        group.addTask { try key.sign([0x72]) }
      }
      for try await signature in group { #expect(signature == expected) }
    }
  }
}
