/// The name under which a ledger signs: the first line of its checkpoints and its key's name.
public enum LedgerOrigin {
  /// 1 to 255 ASCII letters, digits and `. _ ~ / : -`, as a schema-less URL has them.
  ///
  /// Narrower than C2SP tlog-checkpoint, so that an origin needs no escaping in any of our files.
  public static func isValid(_ origin: String) -> Bool {
    (1...FormatLimits.originByteCountMax).contains(origin.utf8.count)
      && origin.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: Self.punctuation.contains(byte)
        }
      }
  }

  private static let punctuation = [UInt8]("._~/:-".utf8)
}
